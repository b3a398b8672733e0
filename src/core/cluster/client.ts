import type { KubeConfig } from '@kubernetes/client-node';
import { AttemptTimeout } from '../kit/attempt-guard.js';
import { isConnectionError } from '../kit/network-errors.js';
import { retryAfterStatus, withRetry, type Outcome } from '../kit/retry.js';
import type { Proxy } from '../kit/proxy.js';
import { proxyRemedies } from '../kit/proxy-words.js';
import { Traffic } from '../kit/traffic.js';
import type { Timers } from '../kit/timers.js';
import { RegadmError } from '../model/errors.js';
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
import { apiError } from './api-error.js';
import { authorityOf, identityOf } from './connection/chosen.js';
import { API_RETRY, FIRST_CONTACT_TRIES, MAX_TIMEOUTS } from './connection/attempts.js';
import { connectionError } from './connection/connection-error.js';
import type { Connection, Credentials } from './connection/credentials.js';
import { LinkSpeed } from './connection/link-speed.js';
import { requestUrl } from './connection/server-address.js';
import type { RawResponse } from './connection/transport.js';
import { TunnelTimeout } from './connection/tunnel-timeout.js';
import { expectAnyObject } from './expect.js';
import { Exchanges, type StreamAnswer } from './exchanges.js';
import { parseObject } from './response.js';
import { UnusableResponse, uncompressed, validated } from './connection/unusable-response.js';

/** Status of rejected credentials. */
const UNAUTHORIZED = 401;

interface ApiSettings {
  /** Timeout of a whole request, in ms; 0: none. */
  timeoutMs: number;
  insecure: boolean;
  /** The proxy of all requests, for errors. */
  proxy?: Proxy;
  log: (level: number, line: string) => void;
  /** For tests. */
  timers?: Timers;
}

/** ClusterApi over Node's https and a pool of connections, with client-node's configuration and credentials. */
export class HttpClusterApi implements ClusterApi {
  readonly link = new LinkSpeed();
  private readonly exchanges: Exchanges;
  private reached = false;

  constructor(
    private readonly config: KubeConfig,
    private readonly credentials: Credentials,
    private readonly settings: ApiSettings,
    readonly traffic = new Traffic(),
  ) {
    this.exchanges = new Exchanges(this.traffic, settings.log, settings.timers);
  }

