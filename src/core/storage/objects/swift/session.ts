import { ADVICE } from '../../../model/advice.js';
import { RegadmError } from '../../../model/errors.js';
import type { SwiftLogin } from '../../credentials.js';
import { StoreClient, type ConnectOptions, type StoreRequest, type StoreResponse } from '../../http/client.js';
import { StoreRefusal } from '../store-refusal.js';
import { logIn, type SwiftToken } from './log-in.js';

/** A token is renewed this long before it expires, in ms. */
const RENEW_BEFORE_MS = 60_000;

interface SessionOptions {
  /** The store in messages. */
  name: string;
  login: SwiftLogin;
  connect: ConnectOptions;
  /** The account's URL, instead of the one that the login states. */
  endpoint?: string;
}

/** Sends requests to an account of Swift with a token, which it renews. */
export class SwiftSession {
  private renewal: Promise<SwiftToken> | undefined;

  private constructor(
    private readonly options: SessionOptions,
    private readonly identity: StoreClient,
    private readonly storage: StoreClient,
    private token: SwiftToken,
  ) {}

  /** Logs in. @throws RegadmError as `logIn` */
  static async open(options: SessionOptions): Promise<SwiftSession> {
    const { name, login, connect, endpoint } = options;
    const identity = await StoreClient.connect(name, login.authUrl, { ...connect, advice: ADVICE.swiftLogin });
    try {
      const token = await logIn(identity, login);
      const storage = await StoreClient.connect(name, endpoint ?? token.storageUrl, connect);
      return new SwiftSession(options, identity, storage, token);
    } catch (error) {
      await identity.close();
      throw error;
    }
  }

  /** How requests are retried. */
  get retries(): StoreClient['retries'] {
    return this.storage.retries;
  }

  /** When the outcome of a change was last unknown, by `performance.now()`. */
  get unansweredAt(): number | undefined {
    return this.storage.unansweredAt;
  }

  /** Path of the account's URL, without a slash at its end. */
  get accountPath(): string {
    return new URL(this.options.endpoint ?? this.token.storageUrl).pathname.replace(/\/+$/, '');
  }

  /**
   * Sends a request; after a 401, again with another token.
   * @param request its path is below the account
   * @throws RegadmError STORAGE_UNREACHABLE, STORAGE_DENIED; every other status is a response
   */
  async send(request: StoreRequest, options: { isSentOnce?: boolean } = {}): Promise<StoreResponse> {
    const { token } = await this.current();
    const first = await this.sendWith(token, request, options);
    if (first.status !== 401) return first;
    const renewed = await this.renew(token);
    const second = await this.sendWith(renewed.token, request, options);
    if (second.status === 401)
      throw new StoreRefusal(`${this.options.name}: the storage rejects a new token (status 401)`, {
        code: 'STORAGE_DENIED',
        suggestions: ['check that the credentials belong to this storage'],
      });
    return { ...second, attempts: first.attempts + second.attempts };
  }

  /** Reads what the server states about itself, without a token; undefined if it states nothing. */
  async info(): Promise<Record<string, unknown> | undefined> {
    const path = `${this.accountPath.replace(/\/v1(\.0)?(\/.*)?$/, '')}/info`;
    try {
      const { status, body } = await this.storage.send(() => ({ method: 'GET', path }));
      const info: unknown = status === 200 ? JSON.parse(body.toString('utf8')) : undefined;
      return typeof info === 'object' && info !== null ? (info as Record<string, unknown>) : undefined;
    } catch (error) {
      if (error instanceof RegadmError) throw error;
      return undefined;
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.identity.close(), this.storage.close()]);
  }

  private sendWith(
    token: string,
    request: StoreRequest,
    { isSentOnce }: { isSentOnce?: boolean },
  ): Promise<StoreResponse> {
    const path = this.accountPath + request.path;
    const headers = { ...request.headers, 'x-auth-token': token };
    return this.storage.send(() => ({ ...request, path, headers }), { signal: request.signal, isSentOnce });
  }

  private async current(): Promise<SwiftToken> {
    const { expiresAt = Infinity } = this.token;
    if (Date.now() < expiresAt - RENEW_BEFORE_MS) return this.token;
    return this.renew(this.token.token);
  }

  /** Logs in again, once for all requests that wait for it. */
  private async renew(rejected: string): Promise<SwiftToken> {
    if (this.token.token !== rejected) return this.token;
    this.renewal ??= logIn(this.identity, this.options.login).finally(() => (this.renewal = undefined));
    this.token = await this.renewal;
    return this.token;
  }
}
