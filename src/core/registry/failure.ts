import type { ErrorCode } from '../model/error-codes.js';
import { RegistryError, type FailureKind } from './error.js';

const EXPOSE =
  'expose the registry (oc patch configs.imageregistry.operator.openshift.io/cluster --type merge -p \'{"spec":{"defaultRoute":true}}\') and pass --registry-url';

/** Error code and remedies of each kind of failure. */
export const REMEDY: Record<FailureKind, { code: ErrorCode; suggestions: string[] }> = {
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
    suggestions: ['find out which TLS versions, ciphers and client certificates the registry or its proxy requires'],
  },
  'not-found': { code: 'REGISTRY_UNREACHABLE', suggestions: [EXPOSE] },
  refused: {
    code: 'REGISTRY_UNREACHABLE',
    suggestions: [EXPOSE, 'check whether the registry is running: regadm registry status'],
  },
  timeout: {
    code: 'REGISTRY_UNREACHABLE',
    suggestions: [EXPOSE, 'check whether the registry is running: regadm registry status'],
  },
  'no-route': { code: 'REGISTRY_UNREACHABLE', suggestions: [EXPOSE] },
  proxy: {
    code: 'REGISTRY_UNREACHABLE',
    suggestions: ['correct HTTPS_PROXY and HTTP_PROXY, or name the registry in NO_PROXY'],
  },
  closed: {
    code: 'REGISTRY_CLOSED',
    suggestions: [
      'check whether the registry is running, and what is between it and this machine: regadm registry status',
    ],
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

/** Description of a TLS port that was addressed with plain HTTP; the first words are those of Go programs. */
export const EXPECTS_HTTPS = 'malformed HTTP response: the server expects HTTPS, but the request was plain HTTP';

/** Creates the RegistryError for a kind of failure, with its code and remedies. */
export function failure(
  kind: FailureKind,
  what: string,
  url: string,
  more: { cause?: unknown; status?: number; suggestions?: string[] } = {},
): RegistryError {
  return new RegistryError(what, { kind, url, ...REMEDY[kind], ...more });
}
