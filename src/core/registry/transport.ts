import type { SecureContext } from 'node:tls';
import { dispatcherFor, type Dispatcher } from '../http/dispatcher.js';
import { TunnelTimeout } from '../http/tunnels.js';
import { AttemptGuard } from '../kit/attempt-guard.js';
import { ATTEMPT_LIMITS, ERROR_BODY_LIMIT_BYTES, MAX_REDIRECTS, type AttemptLimits } from '../kit/limits.js';
import { onAbort } from '../kit/on-abort.js';
import type { Proxy } from '../kit/proxy.js';
import { proxyRemedies } from '../kit/proxy-words.js';
import { connectionError } from './connection-error.js';
import type { RegistryError } from './error.js';
import { failure } from './failure.js';
import { proxyRefusal } from './proxy.js';

interface TransportOptions {
  /** Scheme, host and port. */
  origin: string;
  /** False to accept every certificate. */
  verify: boolean;
  trust?: SecureContext;
  /** Maximum number of connections. */
  workers: number;
  /** Timeout per request, response included, in ms; 0: only the built-in limits. */
  timeoutMs: number;
  /** For tests. */
  limits?: AttemptLimits;
  /** For tests. */
  deletionMs?: number;
  proxy?: Proxy;
  log?: (level: number, line: string) => void;
}

/** A response; its body is truncated at the limit. */
export interface HttpResponse {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

interface RequestOptions {
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** Maximum size of the body of a successful response, in bytes. Default: it is cut off at 64 KiB. */
  bodyLimit?: number;
}

/** Maximum time until the registry answers a deletion, in ms: Swift deletes the segments of a blob one by one. */
const DELETION_MS = 300_000;
/** Status of proxies only. */
const PROXY_AUTHENTICATION_REQUIRED = 407;

/** Sends requests to one origin, over a pool of connections. Follows redirects on that origin only. */
export class Transport {
  /** Timeout per request, response included, in ms; 0: only the built-in limits. */
  timeoutMs: number;
  private readonly dispatcher: Dispatcher;

  constructor(private readonly options: TransportOptions) {
    const { workers, ...connection } = options;
    this.dispatcher = dispatcherFor({ ...connection, connections: workers });
    this.timeoutMs = options.timeoutMs;
  }

  get origin(): string {
    return this.options.origin;
  }

  /** The proxy of all requests, if any. */
  get proxy(): Proxy | undefined {
    return this.options.proxy;
  }

  /** What to do about the proxy if something other than the registry answers; nothing without a proxy. */
  get proxyRemedies(): string[] {
    const { origin, proxy } = this.options;
    return proxy ? proxyRemedies(origin, proxy) : [];
  }

  /** Sends a request. @throws RegistryError when no response arrives; every status is a response */
  async request(method: 'GET' | 'HEAD' | 'DELETE', path: string, options: RequestOptions = {}): Promise<HttpResponse> {
    let response = await this.once(method, path, options);
    const seen = [path];
    while (isRedirect(response)) {
      const next = this.redirectTarget(method, response, seen);
      seen.push(next);
      response = await this.once(method, next, options);
    }
    return response;
  }

  /** Closes all connections, including those with a request in flight. */
  async close(): Promise<void> {
    await this.dispatcher.destroy();
  }

  private async once(method: 'GET' | 'HEAD' | 'DELETE', path: string, options: RequestOptions): Promise<HttpResponse> {
    const { origin, proxy, log } = this.options;
    const url = withoutQuery(origin + path);
    const started = log ? performance.now() : 0;
    const abort = new AbortController();
    const guard = this.guard(method, abort);
    // AbortSignal.any would add a listener per request to a signal that lives as long as the run.
    const ignoreAbort = onAbort(options.signal, () => abort.abort(options.signal?.reason));
    try {
      const { statusCode, headers, body } = await this.dispatcher.request({
        origin,
        path,
        method,
        headers: { 'user-agent': 'regadm', ...options.headers },
        signal: abort.signal,
        // The guard has its own limits.
        headersTimeout: 0,
        bodyTimeout: 0,
      });
      guard.headArrived();
      const bodyLimit = statusCode === 200 ? options.bodyLimit : undefined;
      const { text, isCut } = await readText(body, bodyLimit ?? ERROR_BODY_LIMIT_BYTES, guard);
      if (isCut && bodyLimit) throw tooLong(url, bodyLimit, statusCode);
      log?.(6, `${method} ${url} ${statusCode} in ${Math.round(performance.now() - started)} ms`);
      if (statusCode === PROXY_AUTHENTICATION_REQUIRED && proxy) throw proxyRefusal(url, statusCode, proxy);
      return { status: statusCode, headers, text };
    } catch (error) {
      if (options.signal?.aborted) throw error;
      const failed = connectionError(error instanceof TunnelTimeout ? error : (guard.error ?? error), url, proxy);
      log?.(6, `${method} ${url} ${failed.what}`);
      throw failed;
    } finally {
      guard.stop();
      ignoreAbort();
    }
  }

  private guard(method: string, abort: AbortController): AttemptGuard {
    const { limits = ATTEMPT_LIMITS, deletionMs = DELETION_MS } = this.options;
    const headMs = method === 'DELETE' ? deletionMs : limits.headMs;
    return new AttemptGuard((error) => abort.abort(error), { totalMs: this.timeoutMs, limits: { ...limits, headMs } });
  }

  private redirectTarget(method: string, response: HttpResponse, seen: string[]): string {
    const path = seen.at(-1)!;
    const from = withoutQuery(this.options.origin + path);
    const location = String(response.headers.location);
    if (!URL.canParse(location, from)) throw failure('redirect', 'redirects to something that is not a URL', from);
    const target = new URL(location, this.options.origin + path);
    if (target.origin !== new URL(from).origin) {
      throw failure(
        'redirect',
        `redirects to another origin, ${target.origin}, which is not followed: the token is not sent there`,
        from,
      );
    }
    const next = target.pathname + target.search;
    if (seen.includes(next)) throw failure('redirect', 'redirects in a loop', from);
    if (seen.length > MAX_REDIRECTS) throw failure('redirect', `redirects more than ${MAX_REDIRECTS} times`, from);
    if (method === 'DELETE' && response.status !== 307 && response.status !== 308) {
      throw failure('redirect', `answers a deletion with a redirect (${response.status})`, from);
    }
    if (method === 'DELETE' && !target.pathname.endsWith(seen[0]!))
      throw failure('redirect', 'redirects a deletion to another object, which is not followed', from);
    return next;
  }
}

/** Removes the query from a URL for people: after a redirect, it can contain a signature. */
function withoutQuery(url: string): string {
  return url.split('?', 1)[0]!;
}

/** Creates the error for a body that is too long. With the status, it is a failure of this object only. */
function tooLong(url: string, limit: number, status: number): RegistryError {
  return failure('answer', `answers with more than ${limit / 1024} KiB`, url, { status });
}

function isRedirect({ status, headers }: HttpResponse): boolean {
  return [301, 302, 303, 307, 308].includes(status) && headers.location !== undefined;
}

/** Reads the body as text, up to a limit. */
async function readText(
  body: Dispatcher.ResponseData['body'],
  limit: number,
  guard: AttemptGuard,
): Promise<{ text: string; isCut: boolean }> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    guard.took(chunk.length);
    chunks.push(chunk);
    length += chunk.length;
    if (length > limit) break;
  }
  const text = length === 0 ? '' : Buffer.concat(chunks).subarray(0, limit).toString('utf8');
  return { text, isCut: length > limit };
}
