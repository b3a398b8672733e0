import type { SecureContext } from 'node:tls';
import { Pool, ProxyAgent, type Dispatcher } from 'undici';
import { connectionError } from './connection-error.js';
import { failure } from './failure.js';

export interface TransportOptions {
  /** Scheme, host and port. */
  origin: string;
  /** False: any certificate will do. */
  verify: boolean;
  trust?: SecureContext;
  /** Parallel connections. */
  workers: number;
  /** For one request with its answer, in milliseconds. */
  timeoutMs: number;
  proxy?: string;
  log?: (level: number, line: string) => void;
}

/** An answer, its body cut off at `BODY_LIMIT`. */
export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

export interface RequestOptions {
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** How much of the body is read, in bytes. Default 64 KiB. */
  bodyLimit?: number;
}

const BODY_LIMIT = 64 * 1024;
const MOST_REDIRECTS = 5;
const CONNECT_TIMEOUT_MS = 10_000;

/** Requests to one origin, over connections that are kept and reused. Redirects are followed on that origin only. */
export class Transport {
  /** For one request with its answer, in milliseconds. */
  timeoutMs: number;
  private readonly dispatcher: Dispatcher;

  constructor(private readonly options: TransportOptions) {
    this.dispatcher = dispatcherFor(options);
    this.timeoutMs = options.timeoutMs;
  }

  get origin(): string {
    return this.options.origin;
  }

  /** @throws RegistryError for what keeps an answer from coming; any status is an answer */
  async request(method: 'GET' | 'HEAD' | 'DELETE', path: string, options: RequestOptions = {}): Promise<Answer> {
    let answer = await this.once(method, path, options);
    const seen = [path];
    while (isRedirect(answer)) {
      const next = this.redirectTarget(method, answer, seen);
      seen.push(next);
      answer = await this.once(method, next, options);
    }
    return answer;
  }

  /** Ends all connections, those with a request under way as well. */
  async close(): Promise<void> {
    await this.dispatcher.destroy();
  }

  private async once(method: 'GET' | 'HEAD' | 'DELETE', path: string, options: RequestOptions): Promise<Answer> {
    const { origin, proxy, log } = this.options;
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
      log?.(6, `${method} ${origin}${path} ${statusCode} in ${Math.round(performance.now() - started)} ms`);
      return { status: statusCode, headers, text };
    } catch (error) {
      if (options.signal?.aborted) throw error;
      const told = connectionError(error, origin + path, proxy);
      log?.(6, `${method} ${origin}${path} ${told.what}`);
      throw told;
    } finally {
      deadline.clear();
    }
  }

  private redirectTarget(method: string, answer: Answer, seen: string[]): string {
    const from = this.options.origin + seen.at(-1)!;
    const location = String(answer.headers.location);
    if (!URL.canParse(location, from)) throw failure('redirect', 'redirects to something that is no URL', from);
    const target = new URL(location, from);
    if (target.origin !== new URL(from).origin) {
      throw failure(
        'redirect',
        `redirects to another origin, ${target.origin}, which is not followed: the token stays here`,
        from,
      );
    }
    const path = target.pathname + target.search;
    if (seen.includes(path)) throw failure('redirect', 'redirects in a loop', from);
    if (seen.length > MOST_REDIRECTS) throw failure('redirect', `redirects more than ${MOST_REDIRECTS} times`, from);
    if (method === 'DELETE' && answer.status !== 307 && answer.status !== 308) {
      throw failure('redirect', `answers a deletion with a redirect (${answer.status})`, from);
    }
    return path;
  }
}

function isRedirect({ status, headers }: Answer): boolean {
  return [301, 302, 303, 307, 308].includes(status) && headers.location !== undefined;
}

function dispatcherFor({ origin, verify, trust, workers, proxy, timeoutMs }: TransportOptions): Dispatcher {
  const timeout = Math.min(timeoutMs, CONNECT_TIMEOUT_MS);
  const tls = { rejectUnauthorized: verify, secureContext: trust, timeout };
  const shared = { connections: workers, allowH2: true, keepAliveTimeout: 30_000 };
  if (!proxy) return new Pool(origin, { ...shared, connect: tls });
  return new ProxyAgent({
    ...shared,
    uri: proxy,
    requestTls: { ...tls, allowH2: true } as object,
    proxyTls: { secureContext: trust, timeout } as object,
    // Proxies commonly allow CONNECT to TLS ports only.
    proxyTunnel: origin.startsWith('https:'),
  });
}

/** The body as text, up to a limit; what comes after it is not read. */
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

/** Aborts a request after a time, or when the caller's signal does. (AbortSignal.any would pile up listeners on a signal that lives as long as the run.) */
class Deadline {
  private readonly controller = new AbortController();
  private readonly timer: NodeJS.Timeout;

  constructor(
    ms: number,
    private readonly outer?: AbortSignal,
  ) {
    this.timer = setTimeout(() => {
      this.controller.abort(Object.assign(new Error(`no answer within ${ms} ms`), { code: 'ETIMEDOUT' }));
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
