import { LazyDispatcher } from '../http/lazy-dispatcher.js';
import { SingleRequests } from '../http/single-requests.js';
import type { Trust } from '../http/trust.js';
import type { AttemptGuard } from '../kit/attempt-guard.js';
import { ATTEMPT_LIMITS, ERROR_BODY_LIMIT_BYTES, type AttemptLimits } from '../kit/limits.js';
import type { Proxy } from '../kit/proxy.js';
import { logExchange } from '../kit/log-exchange.js';
import { Traffic, type CountedRequest } from '../kit/traffic.js';
import { proxyRemedies } from '../kit/proxy-words.js';
import { Attempt, withoutQuery, type Method, type RequestBody, type Route } from './transport/attempt.js';
import { RegistryError } from './error.js';
import { failure } from './failure.js';
import { proxyRefusal } from './proxy.js';
import { requestKind } from './request-kind.js';
import { isRedirect, redirectTarget } from './transport/redirects.js';
import { StorageRoutes } from './transport/storage-routes.js';
import { streamOf, type BodyStream } from './transport/stream.js';

interface TransportOptions {
  /** Scheme, host and port. */
  origin: string;
  /** False to accept every certificate. */
  verify: boolean;
  trust?: Trust;
  /** Maximum number of connections. */
  workers: number;
  /** Timeout per request, response included, in ms; 0: only the built-in limits. */
  timeoutMs: number;
  /** For tests. */
  limits?: AttemptLimits;
  /** For tests. */
  writeMs?: number;
  proxy?: Proxy;
  /** Where the proxies of the storage are found, to which the registry redirects. */
  env?: NodeJS.ProcessEnv;
  log?: (level: number, line: string) => void;
  /** Counts the requests. */
  traffic?: Traffic;
}

/** A response; its body is truncated at the limit. */
export interface HttpResponse {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  /** The bytes of the body that was read; absent for a stream. */
  content?: Buffer;
  /** The body of a response with status 200, if a stream was requested. Whoever gets it reads or cancels it. */
  stream?: BodyStream;
  /** Origin of the storage that answered, if the registry redirected there. */
  storage?: string;
}

interface RequestOptions {
  headers?: Record<string, string>;
  /** Sent to the registry only. */
  authorization?: string;
  body?: RequestBody;
  signal?: AbortSignal;
  /** True for a request that checks the registry. Most dry runs send no other, so they need no undici. */
  isCheck?: boolean;
  /** Maximum size of the body of a successful response, in bytes. Default: it is cut off at 64 KiB. */
  bodyLimit?: number;
  /** True to get the body of a successful response as a stream. The timeout then ends with its head. */
  isStream?: boolean;
  /** True to follow redirects to the registry's storage, without the token. */
  toStorage?: boolean;
}

/**
 * Maximum time until the registry answers a deletion or the end of an upload, in ms: Swift deletes the segments of a
 * blob one by one, and S3 copies a blob in parts to its place.
 */
const WRITE_MS = 300_000;
/** Status of proxies only. */
const PROXY_AUTHENTICATION_REQUIRED = 407;

/** Sends requests to one origin, over a pool of connections. Follows redirects to another one only to read a blob. */
export class Transport {
  /** Timeout per request, response included, in ms; 0: only the built-in limits. */
  timeoutMs: number;
  private readonly connections: LazyDispatcher;
  private readonly own: Route;
  /** The route of requests that check the registry before any other is sent. */
  private readonly check: Route;
  private readonly storages: StorageRoutes;
  private readonly traffic: Traffic;
  private readonly inFlight = new Set<Promise<unknown>>();
  private isClosed = false;

  constructor(private readonly options: TransportOptions) {
    const { workers, ...connection } = options;
    const { origin, proxy, trust, env } = options;
    this.connections = new LazyDispatcher({ ...connection, connections: workers });
    this.own = { origin, proxy, sender: this.connections };
    const single = new SingleRequests({ ...connection, otherwise: this.connections });
    this.check = { origin, proxy, sender: proxy ? this.connections : single };
    this.storages = new StorageRoutes({ trust, env, connections: workers });
    this.timeoutMs = options.timeoutMs;
    this.traffic = options.traffic ?? new Traffic();
  }

  get origin(): string {
    return this.options.origin;
  }

  /** The proxy of all requests to the registry, if any. */
  get proxy(): Proxy | undefined {
    return this.options.proxy;
  }

  /** What to do about the proxy if something other than the registry answers; nothing without a proxy. */
  get proxyRemedies(): string[] {
    const { origin, proxy } = this.options;
    return proxy ? proxyRemedies(origin, proxy) : [];
  }

