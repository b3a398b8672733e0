import { messageOf } from '../model/errors.js';

/** The families of connection failures of Node, OpenSSL and undici. */
export type NetworkFailure =
  | 'certificate'
  | 'plain-http'
  | 'handshake'
  | 'not-found'
  | 'refused'
  | 'timeout'
  | 'no-route'
  | 'malformed'
  | 'closed'
  | 'other';

/** What is wrong with a server's certificate. */
export type CertificateProblem = 'unknown-authority' | 'expired' | 'not-yet-valid' | 'other-name' | 'other';

/** OpenSSL's codes for a certificate that no known authority signed. */
const UNKNOWN_AUTHORITY = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'INVALID_CA',
]);

const FAMILIES: [RegExp, NetworkFailure][] = [
  [
    /^(CERT_|ERR_TLS_CERT_|INVALID_PURPOSE$|PATH_LENGTH_EXCEEDED$|HOSTNAME_MISMATCH$|ERROR_IN_CERT_|UNABLE_TO_DECODE_ISSUER|UNABLE_TO_DECRYPT_CERT)/,
    'certificate',
  ],
  [/^ERR_SSL_(WRONG_VERSION_NUMBER|HTTP_REQUEST|PACKET_LENGTH_TOO_LONG|RECORD_LAYER_FAILURE)$/, 'plain-http'],
  [/^(ERR_SSL_|EPROTO$)/, 'handshake'],
  [/^(ENOTFOUND|EAI_AGAIN|EAI_NONAME|EAI_FAIL)$/, 'not-found'],
  [/^ECONNREFUSED$/, 'refused'],
  [/^(ETIMEDOUT|UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT)$/, 'timeout'],
  [/^(EHOSTUNREACH|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL)$/, 'no-route'],
  [/^(HPE_|UND_ERR_HEADERS_OVERFLOW)/, 'malformed'],
  [
    /^(ECONNRESET|ECONNABORTED|EPIPE|UND_ERR_SOCKET|UND_ERR_RES_CONTENT_LENGTH_MISMATCH|UND_ERR_INFO|ERR_STREAM_PREMATURE_CLOSE|ERR_HTTP2_)/,
    'closed',
  ],
];

/** Returns the family of an error that Node or undici threw. */
export function networkFailure(error: unknown): NetworkFailure {
  if (/wrong version number/.test(messageOf(error))) return 'plain-http';
  for (const code of codesOf(error)) {
    if (UNKNOWN_AUTHORITY.has(code)) return 'certificate';
    const family = FAMILIES.find(([pattern]) => pattern.test(code));
    if (family) return family[1];
  }
  return (error as Error | undefined)?.name === 'HTTPParserError' ? 'malformed' : 'other';
}

/** Returns what is wrong with the certificate, for an error of the family `certificate`. */
export function certificateProblem(error: unknown): CertificateProblem {
  const codes = [...codesOf(error)];
  if (codes.some((code) => UNKNOWN_AUTHORITY.has(code))) return 'unknown-authority';
  if (codes.includes('CERT_HAS_EXPIRED')) return 'expired';
  if (codes.includes('CERT_NOT_YET_VALID')) return 'not-yet-valid';
  return codes.includes('ERR_TLS_CERT_ALTNAME_INVALID') ? 'other-name' : 'other';
}

/** Codes of failures that a retry can overcome. */
const TRANSIENT = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_INFO',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_CLOSED_HALF_WAY',
  'ERR_HTTP2_GOAWAY_SESSION',
  'ERR_HTTP2_STREAM_ERROR',
  'ERR_HTTP2_SESSION_ERROR',
  'ERR_HTTP2_STREAM_CANCEL',
  'ERR_HTTP2_INVALID_SESSION',
]);

/** Returns true for network errors that a retry can overcome: not for certificates, unknown hosts or aborts. */
export function isConnectionError(error: unknown): boolean {
  for (const code of codesOf(error)) if (TRANSIENT.has(code)) return true;
  return false;
}

/** Yields the codes of an error, of its causes, and of the errors in it (Node tries each address of a host). */
export function* codesOf(error: unknown, depth = 0): Generator<string> {
  if (typeof error !== 'object' || error === null || depth > 4) return;
  const { code, errors, cause } = error as { code?: unknown; errors?: unknown[]; cause?: unknown };
  if (typeof code === 'string') yield code;
  for (const one of Array.isArray(errors) ? errors : []) yield* codesOf(one, depth + 1);
  yield* codesOf(cause, depth + 1);
}
