import type { KubeConfig } from '@kubernetes/client-node';
import type http from 'node:http';
import type https from 'node:https';
import { recheckAfter } from '../../kit/recheck-after.js';
import { hideLogin, hideSecret } from '../../kit/secrets/known.js';
import { redactWords } from '../../kit/secrets/redact-words.js';
import { ADVICE } from '../../model/advice.js';
import { RegadmError, messageOf } from '../../model/errors.js';
import { Agents } from './agents.js';
import type { KeepingAuthenticator } from './authenticator.js';
import { CredentialError } from './credential-error.js';
import type { Headers } from './impersonation.js';
import { tokenProblem } from './token-problem.js';

/** Lifetime of cached authentication headers, in ms, because tokens and certificates in files change. */
const REFRESH_MS = 60_000;

/** The agent and headers of requests to the API server. */
export interface Connection {
  agent: http.Agent;
  headers: Headers;
  auth?: string;
  /** Client certificate and key of new connections, PEM; empty if there is none. */
  certificate: string;
}

interface CredentialOptions {
  impersonation?: Headers;
  /** What keeps the credentials, if anything does. */
  keeper?: KeepingAuthenticator;
  /** For tests. */
  now?: () => number;
}

/**
 * Provides the agent and the headers of a kubeconfig. They are read again every minute, before credentials expire, and
 * when a server rejects them.
 */
export class Credentials {
  private readonly agents = new Agents();
  private reading: Promise<Connection> | undefined;
  /** The result of the last reading; undefined while that result is not known yet. */
  private latest: Connection | undefined;
  private renewAt = 0;
  private readonly now: () => number;

  constructor(
    private readonly config: KubeConfig,
    private readonly options: CredentialOptions = {},
  ) {
    this.now = options.now ?? Date.now;
  }

  /** @throws RegadmError CREDENTIALS when an exec plugin or a file of the kubeconfig fails */
  connection(): Promise<Connection> {
    return this.reading && this.now() < this.renewAt ? this.reading : this.readAgain();
  }

  /** Returns a connection of its own, which shares no sockets with requests. @throws RegadmError CREDENTIALS */
  ownConnection(): Promise<Connection> {
    return this.read();
  }

  /**
   * Sends a request, and again if the server rejects the credentials and there are other ones meanwhile.
   * @param isRejected whether a result means that the credentials were rejected
   * @param recheck awaited before the request is sent again, or after a long wait for credentials
   */
  async use<T>(
    send: (connection: Connection) => Promise<T>,
    isRejected: (result: T) => boolean,
    recheck?: () => Promise<void>,
  ): Promise<T> {
    const used = await recheckAfter(() => this.connection(), recheck);
    const result = await send(used);
    if (!isRejected(result)) return result;
    const current = await this.renew(used);
    if (isSame(current, used)) return result;
    await recheck?.();
    return send(current);
  }

  /**
   * Returns the bearer token, for the registry; undefined for client certificates and passwords.
   * @param rejected a token that a server has rejected: it is read again unless there is another one already
   */
  async token(rejected?: string): Promise<string | undefined> {
    const current = await this.connection();
    const isRejected = rejected !== undefined && bearerToken(current) === rejected;
    return bearerToken(isRejected ? await this.renew(current) : current);
  }

  close(): void {
    this.agents.close();
  }

  /** Returns credentials that were read after rejected ones: requests that fail at the same time share one reading. */
  private renew(rejected: Connection): Promise<Connection> {
    if (this.latest !== rejected) return this.connection();
    this.options.keeper?.discard();
    return this.readAgain();
  }

  private readAgain(): Promise<Connection> {
    this.latest = undefined;
    this.renewAt = this.now() + REFRESH_MS;
    const reading = this.readShared();
    this.reading = reading;
    reading.then(
      (connection) => {
        if (this.reading !== reading) return;
        this.latest = connection;
        this.renewAt = Math.min(this.renewAt, this.options.keeper?.renewAt ?? Infinity);
      },
      () => {
        if (this.reading === reading) this.reading = undefined;
      },
    );
    return reading;
  }

  private async readShared(): Promise<Connection> {
    const { agent, ...connection } = await this.read();
    return { ...connection, agent: this.agents.for(connection.certificate, agent) };
  }

  private async read(): Promise<Connection> {
    const options: https.RequestOptions = {};
    try {
      await this.config.applyToHTTPSOptions(options);
    } catch (cause) {
      throw credentialsFailed(cause);
    }
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(options.headers ?? {}))
      if (value !== undefined) headers[name] = String(value).trim();
    hide(headers.Authorization, options.auth ?? undefined);
    assertSendable(headers.Authorization);
    const provider = this.config.getCurrentUser()?.authProvider as { name?: string } | undefined;
    if (provider && !headers.Authorization && !options.auth) throw noProviderToken(provider.name);
    return {
      agent: options.agent as http.Agent,
      headers: { ...headers, ...this.options.impersonation },
      certificate: [options.cert, options.key].map((part) => String(part ?? '')).join(''),
      ...(options.auth ? { auth: options.auth } : {}),
    };
  }
}

function isSame(one: Connection, other: Connection): boolean {
  return one.headers.Authorization === other.headers.Authorization && one.certificate === other.certificate;
}

function bearerToken({ headers }: Connection): string | undefined {
  return /^Bearer (.+)$/.exec(String(headers.Authorization ?? ''))?.[1];
}

/** Checks a token of the kubeconfig itself. Authenticators check those that they read, and say where they come from. */
function assertSendable(authorization = ''): void {
  const problem = tokenProblem(authorization);
  if (problem) throw credentialsFailed(new CredentialError(`the token of its user: ${problem}`, [ADVICE.token]));
}

/** Creates the error for an auth-provider without a token: requests would run as an anonymous user. */
function noProviderToken(name = ''): RegadmError {
  const reason = 'it has expired, or regadm does not support this provider';
  return credentialsFailed(new CredentialError(`the auth-provider "${name}" of its user returned no token: ${reason}`));
}

function credentialsFailed(cause: unknown): RegadmError {
  const isSafe = cause instanceof CredentialError;
  const reason = isSafe ? cause.message : redactWords(messageOf(cause).split('\n')[0]!);
  const suggestions = isSafe ? cause.suggestions : [];
  return new RegadmError(`cannot get the credentials of the kubeconfig: ${reason}`, {
    code: 'CREDENTIALS',
    suggestions: suggestions.length > 0 ? suggestions : [ADVICE.refreshCredentials],
    cause: undefined,
  });
}

/** Keeps credentials out of all output. @param auth `user:password` */
function hide(authorization: string | undefined, auth: string | undefined): void {
  hideSecret(authorization);
  hideSecret(authorization?.replace(/^\w+\s+/, ''));
  const [, user, password] = /^([^:]*):(.*)$/s.exec(auth ?? '') ?? [];
  if (user !== undefined && password !== undefined) hideLogin(user, password);
}
