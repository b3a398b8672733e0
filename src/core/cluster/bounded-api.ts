import { retryAfterStatus } from '../kit/retry.js';
import type { Traffic } from '../kit/traffic.js';
import { isApiFailure } from './api-error.js';
import type {
  ApiRequestOptions,
  ApiResponse,
  ApiStream,
  ClusterApi,
  ExecOutput,
  ExecResult,
  ExecTarget,
  Identity,
} from './api.js';

/** Maximum attempts of a GET request after one that failed in spite of all its attempts. */
const TRIES_AFTER_FAILURE = 2;

/** How requests are retried, and why the latest one was. */
export interface Retries {
  /** Maximum attempts of a GET request whose responses are not what they should be. */
  unusableTries: number;
  /** Error of the latest attempt that failed; undefined if the latest request was not retried. */
  lastFailure?: Error;
}

/**
 * The same cluster, for work that must end when a signal aborts: every request ends then, unless it has a signal of its
 * own. Closing it closes the cluster.
 */
export class BoundedApi implements ClusterApi {
  /** True if the server failed in spite of all attempts of the latest GET request. */
  private hasFailed = false;

  constructor(
    private readonly api: ClusterApi,
    private readonly signal: AbortSignal,
    private readonly retries?: Retries,
  ) {}

  get server(): string {
    return this.api.server;
  }

  get namespace(): string {
    return this.api.namespace;
  }

  get identity(): Identity | undefined {
    return this.api.identity;
  }

  get impersonatedUser(): string | undefined {
    return this.api.impersonatedUser;
  }

  get certificateAuthority(): Buffer | undefined {
    return this.api.certificateAuthority;
  }

  get link(): ClusterApi['link'] {
    return this.api.link;
  }

  get traffic(): Traffic | undefined {
    return this.api.traffic;
  }

  get insecure(): boolean {
    return this.api.insecure;
  }

  request(method: string, path: string, options?: ApiRequestOptions): Promise<ApiResponse> {
    if (method !== 'GET') return this.api.request(method, path, this.bounded(options));
    return this.observed(this.api.request(method, path, this.reading(options)));
  }

  get<T>(path: string, options?: ApiRequestOptions): Promise<T> {
    return this.observed(this.api.get<T>(path, this.reading(options)));
  }

  stream(path: string, options?: ApiRequestOptions): Promise<ApiStream> {
    return this.api.stream(path, this.bounded(options));
  }

  exec(target: ExecTarget, command: string[], output: ExecOutput): Promise<ExecResult> {
    return this.api.exec(target, command, { ...output, signal: output.signal ?? this.signal });
  }

  token(rejected?: string): Promise<string | undefined> {
    return this.api.token(rejected);
  }

  close(): Promise<void> {
    return this.api.close();
  }

  private reading(options?: ApiRequestOptions): ApiRequestOptions {
    if (!this.retries) return this.bounded(options);
    const { unusableTries } = this.retries;
    return { unusableTries, ...(this.hasFailed && { tries: TRIES_AFTER_FAILURE }), ...this.bounded(options) };
  }

  private bounded(options: ApiRequestOptions = {}): ApiRequestOptions {
    // Callers pass `signal: undefined` if they have none.
    const bounded = { ...options, signal: options.signal ?? this.signal };
    const { retries } = this;
    if (!retries) return bounded;
    retries.lastFailure = undefined;
    return { onRetry: (error) => void (retries.lastFailure = error), ...bounded };
  }

  /** Remembers whether the server failed. */
  private async observed<T>(answer: Promise<T>): Promise<T> {
    try {
      const value = await answer;
      this.hasFailed = isFailure(value);
      return value;
    } catch (error) {
      this.hasFailed = isApiFailure(error);
      throw error;
    }
  }
}

/** True for a response with a status that is retried; false for an object. */
function isFailure(value: unknown): boolean {
  const { status } = value as Partial<ApiResponse>;
  return typeof status === 'number' && retryAfterStatus(status) !== undefined;
}
