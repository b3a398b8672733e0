import { proxyFor } from '../kit/proxy.js';
import { RegadmError } from '../model/errors.js';
import type { Registry } from './api.js';
import { HttpRegistry } from './client.js';
import type { FailureKind } from './error.js';
import { RegistryError } from './error.js';
import { fallbackLeave, probe, type Candidate, type Probed } from './probe.js';
import { Transport } from './transport.js';
import { loadTrust } from './trust.js';
import { parseRegistryUrl, validateRegistryFlags, type RegistryAddress } from './url.js';

export { RegistryError } from './error.js';

export interface OpenRegistryOptions {
  /** `host[:port]`, or a URL as `--registry-url` takes it. */
  host: string;
  /** True when it comes from `--registry-url`: then no other place is tried. */
  explicit: boolean;
  /** `--certificate-authority`: a PEM file. */
  certificateAuthority?: string;
  forceInsecure: boolean;
  /** The kubeconfig's cluster says `insecure-skip-tls-verify`. */
  clusterInsecure: boolean;
  /** The kubeconfig's authority, PEM. */
  clusterCa?: string | Buffer;
  /** In a pod: the service account's `service-ca.crt`. */
  serviceCaFile?: string;
  /** The bearer token, or how to get the present one. */
  token?: string | (() => Promise<string | undefined>);
  /** `--request-timeout` in milliseconds; 0 or absent for the built-in limits. */
  requestTimeoutMs?: number;
  /** Parallel connections: `--num-workers`. */
  workers: number;
  /** The host of the registry's public route, if it can be read. */
  publicRoute?: () => Promise<string | undefined>;
  /** Takes every warning; the prefix `warning: ` is the caller's. */
  warn: (line: string) => void;
  log?: (level: number, line: string) => void;
  env?: NodeJS.ProcessEnv;
  signal?: AbortSignal;
}

/** Deleting a large blob in slow storage takes its time. */
const REQUEST_TIMEOUT_MS = 60_000;
const PROBE_TIMEOUT_MS = 10_000;

/**
 * Finds out how to talk to the registry, once, and returns it ready for use.
 * @throws RegadmError (USAGE) for flags and files that do not do, RegistryError for everything that happens on the way
 */
export async function openRegistry(options: OpenRegistryOptions): Promise<Registry> {
  validateRegistryFlags({ ...options, registryUrl: options.explicit ? options.host : undefined });
  const address = addressOf(options);
  const trust = await loadTrust(options);
  const at = (place: RegistryAddress): Promise<Probed> => {
    const connect = (candidate: Candidate): Transport =>
      new Transport({ ...transportOptions(options, candidate), trust, timeoutMs: probeTimeout(options) });
    const proxied = (origin: string): boolean => proxyFor(origin, options.env) !== undefined;
    return probe(place, {
      connect,
      warn: options.warn,
      leave: fallbackLeave(place, options),
      proxied,
      signal: options.signal,
    });
  };
  const probed = await at(address).catch((error: unknown) => viaPublicRoute(error, options, at));
  probed.transport.timeoutMs = options.requestTimeoutMs || REQUEST_TIMEOUT_MS;
  return new HttpRegistry({ ...probed, token: options.token });
}

function addressOf({ host, explicit }: OpenRegistryOptions): RegistryAddress {
  if (explicit) return parseRegistryUrl(host);
  try {
    return parseRegistryUrl(host);
  } catch (cause) {
    throw new RegadmError('the host in the reference of the newest image is not one that can be asked', {
      code: 'REGISTRY_UNKNOWN',
      suggestions: ['pass --registry-url'],
      cause,
    });
  }
}

function transportOptions({ workers, log, env }: OpenRegistryOptions, { origin, verify }: Candidate) {
  return { origin, verify, workers, log, proxy: proxyFor(origin, env) };
}

function probeTimeout({ requestTimeoutMs }: OpenRegistryOptions): number {
  return requestTimeoutMs ? Math.min(requestTimeoutMs, PROBE_TIMEOUT_MS) : PROBE_TIMEOUT_MS;
}

const OUT_OF_REACH = new Set<FailureKind>(['not-found', 'refused', 'timeout', 'no-route']);

/** From outside the cluster the internal name is out of reach: then the public route is tried, if there is one. */
async function viaPublicRoute(
  error: unknown,
  options: OpenRegistryOptions,
  at: (place: RegistryAddress) => Promise<Probed>,
): Promise<Probed> {
  if (options.explicit || !options.publicRoute || !(error instanceof RegistryError) || !OUT_OF_REACH.has(error.kind))
    throw error;
  const host = await options.publicRoute().catch(() => undefined);
  if (!host) throw error;
  options.warn(
    `the registry at ${error.url} is out of reach from here (${error.what}); trying its public route ${host}`,
  );
  return at(parseRegistryUrl(host));
}
