import { ADVICE } from '../model/advice.js';
import type { ErrorCode } from '../model/error-codes.js';
import { RegistryError, type FailureKind } from './error.js';

/** Error code and remedies of each kind of failure. */
export const REMEDY: Record<FailureKind, { code: ErrorCode; suggestions: string[] }> = {
  'plain-http': {
    code: 'REGISTRY_NOT_SECURE',
    suggestions: ['secure the registry with TLS', ADVICE.unencryptedRegistry],
  },
  'tls-port': {
    code: 'REGISTRY_IS_SECURE',
    suggestions: [ADVICE.httpsAddress],
  },
  certificate: {
    code: 'REGISTRY_UNTRUSTED',
    suggestions: [ADVICE.registryAuthority, ADVICE.unverifiedRegistry],
  },
  handshake: {
    code: 'REGISTRY_TLS',
    suggestions: ['find out which TLS versions, ciphers and client certificates the registry or its proxy requires'],
  },
  'not-found': { code: 'REGISTRY_UNREACHABLE', suggestions: [ADVICE.exposeRegistry] },
  refused: {
    code: 'REGISTRY_UNREACHABLE',
    suggestions: [ADVICE.exposeRegistry, ADVICE.registryRunning],
  },
  timeout: {
    code: 'REGISTRY_UNREACHABLE',
    suggestions: [ADVICE.exposeRegistry, ADVICE.registryRunning],
  },
  'no-route': { code: 'REGISTRY_UNREACHABLE', suggestions: [ADVICE.exposeRegistry] },
  proxy: {
    code: 'REGISTRY_UNREACHABLE',
    suggestions: [],
  },
  closed: {
    code: 'REGISTRY_CLOSED',
    suggestions: [ADVICE.registryReachable],
  },
  malformed: {
    code: 'REGISTRY_MALFORMED',
    suggestions: [ADVICE.integratedRegistry],
  },
  redirect: { code: 'REGISTRY_REDIRECT', suggestions: [ADVICE.redirectTarget] },
  answer: {
    code: 'REGISTRY_UNEXPECTED',
    suggestions: [ADVICE.integratedRegistry],
  },
  other: { code: 'REGISTRY_ERROR', suggestions: [] },
};

/** Creates the RegistryError for a kind of failure, with its code and remedies. */
export function failure(
  kind: FailureKind,
  what: string,
  url: string,
  more: { cause?: unknown; status?: number; code?: ErrorCode; suggestions?: string[] } = {},
): RegistryError {
  return new RegistryError(what, { kind, url, ...REMEDY[kind], ...more });
}
