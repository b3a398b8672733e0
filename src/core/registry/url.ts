import { BlockList, isIP } from 'node:net';

/** Address of a registry from a user or a cluster. */
export interface RegistryAddress {
  /** Absent: https is tried first, then http if that is allowed. */
  scheme?: 'http' | 'https';
  /** Name or IP address; IPv6 in brackets. */
  host: string;
  port?: number;
}

/** Scheme, authority, path, query and fragment. `new URL` would normalize them, which hides what was written. */
const PARTS = /^(?:([^/?#]*):\/\/)?([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?$/s;

/**
 * Parses `[http://|https://]host[:port]`.
 * @returns the address, or what is wrong with the text, if possible in the words of `oc`; never with a password
 */
export function parseRegistryAddress(text: string): RegistryAddress | string {
  const [, scheme, authority = '', path = '', query, fragment] = PARTS.exec(text.trim()) ?? [];
  if (scheme !== undefined && !/^https?$/i.test(scheme)) return `unsupported scheme: ${scheme}`;
  if (path !== '' && path !== '/') return 'no path after <host>[:<port>] is allowed';
  if (query !== undefined) return 'no query arguments are allowed after <host>[:<port>]';
  if (fragment !== undefined) return 'no fragment is allowed after <host>[:<port>]';
  if (authority.includes('@')) return 'no user and no password are allowed before <host>[:<port>]';
  const place = parseAuthority(authority);
  if (typeof place === 'string' || scheme === undefined) return place;
  return { scheme: scheme.toLowerCase() as 'http' | 'https', ...place };
}

function parseAuthority(authority: string): RegistryAddress | string {
  const [, name = '', portText] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/s.exec(authority) ?? [];
  if (authority !== '' && name === '' && portText === undefined) return `not a host name: ${authority}`;
  if (name === '') return 'no host name specified';
  const port = portText === undefined || portText === '' ? undefined : Number(portText);
  if (port !== undefined && (!/^\d{1,5}$/.test(portText!) || port < 1 || port > 65_535))
    return `not a port: ${portText}`;
  const url = URL.canParse(`https://${name}`) ? new URL(`https://${name}`) : undefined;
  if (!url?.hostname || /[\s%,]/.test(name)) return `not a host name: ${name}`;
  return { host: url.hostname, ...(port === undefined ? {} : { port }) };
}

/** Returns `https://host[:port]` for an address. */
export function urlOf(address: RegistryAddress, scheme: 'http' | 'https'): string {
  return `${scheme}://${address.host}${address.port === undefined ? '' : `:${address.port}`}`;
}

const PRIVATE = new BlockList();
PRIVATE.addSubnet('10.0.0.0', 8, 'ipv4');
PRIVATE.addSubnet('172.16.0.0', 12, 'ipv4');
PRIVATE.addSubnet('192.168.0.0', 16, 'ipv4');
PRIVATE.addSubnet('127.0.0.0', 8, 'ipv4');
PRIVATE.addAddress('::1', 'ipv6');
PRIVATE.addSubnet('fc00::', 7, 'ipv6');
PRIVATE.addSubnet('fe80::', 10, 'ipv6');

/**
 * Returns true for localhost and for private and link-local addresses. Names are not resolved, because a resolver
 * cannot be trusted with this decision.
 */
export function isPrivateHost(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  const family = isIP(bare);
  return bare === 'localhost' || (family > 0 && PRIVATE.check(bare, family === 4 ? 'ipv4' : 'ipv6'));
}
