import type { Cluster } from '@kubernetes/client-node';
import { networkFailure, type NetworkFailure } from '../../kit/network-errors.js';
import { findProxy, type Proxy } from '../../kit/proxy.js';
import { addressOf, proxyProblem, proxyRemedies, proxySource } from '../../kit/proxy-words.js';
import { RegadmError, messageOf } from '../../model/errors.js';
import { shownName, type Named } from './kubeconfig-source.js';
import { TunnelTimeout } from './tunnel-timeout.js';

/**
 * The schemes of kubectl, and `socks5h`, which means the same there. client-node also knows other SOCKS schemes, but
 * cannot pass names to a SOCKS4 proxy.
 */
const SCHEMES = ['http', 'https', 'socks5', 'socks5h'];

/**
 * Finds the proxy for the API server: that of the kubeconfig, else that of the environment.
 * @throws RegadmError when it cannot be used: KUBECONFIG_INVALID, API_UNREACHABLE
 */
export function apiProxy({ server, proxyUrl, ...named }: Cluster & Named): Proxy | undefined {
  const proxy = proxyUrl ? { url: proxyUrl, from: { cluster: shownName(named) ?? named.name } } : findProxy(server);
  const problem = proxy && proxyProblem(proxy, SCHEMES);
  if (problem === undefined) return proxy;
  throw new RegadmError(problem, {
    code: proxyUrl ? 'KUBECONFIG_INVALID' : 'API_UNREACHABLE',
    suggestions: proxyRemedies(server, proxy!),
  });
}

/** Returns the URL for client-node. As in Go, every SOCKS5 proxy looks up the API server's name itself. */
export function dialedUrl({ url }: Proxy): string {
  return url.replace(/^socks5:/i, 'socks5h:');
}

/** Descriptions of a proxy to which there is no connection. */
const AWAY: Partial<Record<NetworkFailure, string>> = {
  refused: 'connection refused',
  'not-found': 'no such host',
  'no-route': 'no route to host',
};

/** Messages of hpagent (`Bad response: 407`) and socks for a proxy that refuses. */
const REFUSALS = /^(Bad response: (?<status>\d+)|Socks|(Received )?invalid Socks)/i;
/** Message of socks for a proxy that does not answer. */
const SILENT = 'Proxy connection timed out';

/**
 * Describes a failure behind a proxy, and whether it is the proxy's.
 * @param reason describes the failure without a proxy
 */
export function proxyFailure(error: unknown, reason: string, proxy: Proxy): string {
  const name = `the proxy ${addressOf(proxy)} (${proxySource(proxy)})`;
  if (error instanceof TunnelTimeout) return `${name} does not open a connection: ${messageOf(error)}`;
  if (messageOf(error) === SILENT) return `${name} does not open a connection: no answer in time`;
  const refusal = REFUSALS.exec(messageOf(error));
  if (refusal?.groups?.status) return `${name} refuses with status ${refusal.groups.status}`;
  if (refusal) return `${name} refuses: ${messageOf(error)}`;
  const away = isOtherHost(error, proxy) ? undefined : AWAY[familyOf(error)];
  return away === undefined ? `${reason}, through ${name}` : `${name} cannot be reached: ${away}`;
}

/** Returns the family of a failure. Errors of socks have no code, only a message that begins with it. */
function familyOf(error: unknown): NetworkFailure {
  const [, code] = /^\w+ (E[A-Z]+)\b/.exec(messageOf(error)) ?? [];
  return networkFailure(code === undefined ? error : { code });
}

/** True if another name than the proxy's was looked up: for some SOCKS proxies, that of the API server is. */
function isOtherHost(error: unknown, proxy: Proxy): boolean {
  const { hostname } = error as { hostname?: unknown };
  return typeof hostname === 'string' && hostname !== new URL(proxy.url).hostname.replace(/^\[|\]$/g, '');
}
