import type { SecureContext } from 'node:tls';
import { Pool, ProxyAgent, type Dispatcher } from 'undici';
import { ATTEMPT_LIMITS } from '../kit/limits.js';
import type { Proxy } from '../kit/proxy.js';
import { tunnels } from './tunnels.js';

export type { Dispatcher };

/** How to connect to a server. */
interface ConnectionOptions {
  /** Scheme, host and port. */
  origin: string;
  /** False to accept every certificate. */
  verify: boolean;
  trust?: SecureContext;
  /** Maximum number of connections. */
  connections: number;
  /** Timeout per request, response included, in ms; 0: only the built-in limits. */
  timeoutMs: number;
  proxy?: Proxy;
}

/** Default timeout for opening a connection, in ms. */
const CONNECT_TIMEOUT_MS = 10_000;

/** Returns what sends requests to an origin, through its proxy if there is one. */
export function dispatcherFor({ origin, verify, trust, connections, proxy, timeoutMs }: ConnectionOptions): Dispatcher {
  const timeout = Math.min(timeoutMs || CONNECT_TIMEOUT_MS, ATTEMPT_LIMITS.headMs);
  const tls = { rejectUnauthorized: verify, secureContext: trust, timeout };
  const shared = { connections, allowH2: true, keepAliveTimeout: 30_000 };
  if (!proxy) return new Pool(origin, { ...shared, connect: tls });
  return new ProxyAgent({
    ...shared,
    uri: proxy.url,
    clientFactory: tunnels(timeout),
    requestTls: { ...tls, allowH2: true } as object,
    proxyTls: { secureContext: trust, timeout } as object,
    // Most proxies allow CONNECT only to TLS ports.
    proxyTunnel: origin.startsWith('https:'),
  });
}
