import { dispatcherFor, type Dispatcher } from '../../http/dispatcher.js';
import type { Reported } from '../../http/sender.js';
import { loadTrust } from '../../http/trust.js';
import { AttemptGuard } from '../../kit/attempt-guard.js';
import {
  ATTEMPT_LIMITS,
  ERROR_BODY_LIMIT_BYTES,
  MAX_ATTEMPTS,
  RESPONSE_LIMIT_BYTES,
  type AttemptLimits,
} from '../../kit/limits.js';
import { isConnectionError } from '../../kit/network-errors.js';
import { onAbort } from '../../kit/on-abort.js';
import { findProxy, type Proxy } from '../../kit/proxy.js';
import { proxyProblem, proxyRemedies, withoutPath } from '../../kit/proxy-words.js';
import { retryAfterStatus, withRetry, type Outcome, type RetryOptions } from '../../kit/retry.js';
import { RegadmError } from '../../model/errors.js';
import { headerOf, readBody, streamed, tooLong } from './body.js';
import { assertSpeaksPlainHttp, unreachable } from './unreachable.js';

export { headerOf, lengthOf } from './body.js';

/** How to reach the servers of an object store. */
export interface ConnectOptions {
  /** Certificate authorities besides the system's, PEM. */
  authorities?: readonly string[];
  /** Maximum number of concurrent requests. */
  concurrency: number;
  /** True to accept every certificate. */
  isUnverified?: boolean;
  log?: (level: number, line: string) => void;
  /** Called when a request is sent: for every attempt, but not for one that is canceled or fails before. */
  onRequest?: () => void;
  env?: NodeJS.ProcessEnv;
  /** What to do if the server cannot be reached. Default: check the endpoint of the storage. */
  advice?: string;
  /** For tests. */
  sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
}

export interface StoreRequest {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  /** Percent-encoded, with the query. */
  path: string;
  headers?: Record<string, string>;
  body?: Buffer | string;
  /** Maximum size of the body of a successful response, in bytes. Default: `RESPONSE_LIMIT_BYTES`. */
  bodyLimit?: number;
  /** True to receive the body of a successful response as it arrives, without a limit. */
  isStreamed?: boolean;
  /** True for a request that takes the server long, such as a copy: it sends nothing, or little, meanwhile. */
  isSlow?: boolean;
  signal?: AbortSignal;
}

export interface StoreResponse {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  /** Empty if the body is streamed. */
  body: Buffer;
  /**
   * The body as it arrives, if that was requested and the request succeeded. Read it to its end, or leave the loop:
   * until then, it occupies a connection. Fails if it ends early, or arrives too slowly.
   */
  content?: AsyncIterable<Buffer>;
  /** Number of attempts, this one included: an earlier one can have been executed although no response arrived. */
  attempts: number;
}

/** How often and after which wait something is tried again. */
type Retries = Pick<RetryOptions<unknown>, 'tries' | 'baseMs' | 'factor' | 'maxMs' | 'sleep'>;

/** Waits of 0.25, 0.75, 2.25, 6.75 and 12 s, jittered: 11 to 22 s in all. */
const RETRIES: Retries = { tries: MAX_ATTEMPTS, baseMs: 250, factor: 3, maxMs: 12_000 };
/** Maximum time until a deletion of many objects, or a copy, is answered, in ms. */
const SLOW_MS = 300_000;
/** Statuses of gateways that received no response, and of servers that do not know what they did. */
const UNANSWERED = new Set([500, 502, 504]);

/** The error of a change that may have been made, or may still be made, because its outcome is not known. */
export class Unanswered extends RegadmError {}

interface SendOptions {
  signal?: AbortSignal;
  /** Decides instead on responses: undefined if one is final, else the minimum wait in ms. */
  retryAfter?: RetryDecision;
  /** True to repeat the request only if the server stated that it did not execute it. */
  isSentOnce?: boolean;
}

