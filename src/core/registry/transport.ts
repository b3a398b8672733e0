import type { SecureContext } from 'node:tls';
import { Pool, ProxyAgent, type Dispatcher } from 'undici';
import type { Proxy } from '../kit/proxy.js';
import { connectionError } from './connection-error.js';
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
  /** Timeout per request, response included, in ms. */
  timeoutMs: number;
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
  /** Maximum size of the body that is read, in bytes. Default 64 KiB. */
  bodyLimit?: number;
}

/** Default maximum size of the body that is read, in bytes. */
const BODY_LIMIT = 64 * 1024;
const MAX_REDIRECTS = 5;
/** Status of proxies only. */
const PROXY_AUTHENTICATION_REQUIRED = 407;
/** Timeout for opening a connection, in ms. */
const CONNECT_TIMEOUT_MS = 10_000;

/** Sends requests to one origin, over a pool of connections. Follows redirects on that origin only. */
export class Transport {
  /** Timeout per request, response included, in ms. */
  timeoutMs: number;
  private readonly dispatcher: Dispatcher;

  constructor(private readonly options: TransportOptions) {
    this.dispatcher = dispatcherFor(options);
    this.timeoutMs = options.timeoutMs;
  }

  get origin(): string {
    return this.options.origin;
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
    const deadline = new Deadline(this.timeoutMs, options.signal);
    try {
      const { statusCode, headers, body } = await this.dispatcher.request({
        origin,
        path,
        method,
        headers: { 'user-agent': 'regadm', ...options.headers },
        signal: deadline.signal,
      });
      const text = await readText(body, options.bodyLimit ?? BODY_LIMIT);
      log?.(6, `${method} ${url} ${statusCode} in ${Math.round(performance.now() - started)} ms`);
      if (statusCode === PROXY_AUTHENTICATION_REQUIRED && proxy) throw proxyRefusal(url, statusCode, proxy);
      return { status: statusCode, headers, text };
    } catch (error) {
      if (options.signal?.aborted) throw error;
      const failed = connectionError(error, url, proxy);
      log?.(6, `${method} ${url} ${failed.what}`);
      throw failed;
    } finally {
      deadline.clear();
    }
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

function isRedirect({ status, headers }: HttpResponse): boolean {
  return [301, 302, 303, 307, 308].includes(status) && headers.location !== undefined;
}

function dispatcherFor({ origin, verify, trust, workers, proxy, timeoutMs }: TransportOptions): Dispatcher {
  const timeout = Math.min(timeoutMs, CONNECT_TIMEOUT_MS);
  const tls = { rejectUnauthorized: verify, secureContext: trust, timeout };
  const shared = { connections: workers, allowH2: true, keepAliveTimeout: 30_000 };
  if (!proxy) return new Pool(origin, { ...shared, connect: tls });
  return new ProxyAgent({
    ...shared,
    uri: proxy.url,
    requestTls: { ...tls, allowH2: true } as object,
    proxyTls: { secureContext: trust, timeout } as object,
    // Most proxies allow CONNECT only to TLS ports.
    proxyTunnel: origin.startsWith('https:'),
  });
}

/** Reads the body as text, up to a limit. */
async function readText(body: Dispatcher.ResponseData['body'], limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= limit) break;
  }
  return length === 0 ? '' : Buffer.concat(chunks).subarray(0, limit).toString('utf8');
}

/**
 * Aborts a request after a timeout, or when the caller's signal aborts. AbortSignal.any would add a listener per
 * request to a signal that lives as long as the run.
 */
class Deadline {
  private readonly controller = new AbortController();
  private readonly timer: NodeJS.Timeout;

  constructor(
    ms: number,
    private readonly outer?: AbortSignal,
  ) {
    this.timer = setTimeout(() => {
      this.controller.abort(Object.assign(new Error(`no response within ${ms} ms`), { code: 'ETIMEDOUT' }));
    }, ms);
    if (outer?.aborted) this.forward();
    else outer?.addEventListener('abort', this.forward, { once: true });
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  clear(): void {
    clearTimeout(this.timer);
    this.outer?.removeEventListener('abort', this.forward);
  }

  private readonly forward = (): void => this.controller.abort(this.outer?.reason);
}
