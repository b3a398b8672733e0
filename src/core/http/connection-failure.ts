import { certificateProblem, codesOf, networkFailure, type NetworkFailure } from '../kit/network-errors.js';
import type { Proxy } from '../kit/proxy.js';
import { throughProxy } from '../kit/proxy-words.js';
import { messageOf } from '../model/errors.js';
import { TunnelTimeout } from './tunnel-timeout.js';

/** Why no response arrived. */
interface ConnectionFailure {
  kind: NetworkFailure | 'proxy';
  /** What happened, with the proxy if there is one, whose user and password are omitted. */
  what: string;
}

/** Describes an error of Node or undici. @param url what was requested; no credentials */
export function connectionFailure(error: unknown, url: string, proxy?: Proxy): ConnectionFailure {
  const kind = failureKind(error, proxy);
  return { kind, what: describe(kind, error, new URL(url)) + throughProxy(proxy) };
}

/** Returns the kind of a failure. If there is a proxy, only the proxy is looked up and connected to. */
function failureKind(error: unknown, proxy?: Proxy): ConnectionFailure['kind'] {
  if (error instanceof TunnelTimeout || /^Proxy response|^Proxy Authentication Required/.test(messageOf(error)))
    return 'proxy';
  const kind = networkFailure(error);
  return proxy && PROXY_AWAY[kind] !== undefined ? 'proxy' : kind;
}

/** Descriptions of a proxy to which there is no connection. */
const PROXY_AWAY: Partial<Record<ConnectionFailure['kind'], string>> = {
  'not-found': 'host not found',
  refused: 'connection refused',
  'no-route': 'no route to host',
};

/** Describes a failure, beginning with the words of Go programs, because administrators search for them. */
function describe(kind: ConnectionFailure['kind'], error: unknown, target: URL): string {
  const [code] = codesOf(error);
  const suffix = code === undefined ? '' : ` (${code})`;
  switch (kind) {
    case 'plain-http':
      return 'server gave HTTP response to HTTPS client';
    case 'certificate':
      return `certificate not trusted: x509: ${describeCertificate(error, target)}${suffix}`;
    case 'handshake':
      return `TLS handshake failed${suffix}`;
    case 'not-found':
      return `host not found: no such host ${target.hostname}`;
    case 'refused':
      return 'connection refused';
    case 'timeout':
      return 'timed out: no response in time';
    case 'no-route':
      return `no route to host${suffix}`;
    case 'malformed':
      return `malformed HTTP response: the server does not speak HTTP${suffix}`;
    case 'closed':
      return 'connection closed before the response was complete (unexpected EOF)';
    case 'proxy':
      return describeProxyFailure(error);
    default:
      return messageOf(error).replace(/\s+/g, ' ').trim();
  }
}

function describeProxyFailure(error: unknown): string {
  if (error instanceof TunnelTimeout) return `the proxy does not open a connection: ${error.message}`;
  const away = PROXY_AWAY[networkFailure(error)];
  return away === undefined ? `the proxy refuses: ${messageOf(error)}` : `the proxy cannot be reached: ${away}`;
}

function describeCertificate(error: unknown, target: URL): string {
  switch (certificateProblem(error)) {
    case 'unknown-authority':
      return 'certificate signed by unknown authority';
    case 'expired':
      return 'certificate has expired';
    case 'not-yet-valid':
      return 'certificate is not yet valid';
    case 'other-name': {
      const names = (error as { cert?: { subjectaltname?: string } }).cert?.subjectaltname;
      const valid = names ? names.replace(/(DNS|IP Address):/g, '') : 'another name';
      return `certificate is valid for ${valid}, not ${target.hostname}`;
    }
    default:
      return messageOf(error);
  }
}
