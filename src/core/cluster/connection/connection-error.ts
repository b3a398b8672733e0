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

const CERTIFICATE_WORDS: Record<Exclude<CertificateProblem, 'other' | 'other-name'>, string> = {
  'unknown-authority': 'its certificate is signed by an unknown authority',
  expired: 'its certificate has expired',
  'not-yet-valid': 'its certificate is not valid yet',
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

const PROTOCOL_ADVICE: Partial<Record<NetworkFailure, string>> = {
  'plain-http': ADVICE.serverPlain,
  malformed: ADVICE.serverHttps,
};

/** How the connection was made. */
interface Way {
  /** The proxy that was used, if any; its user and password are omitted. */
  proxy?: Proxy;
  /** `tls-server-name` of the kubeconfig: the name that the certificate must be for, instead of the server's. */
  tlsServerName?: string;
}

/** Creates the error that explains why the API server cannot be reached. */
export function connectionError(server: string, error: unknown, { proxy, tlsServerName }: Way = {}): RegadmError {
  if (error instanceof RegadmError) return error;
  const family = networkFailure(error);
  const untrusted = family === 'certificate';
  const reason =
    (untrusted ? certificateWords(error, { server, tlsServerName }) : NETWORK_WORDS[family]) ?? messageOf(error);
  const advice = untrusted
    ? CERTIFICATE_ADVICE[certificateProblem(error)]
    : (PROTOCOL_ADVICE[family] ?? ADVICE.serverConnection);
  return new RegadmError(
    `cannot reach the API server at ${server}: ${proxy ? proxyFailure(error, reason, proxy) : reason}`,
    {
      code: untrusted ? 'API_UNTRUSTED' : 'API_UNREACHABLE',
      suggestions: [
        ...(proxy ? proxyRemedies(server, proxy) : []),
        ...(tlsServerName && (untrusted || family === 'handshake') ? [ADVICE.tlsServerName(tlsServerName)] : []),
        advice,
      ],
      cause: error,
    },
  );
}

const CERTIFICATE_ADVICE: Record<CertificateProblem, string> = {
  'unknown-authority': ADVICE.serverAuthority,
  expired: ADVICE.serverCertificateTime,
  'not-yet-valid': ADVICE.serverCertificateTime,
  'other-name': ADVICE.serverCertificateName,
  other: ADVICE.serverAuthority,
};

function certificateWords(
  error: unknown,
  { server, tlsServerName }: { server: string; tlsServerName?: string },
): string {
  const problem = certificateProblem(error);
  if (problem === 'other') return `its certificate is not valid: ${messageOf(error)}`;
  if (problem !== 'other-name') return CERTIFICATE_WORDS[problem];
  const names = (error as { cert?: { subjectaltname?: string } }).cert?.subjectaltname;
  const valid = names ? `it is valid for ${names.replace(/(DNS|IP Address):/g, '')}, ` : '';
  const wanted = tlsServerName ? `${tlsServerName} (tls-server-name in the kubeconfig)` : hostOf(server);
  return `its certificate is for another name: ${valid}not for ${wanted}`;
}

function hostOf(server: string): string {
  return URL.canParse(server) ? new URL(server).hostname : server;
}
