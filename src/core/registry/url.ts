import { BlockList, isIP } from 'node:net';
import { usageError } from '../model/errors.js';

/** Where a registry is, as a user or a cluster names it. */
export interface RegistryAddress {
  /** Absent: https is tried first. */
  scheme?: 'http' | 'https';
  /** A name or an address; IPv6 in brackets. */
  host: string;
  port?: number;
}

export interface RegistryFlagValues {
  registryUrl?: string;
  certificateAuthority?: string;
  forceInsecure?: boolean;
}

/** Scheme, authority, path, query, fragment; what `new URL` makes of a text would hide what was written. */
const PARTS = /^(?:([^/?#]*):\/\/)?([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?$/s;

/**
 * Parses `[http://|https://]host[:port]`. The words are those of `oc` where it has them.
 * @throws RegadmError (USAGE), one message for each thing that is wrong; never with the text itself, which may hold a password
 */
export function parseRegistryUrl(text: string): RegistryAddress {
  const [, scheme, authority = '', path = '', query, fragment] = PARTS.exec(text.trim()) ?? [];
  if (scheme !== undefined && !/^https?$/i.test(scheme)) throw invalid(`unsupported scheme: ${scheme}`);
  if (path !== '' && path !== '/') throw invalid('no path after <host>[:<port>] is allowed');
  if (query !== undefined) throw invalid('no query arguments are allowed after <host>[:<port>]');
  if (fragment !== undefined) throw invalid('no fragment is allowed after <host>[:<port>]');
  if (authority.includes('@')) {
    throw invalid('no user and no password are allowed before <host>[:<port>]', ['pass the token with --token']);
  }
  const { host, port } = parseAuthority(authority);
  return {
    ...(scheme === undefined ? {} : { scheme: scheme.toLowerCase() as 'http' | 'https' }),
    host,
    ...(port === undefined ? {} : { port }),
  };
}

function parseAuthority(authority: string): { host: string; port?: number } {
  const [, name = '', portText] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/s.exec(authority) ?? [];
  if (authority !== '' && name === '' && portText === undefined) throw invalid(`not a host name: ${authority}`);
  if (name === '') throw invalid('no host name specified');
  const port = portText === undefined || portText === '' ? undefined : Number(portText);
  if (port !== undefined && (!/^\d{1,5}$/.test(portText!) || port < 1 || port > 65_535)) {
    throw invalid(`not a port: ${portText}`);
  }
  const url = URL.canParse(`https://${name}`) ? new URL(`https://${name}`) : undefined;
  if (!url?.hostname || /[\s%,]/.test(name)) throw invalid(`not a host name: ${name}`);
  return { host: url.hostname, ...(port === undefined ? {} : { port }) };
}

function invalid(what: string, suggestions?: string[]) {
  return usageError(
    `invalid --registry-url flag: ${what}`,
    suggestions ?? ['write it as registry.example.org, registry.example.org:5000 or https://registry.example.org'],
  );
}

/**
 * Checks the registry flags against each other, before anything is read or sent.
 * @throws RegadmError (USAGE)
 */
export function validateRegistryFlags(flags: RegistryFlagValues): void {
  const address = flags.registryUrl ? parseRegistryUrl(flags.registryUrl) : undefined;
  if (!flags.certificateAuthority) return;
  if (flags.forceInsecure) {
    throw usageError('--certificate-authority cannot be specified with --force-insecure', ['leave one of the two out']);
  }
  if (address?.scheme === 'http') {
    // The flag's name is misspelt in the words of `oc`, which scripts may compare; the suggestion spells it right.
    throw usageError('--cerificate-authority cannot be specified for insecure http protocol', [
      'leave --certificate-authority out, or pass --registry-url with https://',
    ]);
  }
}

/** `https://host[:port]` for an address. */
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

/** True for localhost and for private and link-local addresses, literally: no name is resolved, a resolver is not to be trusted with this. */
export function isPrivateHost(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  const family = isIP(bare);
  return bare === 'localhost' || (family > 0 && PRIVATE.check(bare, family === 4 ? 'ipv4' : 'ipv6'));
}
