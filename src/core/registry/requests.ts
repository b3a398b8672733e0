import { MAX_ATTEMPTS } from '../kit/limits.js';
import { isConnectionError } from '../kit/network-errors.js';
import { recheckAfter } from '../kit/recheck-after.js';
import { retryAfterStatus, withRetry, type Outcome, type RetryOptions } from '../kit/retry.js';
import { responseError } from './response-error.js';
import { registryErrorIn } from './response/registry-message.js';
import { withoutQuery, type Method, type RequestBody } from './transport/attempt.js';
import { Breaker } from './breaker.js';
import { isAway, mayHaveArrived, RegistryError } from './error.js';
import { Throttle } from './throttle.js';
import type { HttpResponse, Transport } from './transport.js';

/**
 * The bearer token, or a function that returns the current one; undefined when there is none. The function gets a token
 * that the registry has rejected, and returns another one if there is one.
 */
export type Token = string | ((rejected?: string) => Promise<string | undefined>) | undefined;

export interface RegistryRequest {
  method: Method;
  path: string;
  headers?: Record<string, string>;
  body?: RequestBody;
  /** True to get the body of a successful response as a stream. */
  isStream?: boolean;
  /** True to follow redirects to the registry's storage. */
  toStorage?: boolean;
  /** Maximum size of the body that is read, in bytes. */
  bodyLimit?: number;
  signal?: AbortSignal;
  /** Runs before each retry, and after a wait for other requests or for the token. It stops the request by throwing. */
  beforeRetry?: () => Promise<void>;
  /** Gets the error of each attempt after which the request is retried. */
  onRetry?: (error: Error) => void;
  /** Called after an attempt that can have been executed although no response confirms it. */
  onUnconfirmed?: () => void;
}

/** Sends one of the requests that are retried together. */
type Send = (request: RegistryRequest) => Promise<Answered>;

/** A response, with the details for its error message. */
export interface Answered {
  response: HttpResponse;
  /** Method and URL, without credentials. */
  url: string;
  /** True when the request carried a token. */
  hasToken: boolean;
  /** What to do about the proxy, if there is one. */
  proxyRemedies: readonly string[];
}

/** How requests are retried, for tests. */
export type Waits = Partial<Omit<RetryOptions<unknown>, 'retryAfter' | 'onRetry'>>;

/** Waits of 0.25, 0.75, 2.25, 6.75 and 12 s: 11 to 22 s in all, because a roll-out takes about ten seconds. */
const RETRY = { tries: MAX_ATTEMPTS, baseMs: 250, factor: 3, maxMs: 12_000 };
/**
 * Maximum attempts for 500 UNKNOWN: enough to outlast a burst of errors, with only two seconds lost for a deleted
 * stream.
 */
const MAX_UNKNOWN_ATTEMPTS = 4;

/**
 * Minimum time between two renewals of a rejected token, in ms. The registry rejects a user without the permission with
 * 401 too, for every deletion, and an exec plugin can return another token each time.
 */
const RENEWAL_PAUSE_MS = 10_000;

/** Sends requests to one registry with the token, retries, a throttle and a circuit breaker. */
export class Requests {
  private readonly breaker = new Breaker();
  private readonly throttle = new Throttle();
  private renewal: { at: number; done: Promise<unknown> } | undefined;

  constructor(
    private readonly transport: Transport,
    private readonly token: Token,
    private readonly retry: Waits = {},
  ) {}

  /**
   * Sends a request and retries it. All requests are idempotent.
   * @throws RegistryError when no response arrives; every status is a response
   */
  async send(request: RegistryRequest): Promise<Answered> {
    return this.sendTogether(request, (send) => send(request));
  }

  /**
   * Sends requests that are only retried together, such as those of an upload. The last response decides.
   * @param request the first one
   * @throws RegistryError when no response arrives; every status is a response
   */
  async sendTogether(request: RegistryRequest, together: (send: Send) => Promise<Answered>): Promise<Answered> {
    const hasToken = Boolean(await recheckAfter(() => this.currentToken(), request.beforeRetry));
    this.enterBreaker(this.urlOf(request));
    const attempt = (number: number): Promise<Answered> =>
      together(async (one) => {
        const response = await this.attempt(one, number);
        return { response, url: this.urlOf(one), hasToken, proxyRemedies: this.transport.proxyRemedies };
      });
    try {
      const { signal } = request;
      const onRetry = (outcome: Outcome<Answered>): void => request.onRetry?.(failureOf(outcome));
      const answered = await withRetry<Answered>(attempt, { ...RETRY, signal, retryAfter, onRetry, ...this.retry });
      if (isAway(answered.response.status))
        this.breaker.failed(responseError(answered.response, { ...answered, what: 'blob', hasToken: true }));
      else this.breaker.answered();
      return answered;
    } catch (error) {
      if (isConnectionError(error) && !request.signal?.aborted) this.breaker.failed(error);
      throw error;
    }
  }

