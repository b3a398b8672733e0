import {
  certificateProblem,
  networkFailure,
  type CertificateProblem,
  type NetworkFailure,
} from '../../kit/network-errors.js';
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

/** Creates the error that explains why the API server cannot be reached. */
export function connectionError(server: string, error: unknown): RegadmError {
  if (error instanceof RegadmError) return error;
  const family = networkFailure(error);
  const untrusted = family === 'certificate';
  const reason = (untrusted ? certificateWords(error) : NETWORK_WORDS[family]) ?? messageOf(error);
  return new RegadmError(`cannot reach the API server at ${server}: ${reason}`, {
    code: untrusted ? 'API_UNTRUSTED' : 'API_UNREACHABLE',
    suggestions: untrusted ? [ADVICE.serverAuthority] : [ADVICE.serverConnection],
    cause: error,
  });
}

function certificateWords(error: unknown): string {
  const problem = certificateProblem(error);
  return problem === 'other' ? `its certificate is not valid: ${messageOf(error)}` : CERTIFICATE_WORDS[problem];
}
