import { existsSync } from 'node:fs';
import type { ClusterApi } from '../cluster/api.js';
import type { Reporter } from '../kit/reporter.js';
import { NOT_IMPERSONATED } from '../model/advice.js';
import type { Registry } from '../registry/api.js';
import type { StatedHosts } from '../registry/discover.js';
import { namesInObjects, publicRoute, readConfiguredHosts, readSample, type ListedNames } from './registry-names.js';

const SERVICE_CA = '/var/run/secrets/kubernetes.io/serviceaccount/service-ca.crt';

/** How the registry is found and reached. */
export interface RegistryAccess {
  /** `host[:port]` or a URL that the user named; undefined: a host that the API server states. */
  registryUrl?: string;
  /** Certificates that the user named as authorities, PEM. */
  authorities?: readonly string[];
  forceInsecure: boolean;
  requestTimeoutMs?: number;
  workers: number;
  /** Bearer token. Default: the token of the requests to the API server. */
  token?: string;
}

/** The reporter and signal for opening the registry. */
export interface OpeningContext {
  reporter: Reporter;
  signal?: AbortSignal;
}

/**
 * Opens the registry, with the cluster's authorities and token. All commands open it here, because the registry gets
 * the token: only the user and the API server itself name its host.
 * @param listed what was listed already; without it, a sample of images and image streams is read to find the registry
 * @throws RegadmError REGISTRY_UNKNOWN if neither names a host, REGISTRY_REMOVED if the operator has removed it,
 *   RegistryError if it cannot be reached or is not trusted
 */
export async function openClusterRegistry(
  api: ClusterApi,
  access: RegistryAccess,
  context: OpeningContext,
  listed?: ListedNames,
): Promise<Registry> {
  return explained(api, access, context, async () => {
    const host = access.registryUrl ?? (await discoverHost(api, listed));
    warnAboutImpersonation(api, context.reporter);
    return connect(api, access, context, host);
  });
}

/**
 * Opens the registry, and explains an error.
 * @throws RegadmError REGISTRY_REMOVED if the operator has removed it, or the error of `open`
 */
export async function explained(
  api: ClusterApi,
  access: RegistryAccess,
  context: OpeningContext,
  open: () => Promise<Registry>,
): Promise<Registry> {
  try {
    return await open();
  } catch (error) {
    if (context.signal?.aborted) throw error;
    const { explainRemoved } = await import('./removed-registry.js');
    throw await explainRemoved(api, error, access.registryUrl !== undefined);
  }
}

/**
 * Opens the registry that the user named, without a cluster: no authority and no token of a kubeconfig is used.
 * @throws RegistryError if it cannot be reached or is not trusted
 */
export async function openNamedRegistry(
  { registryUrl, ...options }: RegistryAccess & { registryUrl: string },
  { reporter, signal }: OpeningContext,
): Promise<Registry> {
  const { openRegistry } = await import('../registry/index.js');
  return openRegistry({ ...options, host: registryUrl, explicit: true, clusterInsecure: false, reporter, signal });
}

/** Connects to the registry at a host that the user or the API server names. */
export async function connect(
  api: ClusterApi,
  access: RegistryAccess,
  { reporter, signal }: OpeningContext,
  host: string,
): Promise<Registry> {
  const { registryUrl, token, ...options } = access;
  const { openRegistry } = await import('../registry/index.js');
  return openRegistry({
    ...options,
    host,
    explicit: registryUrl !== undefined,
    clusterInsecure: api.insecure,
    clusterCa: api.certificateAuthority,
    serviceCaFile: process.env.KUBERNETES_SERVICE_HOST && existsSync(SERVICE_CA) ? SERVICE_CA : undefined,
    token: token ?? ((rejected) => api.token(rejected)),
    publicRoute: () => publicRoute(api),
    reporter,
    traffic: api.traffic,
    signal,
  });
}

/**
 * Returns the host of the registry.
 * @param stated the hosts of the image configuration, if they were read already
 */
export async function discoverHost(api: ClusterApi, listed?: ListedNames, stated?: StatedHosts): Promise<string> {
  const [{ addStreamHosts, chooseRegistryHost }, configured, { images, streams }] = await Promise.all([
    import('../registry/discover.js'),
    stated ?? readConfiguredHosts(api),
    listed ?? readSample(api).then(namesInObjects),
  ]);
  return chooseRegistryHost(addStreamHosts(configured, streams), images);
}

/** Warns that the registry does not know the user as whom the API server is asked. */
export function warnAboutImpersonation({ impersonatedUser }: ClusterApi, reporter: Reporter): void {
  if (impersonatedUser !== undefined) reporter.warning(NOT_IMPERSONATED(impersonatedUser));
}