  /** Sends a request. @throws RegistryError when no response arrives; every status is a response */
  async request(method: Method, path: string, options: RequestOptions = {}): Promise<HttpResponse> {
    const { authorization, headers, toStorage = false, isCheck = false } = options;
    const own = isCheck ? this.check : this.own;
    const seen = [new URL(this.origin + path)];
    const withToken = { ...headers, ...(authorization === undefined ? {} : { authorization }) };
    let response = await this.once(method, { route: own, path }, { ...options, headers: withToken });
    let hasLeft = false;
    while (isRedirect(response)) {
      const { status } = response;
      const target = redirectTarget({ method, seen, status, location: String(response.headers.location), toStorage });
      seen.push(target);
      hasLeft ||= target.origin !== seen[0]!.origin;
      const place = { route: hasLeft ? this.storages.to(target) : own, path: target.pathname + target.search };
      response = await this.once(method, place, hasLeft ? options : { ...options, headers: withToken });
      if (hasLeft) response.storage = target.origin;
    }
    return response;
  }

  /** Closes all connections, including those with a request in flight, and waits until these are logged. */
  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.all([this.connections.destroy(), this.storages.close()]);
    await Promise.allSettled(this.inFlight);
  }

  private async once(...request: Parameters<Transport['answered']>): Promise<HttpResponse> {
    const answering = this.answered(...request);
    this.inFlight.add(answering);
    try {
      return await answering;
    } finally {
      this.inFlight.delete(answering);
    }
  }

  private async answered(
    method: Method,
    { route, path }: { route: Route; path: string },
    options: RequestOptions,
  ): Promise<HttpResponse> {
    const { log } = this.options;
    const url = withoutQuery(route.origin + path);
    const started = log ? performance.now() : 0;
    const counted = this.traffic.begin(requestKind(method, this.isStorage(route) ? undefined : path));
    const attempt = this.attempt(method, { route, path, counted }, options);
    let isOpen = false;
    counted.waits();
    try {
      const { statusCode: status, headers, body } = await attempt.send();
      const logged = (bytes?: number): void => {
        if (!log) return;
        log(6, `${method} ${url} ${status} in ${Math.round(performance.now() - started)} ms`);
        logExchange(log, { sent: options.headers ?? {}, received: headers, bytes });
      };
      if (options.isStream && status === 200) {
        isOpen = true;
        logged();
        const parts = counted.stream(body);
        return { status, headers, text: '', stream: streamOf({ body: parts, headers, attempt, url }) };
      }
      const bodyLimit = status === 200 ? options.bodyLimit : undefined;
      const { content, isCut } = await readBody(
        counted.stream(body),
        bodyLimit ?? ERROR_BODY_LIMIT_BYTES,
        attempt.guard,
      );
      if (isCut && bodyLimit) throw tooLong(url, bodyLimit, status);
      logged(content.length);
      if (status === PROXY_AUTHENTICATION_REQUIRED && route.proxy) throw proxyRefusal(url, status, route.proxy);
      return { status, headers, content, text: content.toString('utf8') };
    } catch (error) {
      const failed = attempt.failure(error);
      const isCanceled = this.isClosed || options.signal?.aborted;
      if (isCanceled && counted.isSent) log?.(6, `${method} ${url} canceled`);
      else if (!isCanceled && failed instanceof RegistryError) log?.(6, `${method} ${url} ${failed.what}`);
      throw failed;
    } finally {
      // The parts of a stream are waited for when they are read.
      counted.pauses();
      if (!isOpen) {
        counted.ended();
        attempt.end();
      }
    }
  }

  private isStorage(route: Route): boolean {
    return route !== this.own && route !== this.check;
  }

  private attempt(
    method: Method,
    { route, path, counted }: { route: Route; path: string; counted: CountedRequest },
    options: RequestOptions,
  ): Attempt {
    const { limits = ATTEMPT_LIMITS, writeMs = WRITE_MS } = this.options;
    const { headers = {}, body, signal, isStream = false } = options;
    const isUpload = body !== undefined && !Buffer.isBuffer(body);
    const isTransfer = isStream || isUpload;
    const builtIn = method === 'DELETE' || isUpload ? writeMs : limits.headMs;
    const headMs = isTransfer && this.timeoutMs > 0 ? Math.min(this.timeoutMs, builtIn) : builtIn;
    return new Attempt({
      ...{ route, method, path, headers, body, signal, counted },
      limits: { ...limits, headMs },
      totalMs: isTransfer ? 0 : this.timeoutMs,
    });
  }
}

/** Creates the error for a body that is too long. With the status, it is a failure of this object only. */
function tooLong(url: string, limit: number, status: number): RegistryError {
  return failure('answer', `answers with more than ${limit / 1024} KiB`, url, { status });
}

/** Reads a body, up to a limit. */
async function readBody(
  body: AsyncIterable<Buffer>,
  limit: number,
  guard: AttemptGuard,
): Promise<{ content: Buffer; isCut: boolean }> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    guard.took(chunk.length);
    chunks.push(chunk);
    length += chunk.length;
    if (length > limit) break;
  }
  return { content: Buffer.concat(chunks).subarray(0, limit), isCut: length > limit };
}
