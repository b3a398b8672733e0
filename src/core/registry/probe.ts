import type { Reporter } from '../kit/reporter.js';
import { ALLOWED_BY } from '../model/advice.js';
import { diagnosePlain, diagnoseSecure } from './diagnose.js';
import type { FailureKind, RegistryError } from './error.js';
import { ping } from './ping.js';
import type { Transport } from './transport.js';
import type { RegistryAddress } from './url.js';
import { isPrivateHost, urlOf } from './url.js';

/** One way to connect to the registry. */
export interface Candidate {
  origin: string;
  verify: boolean;
}

interface FallbackOptions {
  authorities?: readonly string[];
  forceInsecure: boolean;
  /** True when the kubeconfig has `insecure-skip-tls-verify`. */
  clusterInsecure: boolean;
}

/**
 * Returns why falling back from a verified connection is allowed, for the warning; undefined if it is not allowed. A
 * user who names an authority wants the connection to be verified with it, so no fallback is allowed then.
 */
export function allowedFallback(
  address: RegistryAddress,
  options: FallbackOptions,
  proxied: (origin: string) => boolean = () => false,
): string | undefined {
  if (options.authorities?.length) return undefined;
  if (options.forceInsecure) return ALLOWED_BY.insecure;
  if (address.scheme === 'http') return ALLOWED_BY.plainAddress;
  // Through a proxy, the connection leaves the private network, and the proxy could read the token.
  const isDirect = !proxied(urlOf(address, 'https')) && !proxied(urlOf(address, 'http'));
  if (isDirect && isPrivateHost(address.host)) return `${address.host} being a private address`;
  return options.clusterInsecure ? ALLOWED_BY.kubeconfig : undefined;
}

/** Failures of https after which the port can still speak plain HTTP. A port that speaks TLS does not. */
const POSSIBLY_PLAIN = new Set<FailureKind>(['plain-http', 'closed', 'timeout', 'malformed', 'refused']);

interface ProbeOptions {
  connect(candidate: Candidate): Transport;
  reporter: Reporter;
  /** Why falling back from a verified connection is allowed; undefined when it is not. */
  fallback?: string;
  /** Returns true if requests to an origin go through a proxy. */
  proxied?(origin: string): boolean;
  signal?: AbortSignal;
}

export interface Probed {
  transport: Transport;
  verified: boolean;
}

/**
 * Finds a connection to the registry: verified https first, then, if falling back is allowed, https without
 * verification and plain http. Each fallback is a warning that names what is no longer protected. Sends only `GET /`
 * and `GET /healthz`, without the token.
 * @throws RegistryError of the most informative attempt
 */
export async function probe(address: RegistryAddress, options: ProbeOptions): Promise<Probed> {
  if (address.scheme === 'http') return probePlain(address, options);
  const secure = { origin: urlOf(address, 'https'), verify: true };
  const first = await attempt(secure, options);
  if (!('error' in first)) return first;
  const error = options.proxied?.(secure.origin) ? first.error : await diagnoseSecure(first.error, secure.origin);
  if (!options.fallback) throw error;
  if (error.kind === 'certificate') {
    const unverified = await attempt({ ...secure, verify: false }, options);
    if ('error' in unverified) throw unverified.error;
    options.reporter.warning(
      `the certificate of ${secure.origin} is not verified (${error.what}): any server that answers there gets the token; ` +
        `allowed by ${options.fallback}`,
    );
    return unverified;
  }
  const samePort = address.port !== undefined && error.kind === 'refused';
  if (address.scheme === 'https' || samePort || !POSSIBLY_PLAIN.has(error.kind)) throw error;
  return probePlain(address, options, error);
}

async function probePlain(address: RegistryAddress, options: ProbeOptions, before?: RegistryError): Promise<Probed> {
  const origin = urlOf(address, 'http');
  const found = await attempt({ origin, verify: false }, options);
  if ('error' in found) {
    const error = options.proxied?.(origin) ? found.error : await diagnosePlain(found.error, origin);
    const answered = ['answer', 'redirect', 'malformed'].includes(error.kind);
    throw before && !answered ? before : error;
  }
  const reason = before ? ` (https: ${before.what})` : '';
  options.reporter.warning(
    `the connection to ${origin} is not encrypted${reason}: anyone on the network path can read the token; ` +
      `allowed by ${options.fallback}`,
  );
  return found;
}

async function attempt(candidate: Candidate, options: ProbeOptions): Promise<Probed | { error: RegistryError }> {
  const transport = options.connect(candidate);
  try {
    await ping(transport, options.signal);
    return { transport, verified: candidate.verify };
  } catch (error) {
    await transport.close();
    if (options.signal?.aborted) throw error;
    return { error: error as RegistryError };
  }
}
