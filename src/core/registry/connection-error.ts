import type { ErrorCode } from '../model/error-codes.js';
import { codesOf } from '../kit/retry.js';
import { messageOf } from '../model/errors.js';
import { RegistryError, type FailureKind } from './error.js';

const EXPOSE =
  'expose the registry (oc patch configs.imageregistry.operator.openshift.io/cluster --type merge -p \'{"spec":{"defaultRoute":true}}\') and pass --registry-url';

const REMEDY: Record<FailureKind, { code: ErrorCode; suggestions: string[] }> = {
  'plain-http': {
    code: 'REGISTRY_NOT_SECURE',
    suggestions: ['secure the registry with TLS', 'or pass --force-insecure: the token then travels unencrypted'],
  },
  'tls-port': {
    code: 'REGISTRY_IS_SECURE',
    suggestions: ['pass --registry-url with https://, and --certificate-authority with the file of its authority'],
  },
  certificate: {
    code: 'REGISTRY_UNTRUSTED',
    suggestions: [
      "pass --certificate-authority with the file of the authority that signed the registry's certificate",
      'as a last resort pass --force-insecure (without --certificate-authority): the server is then not verified',
    ],
  },
  handshake: {
    code: 'REGISTRY_TLS',
    suggestions: [
      'see which TLS versions, ciphers and client certificates the registry, or what stands before it, wants',
    ],
  },
  'not-found': { code: 'REGISTRY_UNREACHABLE', suggestions: [EXPOSE] },
  refused: {
    code: 'REGISTRY_UNREACHABLE',
    suggestions: [EXPOSE, 'see whether the registry runs: regadm registry status'],
  },
  timeout: {
    code: 'REGISTRY_UNREACHABLE',
    suggestions: [EXPOSE, 'see whether the registry runs: regadm registry status'],
  },
  'no-route': { code: 'REGISTRY_UNREACHABLE', suggestions: [EXPOSE] },
  proxy: {
    code: 'REGISTRY_UNREACHABLE',
    suggestions: ['correct HTTPS_PROXY and HTTP_PROXY, or name the registry in NO_PROXY'],
  },
  closed: {
    code: 'REGISTRY_CLOSED',
    suggestions: ['see whether the registry runs, and what is between it and this machine: regadm registry status'],
  },
  malformed: {
    code: 'REGISTRY_MALFORMED',
    suggestions: ['pass --registry-url with the address of the integrated registry'],
  },
  redirect: { code: 'REGISTRY_REDIRECT', suggestions: ['pass --registry-url with the address of the registry itself'] },
  answer: {
    code: 'REGISTRY_UNEXPECTED',
    suggestions: ['pass --registry-url with the address of the integrated registry'],
  },
  other: { code: 'REGISTRY_ERROR', suggestions: [] },
};

/** A RegistryError of a kind, with the remedies for it. */
export function failure(
  kind: FailureKind,
  what: string,
  url: string,
  more: { cause?: unknown; status?: number; suggestions?: string[] } = {},
): RegistryError {
  return new RegistryError(what, { kind, url, ...REMEDY[kind], ...more });
}

/** Node's and OpenSSL's names for certificates that no known authority signed. */
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

const KINDS: [RegExp, FailureKind][] = [
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

/** Which family an error of Node or undici belongs to. */
export function failureKind(error: unknown): FailureKind {
  if (/^Proxy response|^Proxy Authentication Required/.test(messageOf(error))) return 'proxy';
  if (/wrong version number/.test(messageOf(error))) return 'plain-http';
  for (const code of codesOf(error)) {
    if (UNKNOWN_AUTHORITY.has(code)) return 'certificate';
    const found = KINDS.find(([pattern]) => pattern.test(code));
    if (found) return found[1];
  }
  if ((error as Error | undefined)?.name === 'HTTPParserError') return 'malformed';
  return 'other';
}

/** What an administrator calls the failure; the words in front are those of Go programs, by which it is searched for. */
function words(kind: FailureKind, error: unknown, target: URL): string {
  const codes = [...codesOf(error)];
  const of = codes.length > 0 ? ` (${codes[0]})` : '';
  switch (kind) {
    case 'plain-http':
      return 'server gave HTTP response to HTTPS client';
    case 'certificate':
      return `certificate not trusted: ${certificateWords(codes, error, target)}${of}`;
    case 'handshake':
      return `TLS handshake failed${of}`;
    case 'not-found':
      return `host not found: no such host ${target.hostname}`;
    case 'refused':
      return 'connection refused';
    case 'timeout':
      return 'timed out: no answer in time';
    case 'no-route':
      return `no route to host${of}`;
    case 'malformed':
      return `malformed HTTP response: what answers there does not speak HTTP${of}`;
    case 'closed':
      return `connection closed before the answer was complete (unexpected EOF)`;
    case 'proxy':
      return `the proxy refuses: ${messageOf(error)}`;
    default:
      return messageOf(error).replace(/\s+/g, ' ').trim();
  }
}

function certificateWords(codes: string[], error: unknown, target: URL): string {
  if (codes.some((code) => UNKNOWN_AUTHORITY.has(code))) return 'x509: certificate signed by unknown authority';
  if (codes.includes('CERT_HAS_EXPIRED')) return 'x509: certificate has expired';
  if (codes.includes('CERT_NOT_YET_VALID')) return 'x509: certificate is not yet valid';
  if (codes.includes('ERR_TLS_CERT_ALTNAME_INVALID')) {
    const names = (error as { cert?: { subjectaltname?: string } }).cert?.subjectaltname;
    return `x509: certificate is valid for ${names ? names.replace(/(DNS|IP Address):/g, '') : 'another name'}, not ${target.hostname}`;
  }
  return `x509: ${messageOf(error)}`;
}

/**
 * What Node or undici reports about a connection as a RegistryError in administrators' words.
 * @param url what was asked for; no credentials
 * @param proxy the proxy that was used, if any; its user and password are left out
 */
export function connectionError(error: unknown, url: string, proxy?: string): RegistryError {
  if (error instanceof RegistryError) return error;
  const kind = failureKind(error);
  const through = proxy ? ` (through the proxy ${new URL(proxy).origin})` : '';
  const suggestions = [
    ...certificateRemedy(kind, error),
    ...REMEDY[kind].suggestions,
    ...(proxy ? REMEDY.proxy.suggestions : []),
  ];
  const what = words(kind, error, new URL(url)) + through;
  return failure(kind, what, url, { cause: error, suggestions: [...new Set(suggestions)] });
}

/** What helps with an expired certificate, or one for another name, better than another authority does. */
function certificateRemedy(kind: FailureKind, error: unknown): string[] {
  if (kind !== 'certificate') return [];
  const codes = [...codesOf(error)];
  if (codes.includes('CERT_HAS_EXPIRED')) return ["renew the registry's certificate"];
  const otherName = codes.includes('ERR_TLS_CERT_ALTNAME_INVALID');
  return otherName ? ['pass --registry-url with a name that the certificate is for'] : [];
}