  /** Without user and password, because it is printed, and written to plans and reports. */
  get server(): string {
    return this.address.replace(/^([a-z]+:\/\/)[^/?#]*@/i, '$1');
  }

  private get address(): string {
    return this.config.getCurrentCluster()!.server;
  }

  get namespace(): string {
    return this.config.getContextObject('context')?.namespace ?? 'default';
  }

  get identity(): Identity {
    return identityOf(this.config);
  }

  get insecure(): boolean {
    return this.settings.insecure;
  }

  get impersonatedUser(): string | undefined {
    return this.config.getCurrentUser()?.impersonateUser || undefined;
  }

  get certificateAuthority(): Buffer | undefined {
    return authorityOf(this.config);
  }

  token(rejected?: string): Promise<string | undefined> {
    return this.credentials.token(rejected);
  }

  async request(method: string, path: string, options: ApiRequestOptions = {}): Promise<ApiResponse> {
    let current = options;
    try {
      const once = async (attempt: number): Promise<ApiResponse> => {
        if (attempt > 1) await options.beforeRetry?.();
        return validated(this.toResponse(await this.authenticated(method, path, current), method, path), options);
      };
      return await withRetry(once, {
        ...API_RETRY,
        tries: options.retry === false ? 1 : (options.tries ?? API_RETRY.tries),
        signal: options.signal,
        retryAfter: (outcome, attempt) => this.retryAfter(outcome, attempt, options),
        onRetry: (outcome) => {
          if ('error' in outcome && outcome.error instanceof UnusableResponse) current = uncompressed(options);
          options.onRetry?.(this.failure(outcome));
        },
      });
    } catch (error) {
      options.signal?.throwIfAborted();
      throw this.failure({ error });
    }
  }

  /** What to do about the proxy, if there is one. */
  private get proxyRemedies(): string[] {
    const { proxy } = this.settings;
    return proxy ? proxyRemedies(this.server, proxy) : [];
  }

  /** Returns the error of an attempt that failed. The proxy comes first among what to do about an unusable response. */
  private failure(outcome: Outcome<ApiResponse>): Error {
    if ('value' in outcome) return apiError(outcome.value);
    if (!(outcome.error instanceof UnusableResponse)) return this.unreachable(outcome.error);
    const { cause } = outcome.error;
    if (cause instanceof RegadmError) cause.suggestions.unshift(...this.proxyRemedies);
    return cause as Error;
  }

  private unreachable(error: unknown): Error {
    const { tlsServerName } = this.config.getCurrentCluster()!;
    return connectionError(this.server, error, { proxy: this.settings.proxy, tlsServerName });
  }

  async get<T>(path: string, options: ApiRequestOptions = {}): Promise<T> {
    const response = await this.request('GET', path, { validate: expectAnyObject, ...options });
    if (response.status !== 200) throw apiError(response);
    return response.json<T>();
  }

  async stream(path: string, options: ApiRequestOptions = {}): Promise<ApiStream> {
    const method = 'GET';
    let answer: StreamAnswer;
    try {
      const url = requestUrl(this.address, path, options.query);
      answer = await this.credentials.use<StreamAnswer>(
        (connection) => this.exchanges.stream({ method, path, url, connection, options }),
        (result) => 'response' in result && result.response.status === UNAUTHORIZED,
      );
    } catch (error) {
      options.signal?.throwIfAborted();
      throw this.unreachable(error);
    }
    if ('response' in answer) throw apiError(this.toResponse(answer.response, method, path));
    const { incoming, chunks } = answer;
    return { headers: incoming.headers, chunks, close: () => incoming.destroy() };
  }

  async exec(target: ExecTarget, command: string[], output: ExecOutput): Promise<ExecResult> {
    const { execInPod, execPath, ExecRefused } = await import('./exec.js');
    const statusOf = (error: unknown): number | undefined => (error instanceof ExecRefused ? error.status : undefined);
    const start = async (): Promise<ExecResult | InstanceType<typeof ExecRefused>> => {
      const connection = await this.credentials.ownConnection();
      const { timers } = this.settings;
      const running = this.exchanges.exec({
        path: execPath(target),
        run: (counted, opened) =>
          execInPod(this.server, connection, { target, command, output }, { timers, counted, opened }),
        statusOf,
      });
      return running.catch((error: unknown) => {
        if (error instanceof ExecRefused) return error;
        throw error;
      });
    };
    const result = await this.credentials.use(
      start,
      (ended) => ended instanceof ExecRefused && ended.status === UNAUTHORIZED,
    );
    if (result instanceof ExecRefused) throw result;
    return result;
  }

  async close(): Promise<void> {
    await this.exchanges.close();
    this.credentials.close();
  }

  private authenticated(method: string, path: string, options: ApiRequestOptions): Promise<RawResponse> {
    return this.credentials.use(
      (connection) => this.attempt({ method, path }, options, connection),
      ({ status }) => status === UNAUTHORIZED,
      options.beforeRetry,
    );
  }

  private async attempt(
    { method, path }: { method: string; path: string },
    options: ApiRequestOptions,
    connection: Connection,
  ): Promise<RawResponse> {
    const url = requestUrl(this.address, path, options.query);
    const { timeoutMs } = this.settings;
    const limited = { timeoutMs, ...options };
    const response = await this.exchanges.send({ method, path, url, connection, options: limited, link: this.link });
    this.reached = true;
    return response;
  }

  private retryAfter(
    outcome: Outcome<ApiResponse>,
    attempt: number,
    { unusableTries = Infinity }: ApiRequestOptions,
  ): number | undefined {
    if ('value' in outcome) return retryAfterStatus(outcome.value.status, outcome.value.headers['retry-after']);
    if (outcome.error instanceof UnusableResponse) return attempt < unusableTries ? 0 : undefined;
    if (!isConnectionError(outcome.error)) return undefined;
    if (outcome.error instanceof AttemptTimeout && attempt >= MAX_TIMEOUTS) return undefined;
    if (outcome.error instanceof TunnelTimeout && !this.reached) return undefined;
    return this.reached || attempt < FIRST_CONTACT_TRIES ? 0 : undefined;
  }

  private toResponse(response: RawResponse, method: string, path: string): ApiResponse {
    const { server, proxyRemedies: remedies } = this;
    const json = <T>(): T => parseObject<T>(response, `${server}${path}`);
    return { ...response, proxyRemedies: remedies, request: `${method} ${path}`, json };
  }
}
