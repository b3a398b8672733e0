import type { Reporter } from '../kit/reporter.js';
import { Traffic } from '../kit/traffic.js';
import { findProxy } from '../kit/proxy.js';
import { ADVICE } from '../model/advice.js';
import { RegadmError } from '../model/errors.js';
import type { Registry } from './api.js';
import { HttpRegistry } from './client.js';
import type { FailureKind } from './error.js';
import { RegistryError } from './error.js';
import { allowedFallback, probe, type Candidate, type Probed } from './probe.js';
import { usableProxy } from './proxy.js';
import type { Token } from './requests.js';
import { Transport } from './transport.js';
import { loadTrust } from '../http/trust.js';
import { parseRegistryAddress, type RegistryAddress } from './url.js';

export { RegistryError } from './error.js';

export interface OpenRegistryOptions {
  /** `host[:port]`, or a URL without a path. */
  host: string;
  /** True when the user named the host: then the public route is not tried. */
  explicit: boolean;
  /** Certificates that the user named as authorities, PEM. With them, no fallback is allowed. */
  authorities?: readonly string[];
  /** True when the user allows unverified and unencrypted connections. */
  forceInsecure: boolean;
  /** True when the kubeconfig has `insecure-skip-tls-verify`. */
  clusterInsecure: boolean;
  /** Authority of the kubeconfig, PEM. */
  clusterCa?: string | Buffer;
  /** `service-ca.crt` of the service account, in a pod. */
  serviceCaFile?: string;
  token?: Token;
  /** Timeout per request, in ms; 0 or absent: the built-in limits. */
  requestTimeoutMs?: number;
  /** Maximum number of connections. */
  workers: number;
  /** Returns the host of the registry's public route, if it can be read. */
  publicRoute?: () => Promise<string | undefined>;
  reporter: Reporter;
  /** Counts the requests. Without it, they only count as what the reporter's run waits for. */
  traffic?: Traffic;
  env?: NodeJS.ProcessEnv;
  signal?: AbortSignal;
}

/** Default timeout per request while the connection is probed, in ms. */
const PROBE_TIMEOUT_MS = 10_000;

/**
 * Finds a working connection to the registry, and opens it.
 * @throws RegadmError REGISTRY_UNKNOWN when the host is not valid, RegistryError when no connection is possible
 */
export async function openRegistry(options: OpenRegistryOptions): Promise<Registry> {
  const address = parseHost(options.host);
  const trust = await loadTrust(options);
  const at = (place: RegistryAddress): Promise<Probed> => {
    const connect = (candidate: Candidate): Transport =>
      new Transport({
        ...transportOptions(options, candidate),
        trust,
        timeoutMs: options.requestTimeoutMs || PROBE_TIMEOUT_MS,
      });
    const proxied = (origin: string): boolean => findProxy(origin, options.env) !== undefined;
    return probe(place, {
      connect,
      reporter: options.reporter,
      fallback: allowedFallback(place, options, proxied),
      proxied,
      signal: options.signal,
    });
  };
  const probed = await at(address).catch((error: unknown) => viaPublicRoute(error, options, at));
  probed.transport.timeoutMs = options.requestTimeoutMs ?? 0;
  return new HttpRegistry({ ...probed, token: options.token });
}

function parseHost(host: string): RegistryAddress {
  const address = parseRegistryAddress(host);
  if (typeof address !== 'string') return address;
  throw new RegadmError(`the address of the registry, taken from the cluster, is not valid: ${address}`, {
    code: 'REGISTRY_UNKNOWN',
    suggestions: [ADVICE.registryAddress],
  });
}

function transportOptions(options: OpenRegistryOptions, { origin, verify }: Candidate) {
  const { workers, reporter, env, traffic = new Traffic(reporter.waits) } = options;
  return { origin, verify, workers, env, log: reporter.log, traffic, proxy: usableProxy(origin, env) };
}

/** A proxy refuses names that it cannot resolve, such as the internal name of the registry. */
const OUT_OF_REACH = new Set<FailureKind>(['not-found', 'refused', 'timeout', 'no-route', 'proxy']);

/** Tries the public route, if there is one: the internal name cannot be reached from outside the cluster. */
async function viaPublicRoute(
  error: unknown,
  options: OpenRegistryOptions,
  at: (place: RegistryAddress) => Promise<Probed>,
): Promise<Probed> {
  if (options.explicit || !options.publicRoute || !(error instanceof RegistryError) || !OUT_OF_REACH.has(error.kind))
    throw error;
  const host = await options.publicRoute().catch(() => undefined);
  if (!host) throw error;
  options.reporter.warning(
    `the registry at ${error.url} cannot be reached from here (${error.what}); trying its public route ${host}`,
  );
  return at(parseHost(host));
}
