import type { KubeConfig } from '@kubernetes/client-node';
import type http from 'node:http';
import type https from 'node:https';
import { RegadmError, messageOf } from '../model/errors.js';

/** How long authentication headers are used before client-node is asked again (tokens in files and of exec plugins rotate). */
const REFRESH_MS = 60_000;

/** What every request to the API server carries. */
export interface Connection {
  agent: http.Agent;
  headers: Record<string, string>;
  auth?: string;
}

/** Agent and headers of a kubeconfig, made once; headers are refreshed every minute and on demand. */
export class Credentials {
  private agent: http.Agent | undefined;
  private headers: Promise<Connection> | undefined;
  private readAt = 0;

  constructor(
    private readonly config: KubeConfig,
    private readonly impersonatedGroups: string[] = [],
    private readonly now: () => number = Date.now,
  ) {}

  /** @throws RegadmError CREDENTIALS when an exec plugin or a file of the kubeconfig fails */
  async connection(): Promise<Connection> {
    if (!this.headers || this.now() - this.readAt > REFRESH_MS) {
      this.readAt = this.now();
      this.headers = this.read();
      this.headers.catch(() => (this.headers = undefined));
    }
    return this.headers;
  }

  /** The bearer token, for the registry; undefined for client certificates and passwords. */
  async token(): Promise<string | undefined> {
    const { headers } = await this.connection();
    return /^Bearer (.+)$/.exec(headers.Authorization ?? '')?.[1];
  }

  refresh(): void {
    this.headers = undefined;
  }

  close(): void {
    this.agent?.destroy();
  }

  private async read(): Promise<Connection> {
    const options: https.RequestOptions = {};
    try {
      await this.config.applyToHTTPSOptions(options);
    } catch (cause) {
      throw new RegadmError(`cannot get the credentials of the kubeconfig: ${messageOf(cause).split('\n')[0]}`, {
        code: 'CREDENTIALS',
        suggestions: ['run the login again (oc login), or pass --token'],
        cause: undefined,
      });
    }
    this.agent ??= keepAlive(options.agent as http.Agent);
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(options.headers ?? {}))
      if (value !== undefined) headers[name] = String(value).trim();
    const groups = this.impersonatedGroups;
    return {
      agent: this.agent,
      headers: groups.length > 0 ? { ...headers, 'Impersonate-Group': groups as never } : headers,
      ...(options.auth ? { auth: options.auth } : {}),
    };
  }
}

/** client-node's agents open a connection for every request; ours keep and share them. */
function keepAlive(agent: http.Agent): http.Agent {
  const open = agent as http.Agent & {
    keepAlive: boolean;
    options: http.AgentOptions;
    maxSockets: number;
    maxFreeSockets: number;
  };
  open.keepAlive = true;
  open.options.keepAlive = true;
  open.options.noDelay = true;
  open.maxSockets = Infinity;
  open.maxFreeSockets = 256;
  return open;
}
