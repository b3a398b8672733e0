import {
  certificateProblem,
  networkFailure,
  type CertificateProblem,
  type NetworkFailure,
} from '../../kit/network-errors.js';
import type { Proxy } from '../../kit/proxy.js';
import { proxyRemedies } from '../../kit/proxy-words.js';
import { ADVICE } from '../../model/advice.js';
import { RegadmError, messageOf } from '../../model/errors.js';
import { proxyFailure } from './proxy.js';

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

/**
 * Creates the error that explains why the API server cannot be reached.
 * @param proxy the proxy that was used, if any; its user and password are omitted
 */
export function connectionError(server: string, error: unknown, proxy?: Proxy): RegadmError {
  if (error instanceof RegadmError) return error;
  const family = networkFailure(error);
  const untrusted = family === 'certificate';
  const reason = (untrusted ? certificateWords(error) : NETWORK_WORDS[family]) ?? messageOf(error);
  const advice = untrusted ? ADVICE.serverAuthority : ADVICE.serverConnection;
  return new RegadmError(
    `cannot reach the API server at ${server}: ${proxy ? proxyFailure(error, reason, proxy) : reason}`,
    {
      code: untrusted ? 'API_UNTRUSTED' : 'API_UNREACHABLE',
      suggestions: [...(proxy ? proxyRemedies(server, proxy) : []), advice],
      cause: error,
    },
  );
}

function certificateWords(error: unknown): string {
  const problem = certificateProblem(error);
  return problem === 'other' ? `its certificate is not valid: ${messageOf(error)}` : CERTIFICATE_WORDS[problem];
}
