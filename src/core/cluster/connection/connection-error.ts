import {
  certificateProblem,
  networkFailure,
  type CertificateProblem,
  type NetworkFailure,
} from '../../kit/network-errors.js';
import type { Proxy } from '../../kit/proxy.js';
import { ADVICE } from '../../model/advice.js';
import { RegadmError, messageOf } from '../../model/errors.js';

const CERTIFICATE_WORDS: Record<Exclude<CertificateProblem, 'other'>, string> = {
  'unknown-authority': 'its certificate is signed by an unknown authority',
  expired: 'its certificate has expired',
  'not-yet-valid': 'its certificate is not valid yet',
  'other-name': 'its certificate is for another name',
};

const NETWORK_WORDS: Partial<Record<NetworkFailure, string>> = {
  refused: 'connection refused',
  'not-found': 'no such host',
  'no-route': 'no route to host',
  timeout: 'no response in time',
  closed: 'the connection was closed before the response was complete',
  'plain-http': 'it speaks plain HTTP, not HTTPS',
  malformed: 'it does not speak HTTP (is it a TLS port?)',
};

/** Failures to connect, which are the proxy's if there is one. */
const NOT_CONNECTED: ReadonlySet<NetworkFailure> = new Set<NetworkFailure>(['refused', 'not-found', 'no-route']);

/**
 * Creates the error that explains why the API server cannot be reached.
 * @param proxy the proxy that was used, if any; its user and password are omitted
 */
export function connectionError(server: string, error: unknown, proxy?: Proxy): RegadmError {
  if (error instanceof RegadmError) return error;
  const family = networkFailure(error);
  const untrusted = family === 'certificate';
  const reason = (untrusted ? certificateWords(error) : NETWORK_WORDS[family]) ?? messageOf(error);
  const shown = proxy ? throughProxy(reason, family, proxy) : reason;
  return new RegadmError(`cannot reach the API server at ${server}: ${shown}`, {
    code: untrusted ? 'API_UNTRUSTED' : 'API_UNREACHABLE',
    suggestions: [
      ...(proxy ? [ADVICE.proxy(proxy.variable)] : []),
      untrusted ? ADVICE.serverAuthority : ADVICE.serverConnection,
    ],
    cause: error,
  });
}

/** Says which part of a failure is the proxy's. */
function throughProxy(reason: string, family: NetworkFailure, { url, variable }: Proxy): string {
  const [, status] = /^Bad response: (\d+)$/.exec(reason) ?? [];
  const name = `the proxy ${originOf(url)} (${variable})`;
  if (status !== undefined) return `${name} refuses with status ${status}`;
  if (NOT_CONNECTED.has(family)) return `${name} cannot be reached: ${reason}`;
  return `${reason}, through ${name}`;
}

/** Returns the address of a proxy without its user and password. */
function originOf(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}

function certificateWords(error: unknown): string {
  const problem = certificateProblem(error);
  return problem === 'other' ? `its certificate is not valid: ${messageOf(error)}` : CERTIFICATE_WORDS[problem];
}
