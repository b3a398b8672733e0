import { connectionFailure } from '../http/connection-failure.js';
import { certificateProblem } from '../kit/network-errors.js';
import type { Proxy } from '../kit/proxy.js';
import { proxyRemedies } from '../kit/proxy-words.js';
import { ADVICE } from '../model/advice.js';
import { RegistryError, type FailureKind } from './error.js';
import { REMEDY, failure } from './failure.js';

/**
 * Converts an error of Node or undici to a RegistryError.
 * @param url what was requested; no credentials
 * @param proxy the proxy that was used, if any; its user and password are omitted
 */
export function connectionError(error: unknown, url: string, proxy?: Proxy): RegistryError {
  if (error instanceof RegistryError) return error;
  const { kind, what } = connectionFailure(error, url, proxy);
  const suggestions = [
    ...(proxy ? proxyRemedies(url, proxy) : []),
    ...certificateRemedy(kind, error),
    ...REMEDY[kind].suggestions.filter((advice) => !proxy || advice !== ADVICE.unencryptedRegistry),
  ];
  return failure(kind, what, url, { cause: error, suggestions: [...new Set(suggestions)] });
}

/** Returns the remedy for a certificate that no other authority would make valid. */
function certificateRemedy(kind: FailureKind, error: unknown): string[] {
  if (kind !== 'certificate') return [];
  const problem = certificateProblem(error);
  if (problem === 'expired') return ["renew the registry's certificate"];
  return problem === 'other-name' ? [ADVICE.certificateName] : [];
}