/** Sends requests to one server of an object store, with retries. Follows no redirects. */
export class StoreClient {
  /** How requests are retried; also for what a successful response states about single objects. */
  readonly retries: Retries;
  /** When the outcome of a request that changes something was last unknown, by `performance.now()`. */
  unansweredAt: number | undefined;

  private constructor(
    /** The store in messages. */
    private readonly name: string,
    readonly origin: string,
    private readonly dispatcher: Dispatcher,
    private readonly options: ConnectOptions & { proxy?: Proxy },
  ) {
    const { sleep } = options;
    this.retries = { ...RETRIES, ...(sleep ? { sleep } : {}) };
  }

  /**
   * Prepares connections; sends nothing.
   * @param url of the server; its path is ignored
   * @throws RegadmError if the environment names a proxy that cannot be used
   */
  static async connect(name: string, url: string, options: ConnectOptions): Promise<StoreClient> {
    const { origin } = new URL(url);
    const { env, concurrency, authorities, isUnverified = false } = options;
    const found = findProxy(url, env);
    const problem = found && proxyProblem(found, ['http', 'https']);
    if (problem !== undefined)
      throw new RegadmError(`cannot reach ${name}: ${problem}`, {
        code: 'STORAGE_UNREACHABLE',
        suggestions: proxyRemedies(url, found!),
      });
    const proxy = found && { ...found, url: withoutPath(found.url) };
    const isEncrypted = origin.startsWith('https:') || proxy?.url.startsWith('https:');
    const trust = isEncrypted ? await loadTrust({ authorities, env }) : undefined;
    const dispatcher = dispatcherFor({
      ...{ origin, trust, proxy, timeoutMs: 0 },
      verify: !isUnverified,
      connections: concurrency,
    });
    return new StoreClient(name, origin, dispatcher, { ...options, proxy });
  }

  /**
   * Sends a request until its outcome is final: statuses 429 and 5xx, and broken connections, are retried.
   * @param build makes the request for each attempt, because signatures and tokens expire
   * @throws RegadmError STORAGE_UNREACHABLE when no response arrives; every status is a response
   * @throws Unanswered if a request that is sent once has no response, or one that does not state what was done
   */
  send(
    build: () => StoreRequest | Promise<StoreRequest>,
    { signal, retryAfter = afterStatus, isSentOnce = false }: SendOptions = {},
  ): Promise<StoreResponse> {
    const decide = (outcome: Outcome<StoreResponse>): number | undefined => {
      if ('value' in outcome) return retryAfter(outcome.value);
      return isConnectionError(outcome.error) && !isSentOnce ? 0 : undefined;
    };
    const attemptOnce = async (attempt: number): Promise<StoreResponse> => {
      const request = { ...(await build()), signal };
      return isSentOnce ? this.answered(request, attempt) : this.once(request, attempt);
    };
    return withRetry(attemptOnce, { ...this.retries, signal, retryAfter: decide });
  }

  /** Closes all connections. */
  async close(): Promise<void> {
    await this.dispatcher.destroy();
  }

  /** @throws Unanswered if it is not known whether the request was executed */
  private async answered(request: StoreRequest, attempts: number): Promise<StoreResponse> {
    const unknown = (why: string, cause?: RegadmError): Unanswered =>
      new Unanswered(why, { code: 'STORAGE_UNREACHABLE', suggestions: cause?.suggestions, cause });
    try {
      const response = await this.once(request, attempts);
      if (!UNANSWERED.has(response.status)) return response;
      throw unknown(`${this.name} answers with status ${response.status}, which does not state what it did`);
    } catch (error) {
      if (error instanceof RegadmError && isConnectionError(error)) throw unknown(error.message, error);
      throw error;
    }
  }

