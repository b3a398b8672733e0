import { BlockList, isIP } from 'node:net';
import { hideUserInfo } from './secrets/known.js';

/** A proxy, and what names it: a variable of the environment, or `proxy-url` of a cluster in the kubeconfig. */
export interface Proxy {
  url: string;
  from: { variable: string } | { cluster: string };
}

/**
 * Finds the proxy for a URL in the environment: HTTPS_PROXY or HTTP_PROXY, unless NO_PROXY excludes the host. The
 * rules are those of Go programs (`oc`, the registry). Entries of NO_PROXY, separated by commas or spaces, are `*`,
 * names (with their subdomains), `.suffix`, addresses and networks (`10.0.0.0/8`, `fd00::/8`). Names and addresses can
 * have a `:port`. Loopback addresses are never reached through a proxy, because there they mean the proxy's own
 * machine.
 * @returns the proxy as the variable names it, which can be unusable; undefined if there is none
 * @see https://pkg.go.dev/golang.org/x/net/http/httpproxy
 */
export function findProxy(url: string, env: NodeJS.ProcessEnv = process.env): Proxy | undefined {
  const target = new URL(url);
  const host = withoutBrackets(target.hostname);
  if (isLoopback(host)) return undefined;
  const names = target.protocol === 'https:' ? ['HTTPS_PROXY', 'https_proxy'] : ['HTTP_PROXY', 'http_proxy'];
  const variable = names.find((name) => env[name]);
  if (variable === undefined) return undefined;
  const proxy = env[variable]!;
  const port = target.port || (target.protocol === 'https:' ? '443' : '80');
  const entries = (env.NO_PROXY || env.no_proxy || '').split(/[,\s]+/).filter(Boolean);
  if (entries.some((entry) => excludes(entry.toLowerCase(), host, port))) return undefined;
  hideUserInfo(proxy);
  return { from: { variable }, url: proxy.includes('://') ? proxy : `http://${proxy}` };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function excludes(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  const network = /^([0-9a-f.:]+)\/(\d+)$/.exec(entry);
  if (network) return isIP(host) > 0 && inNetwork(host, network[1]!, Number(network[2]));
  const withPort = isIP(entry) === 6 ? null : /^(.+):(\d+)$/.exec(entry);
  if (withPort && withPort[2] !== port) return false;
  const name = withoutBrackets(withPort ? withPort[1]! : entry).replace(/^\*(?=\.)/, '');
  return name.startsWith('.') ? host.endsWith(name) : host === name || host.endsWith(`.${name}`);
}

function inNetwork(host: string, base: string, bits: number): boolean {
  const family = isIP(base);
  if (family === 0 || bits > (family === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(base, bits, family === 4 ? 'ipv4' : 'ipv6');
  return list.check(host, isIP(host) === 4 ? 'ipv4' : 'ipv6');
}

function withoutBrackets(host: string): string {
  return host.replace(/^\[|\]$/g, '').toLowerCase();
}
