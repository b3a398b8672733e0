import type { KubeConfig } from '@kubernetes/client-node';
import type http from 'node:http';
import type https from 'node:https';
import { hideLogin, hideSecret } from '../../kit/secrets/known.js';
import { redactWords } from '../../kit/secrets/redact-words.js';
import { ADVICE } from '../../model/advice.js';
import { RegadmError, messageOf } from '../../model/errors.js';
import { CredentialError } from './credential-error.js';
import type { Headers } from './impersonation.js';

/** Lifetime of cached authentication headers, in ms, because tokens in files and from exec plugins change. */
const REFRESH_MS = 60_000;

/** The agent and headers of requests to the API server. */
export interface Connection {
  agent: http.Agent;
  headers: Headers;
  auth?: string;
}

/** Provides the agent and the headers of a kubeconfig. Headers are read again every minute. */
export class Credentials {
  private agent: http.Agent | undefined;
  private headers: Promise<Connection> | undefined;
  private readAt = 0;

  constructor(
    private readonly config: KubeConfig,
    private readonly impersonation: Headers = {},
    private readonly now: () => number = Date.now,
  ) {}

  /** @throws RegadmError CREDENTIALS when an exec plugin or a file of the kubeconfig fails */
  async connection(): Promise<Connection> {
    if (!this.headers || this.now() - this.readAt > REFRESH_MS) {
      this.readAt = this.now();
      this.headers = this.read().then(({ agent, ...connection }) => ({
        ...connection,
        agent: (this.agent ??= keepAlive(agent)),
      }));
      this.headers.catch(() => (this.headers = undefined));
    }
    return this.headers;
  }

  /** Returns a connection of its own, which shares no sockets with requests. @throws RegadmError CREDENTIALS */
  ownConnection(): Promise<Connection> {
    return this.read();
  }

  /** Returns the bearer token, for the registry; undefined for client certificates and passwords. */
  async token(): Promise<string | undefined> {
    const { headers } = await this.connection();
    return /^Bearer (.+)$/.exec(String(headers.Authorization ?? ''))?.[1];
  }

  /**
   * Reads the credentials again after the server has rejected them: a token file can have been renewed.
   * @returns whether they differ now
   */
  async renew(): Promise<boolean> {
    const { headers: before } = await this.connection();
    this.headers = undefined;
    const { headers: after } = await this.connection();
    return before.Authorization !== after.Authorization;
  }

  close(): void {
    this.agent?.destroy();
  }

  private async read(): Promise<Connection> {
    const options: https.RequestOptions = {};
    try {
      await this.config.applyToHTTPSOptions(options);
    } catch (cause) {
      const isSafe = cause instanceof CredentialError;
      const reason = isSafe ? cause.message : redactWords(messageOf(cause).split('\n')[0]!);
      const suggestions = isSafe ? cause.suggestions : [];
      throw new RegadmError(`cannot get the credentials of the kubeconfig: ${reason}`, {
        code: 'CREDENTIALS',
        suggestions: suggestions.length > 0 ? suggestions : [ADVICE.refreshCredentials],
        cause: undefined,
      });
    }
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(options.headers ?? {}))
      if (value !== undefined) headers[name] = String(value).trim();
    hide(headers.Authorization, options.auth ?? undefined);
    return {
      agent: options.agent as http.Agent,
      headers: { ...headers, ...this.impersonation },
      ...(options.auth ? { auth: options.auth } : {}),
    };
  }
}

/** Keeps credentials out of all output. @param auth `user:password` */
function hide(authorization: string | undefined, auth: string | undefined): void {
  hideSecret(authorization);
  hideSecret(authorization?.replace(/^\w+\s+/, ''));
  const [, user, password] = /^([^:]*):(.*)$/s.exec(auth ?? '') ?? [];
  if (user !== undefined && password !== undefined) hideLogin(user, password);
}

/** Makes an agent reuse its connections: client-node's agents open one for every request. */
function keepAlive(agent: http.Agent): http.Agent {
  const shared = agent as http.Agent & {
    keepAlive: boolean;
    options: http.AgentOptions;
    maxSockets: number;
    maxFreeSockets: number;
  };
  shared.keepAlive = true;
  shared.options.keepAlive = true;
  shared.options.noDelay = true;
  shared.maxSockets = Infinity;
  shared.maxFreeSockets = 256;
  return shared;
}
