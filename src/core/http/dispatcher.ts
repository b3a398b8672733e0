import type { SecureContext } from 'node:tls';
import { Pool, ProxyAgent, buildConnector, type Dispatcher } from 'undici';
import { ATTEMPT_LIMITS } from '../kit/limits.js';
import type { Proxy } from '../kit/proxy.js';
import type { Reported } from './sender.js';
import { isUnverified, type Trust } from './trust.js';
import { tunnels } from './tunnels.js';

export type { Dispatcher };

/** How to connect to a server. */
export interface ConnectionOptions {
  /** Scheme, host and port. */
  origin: string;
  /** False to accept every certificate. */
  verify: boolean;
  trust?: Trust;
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
  const shared = { connections, allowH2: true, keepAliveTimeout: 30_000 };
  const options = { rejectUnauthorized: verify, timeout };
  if (!proxy) {
    const isEncrypted = origin.startsWith('https:');
    const connect = connectorFor(isEncrypted ? trust : undefined, { ...options, allowH2: true });
    return reportingSent(new Pool(origin, { ...shared, connect }));
  }
  const tls = { ...options, secureContext: trust?.all };
  const agent = new ProxyAgent({
    ...shared,
    uri: proxy.url,
    clientFactory: tunnels(timeout),
    requestTls: { ...tls, allowH2: true } as object,
    proxyTls: { secureContext: trust?.all, timeout } as object,
    // Most proxies allow CONNECT only to TLS ports.
    proxyTunnel: origin.startsWith('https:'),
  });
  return reportingSent(agent);
}

/**
 * Makes a dispatcher report when it sends a request: then undici calls `onConnect` of the request's handler. An
 * interceptor, its own way to observe handlers, wraps each of them twice.
 */
function reportingSent(dispatcher: Dispatcher): Dispatcher {
  const dispatch = dispatcher.dispatch.bind(dispatcher);
  return Object.assign(dispatcher, {
    dispatch: (options: Dispatcher.DispatchOptions & Reported, handler: Dispatcher.DispatchHandler): boolean => {
      const { onSent } = options;
      const connected = handler.onConnect?.bind(handler);
      if (onSent)
        handler.onConnect = (abort) => {
          onSent();
          connected?.(abort);
        };
      return dispatch(options, handler);
    },
  });
}

/**
 * Connects with the named authorities first, if there are any. If they do not verify the certificate, connects again
 * with all authorities, which decides. Later connections then begin with all.
 */
function connectorFor(trust: Trust | undefined, options: buildConnector.BuildOptions): buildConnector.connector {
  const connectorWith = (secureContext: SecureContext | undefined): buildConnector.connector =>
    buildConnector({ ...options, secureContext });
  const named = trust?.withoutSystem;
  if (!named) return connectorWith(trust?.all);
  const first = connectorWith(named);
  let whole: buildConnector.connector | undefined;
  return (target, callback) => {
    if (whole) return whole(target, callback);
    first(target, (...result) => {
      if (!isUnverified(result[0])) return callback(...result);
      whole ??= connectorWith(trust!.all);
      whole(target, callback);
    });
  };
}
