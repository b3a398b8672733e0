import type http from 'node:http';
import https from 'node:https';
import tls from 'node:tls';

/** The agents of requests: one that keeps its connections, for the current client certificate. */
export class Agents {
  private current: { agent: http.Agent; certificate: string } | undefined;
  private readonly former: http.Agent[] = [];

  /**
   * Returns the agent with the connections that are open already. Another certificate needs new connections, because
   * a connection keeps the certificate with which it was opened.
   * @param agent used if there are no connections with that certificate
   */
  for(certificate: string, agent: http.Agent): http.Agent {
    if (this.current?.certificate === certificate) return this.current.agent;
    if (this.current) this.retire(this.current.agent);
    this.current = { agent: withOneContext(keepAlive(agent)), certificate };
    return agent;
  }

  close(): void {
    for (const agent of this.former) agent.destroy();
    this.current?.agent.destroy();
  }

  /** Closes idle connections now, and the others when their requests have ended. */
  private retire(agent: http.Agent): void {
    this.former.push(agent);
    (agent as SharedAgent).keepAlive = false;
    for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
  }
}

type SharedAgent = http.Agent & {
  keepAlive: boolean;
  options: http.AgentOptions;
  maxSockets: number;
  maxFreeSockets: number;
};

/** Makes an agent reuse its connections: client-node's agents open one for every request. */
function keepAlive(agent: http.Agent): http.Agent {
  const shared = agent as SharedAgent;
  shared.keepAlive = true;
  shared.options.keepAlive = true;
  shared.options.noDelay = true;
  shared.maxSockets = Infinity;
  shared.maxFreeSockets = 256;
  return shared;
}

/**
 * Makes the connections of an agent share one TLS context. Otherwise, Node.js parses the authorities and the client
 * certificate for each. The agents of proxies connect in their own way.
 */
function withOneContext(agent: http.Agent): http.Agent {
  if (Object.getPrototypeOf(agent) !== https.Agent.prototype) return agent;
  const own = agent as unknown as { createConnection(options: tls.ConnectionOptions, callback: unknown): unknown };
  const connect = own.createConnection.bind(agent);
  let secureContext: tls.SecureContext | undefined;
  own.createConnection = (options, callback) => {
    secureContext ??= tls.createSecureContext(options);
    return connect({ ...options, secureContext }, callback);
  };
  return agent;
}