  private async once(request: StoreRequest, attempts: number): Promise<StoreResponse> {
    const { method, path, signal, bodyLimit = RESPONSE_LIMIT_BYTES } = request;
    const { log, onRequest, proxy, advice } = this.options;
    // A query can contain a signature.
    const url = `${this.origin}${path.split('?', 1)[0]!}`;
    const abort = new AbortController();
    const isChange = method !== 'GET' && method !== 'HEAD';
    let isSent = false;
    const onSent = (): void => {
      if (!isSent && !abort.signal.aborted) onRequest?.();
      isSent ||= !abort.signal.aborted;
    };
    const guard = new AttemptGuard((error) => abort.abort(error), { limits: limitsOf(request) });
    const ignoreAbort = onAbort(signal, () => abort.abort(signal?.reason));
    const end = (): void => {
      guard.stop();
      ignoreAbort();
    };
    const failure = (error: unknown): unknown => {
      if (signal?.aborted && isSent) log?.(6, `${method} ${url} canceled`);
      if (signal?.aborted || error instanceof RegadmError) return error;
      const failed = unreachable(guard.error ?? error, { name: this.name, url, proxy, advice });
      log?.(6, `${method} ${url} ${failed.message}`);
      return failed;
    };
    let content: AsyncIterable<Buffer> | undefined;
    try {
      const response = await this.dispatcher.request(this.sending(request, { signal: abort.signal, onSent }));
      guard.headArrived();
      const { statusCode: status } = response;
      if (isChange && UNANSWERED.has(status)) this.unansweredAt = performance.now();
      if (request.isStreamed && status < 300) {
        log?.(6, `${method} ${url} ${status}`);
        // Otherwise, an abort before anything is read would end the process.
        response.body.on('error', () => undefined);
        content = streamed(response, guard, { url, end, failure });
        return { status, headers: response.headers, body: Buffer.alloc(0), content, attempts };
      }
      const limit = status < 300 ? bodyLimit : ERROR_BODY_LIMIT_BYTES;
      const { body: whole, isCut } = await readBody(response.body, limit, guard);
      log?.(6, `${method} ${url} ${status}`);
      if (isCut && status < 300) throw tooLong(url, limit);
      assertSpeaksPlainHttp({ status, body: whole }, { name: this.name, url });
      return { status, headers: response.headers, body: whole, attempts };
    } catch (error) {
      if (isChange) this.unansweredAt = performance.now();
      throw failure(error);
    } finally {
      if (!content) end();
    }
  }

  private sending(
    { method, path, headers, body }: StoreRequest,
    attempt: { signal: AbortSignal; onSent: () => void },
  ): Dispatcher.RequestOptions & Reported {
    return {
      ...{ origin: this.origin, path, method, body, ...attempt },
      headers: { 'user-agent': 'regadm', ...headers },
      // The guard has its own limits.
      headersTimeout: 0,
      bodyTimeout: 0,
    };
  }
}

function limitsOf({ method, isSlow }: StoreRequest): AttemptLimits {
  if (isSlow) return { headMs: SLOW_MS, idleMs: SLOW_MS, rateWindowMs: SLOW_MS, minimumRate: 0 };
  const headMs = method === 'POST' || method === 'DELETE' ? SLOW_MS : ATTEMPT_LIMITS.headMs;
  return { ...ATTEMPT_LIMITS, headMs };
}

/** Decides on a response: undefined if it is final, else the minimum wait before the next attempt in ms. */
type RetryDecision = (response: StoreResponse) => number | undefined;

/** Retries 429 and 5xx, except 501. */
export function afterStatus({ status, headers }: StoreResponse): number | undefined {
  return retryAfterStatus(status, headers['retry-after']);
}

/** Returns the time of the server's clock, in ms since the epoch. @throws RegadmError if the response states none */
export function clockOf(name: string, response: Pick<StoreResponse, 'headers'>): number {
  const time = Date.parse(headerOf(response, 'date') ?? '');
  if (!Number.isNaN(time)) return time;
  throw new RegadmError(`${name}: cannot read the clock of the storage: its answers state no time (Date)`, {
    code: 'STORAGE_ERROR',
  });
}