  private urlOf({ method, path }: RegistryRequest): string {
    return `${method} ${withoutQuery(this.transport.origin + path)}`;
  }

  /** @throws RegistryError for this request, instead of the error of another one, if it may not be sent */
  private enterBreaker(url: string): void {
    try {
      this.breaker.enter();
    } catch (error) {
      throw error instanceof RegistryError ? notSent(url, error) : error;
    }
  }

  private attempt(request: RegistryRequest, attempt: number): Promise<HttpResponse> {
    const { beforeRetry } = request;
    return this.throttle.run(
      async (waited) => {
        if (attempt > 1 || waited) await beforeRetry?.();
        return this.authenticated(request);
      },
      ({ status }) => status === 429,
    );
  }

  /** Sends a request with the token, and again if the registry rejects it and there is another one meanwhile. */
  private async authenticated(request: RegistryRequest): Promise<HttpResponse> {
    const { beforeRetry } = request;
    const send = (token: string | undefined): Promise<HttpResponse> => this.sendOnce(request, token);
    const token = await recheckAfter(() => this.currentToken(), beforeRetry);
    const response = await send(token);
    if (response.status !== 401 || !token) return response;
    const current = await this.tokenAfter(token);
    if (!current || current === token) return response;
    await beforeRetry?.();
    return send(current);
  }

  private async sendOnce(
    { method, path, onUnconfirmed, ...options }: RegistryRequest,
    token: string | undefined,
  ): Promise<HttpResponse> {
    try {
      const authorization = token ? basic(token) : undefined;
      const response = await this.transport.request(method, path, { ...options, authorization });
      if (response.status >= 500) onUnconfirmed?.();
      return response;
    } catch (error) {
      if (mayHaveArrived(error)) onUnconfirmed?.();
      throw error;
    }
  }

  private async currentToken(): Promise<string | undefined> {
    return typeof this.token === 'function' ? this.token() : this.token;
  }

  /** Returns the token after a rejected one, which is the same one if there is no other or it cannot be renewed. */
  private async tokenAfter(rejected: string): Promise<string | undefined> {
    const { token } = this;
    if (typeof token !== 'function') return rejected;
    try {
      if (!this.renewal || performance.now() - this.renewal.at >= RENEWAL_PAUSE_MS)
        this.renewal = { at: performance.now(), done: token(rejected) };
      await this.renewal.done;
      return await token();
    } catch {
      return rejected;
    }
  }
}

/** Creates the error for a request that is not sent, because those before it failed. */
function notSent(url: string, last: RegistryError): RegistryError {
  const { kind, code, status, registryCode, suggestions, what } = last;
  return new RegistryError(`no request was sent, because the registry is unavailable: ${what}`, {
    ...{ kind, code, status, registryCode, suggestions },
    url,
    notSent: 'unavailable',
    cause: last,
  });
}

/** The registry accepts any user name; the token is the password. */
function basic(token: string): string {
  return `Basic ${Buffer.from(`regadm:${token}`).toString('base64')}`;
}

/** Returns the error of an attempt that failed. */
function failureOf(outcome: Outcome<Answered>): Error {
  if ('error' in outcome) return outcome.error as Error;
  return responseError(outcome.value.response, { ...outcome.value, what: 'blob' });
}

/**
 * Decides whether a request is retried. A timeout is retried once. 500 UNKNOWN is retried only a few times, because it
 * is also the response for an image stream that does not exist.
 */
function retryAfter(outcome: Outcome<Answered>, attempt: number): number | undefined {
  if ('error' in outcome) {
    if (attempt > 1 && outcome.error instanceof RegistryError && outcome.error.kind === 'timeout') return undefined;
    return isConnectionError(outcome.error) ? 0 : undefined;
  }
  const { response } = outcome.value;
  const { status, headers } = response;
  const isUnknown = status === 500 && registryErrorIn(response)?.code === 'UNKNOWN';
  if (isUnknown && attempt >= MAX_UNKNOWN_ATTEMPTS) return undefined;
  return retryAfterStatus(status, headers['retry-after']);
}
