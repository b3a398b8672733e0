import { existsSync } from 'node:fs';
import type { ClusterApi } from '../cluster/api.js';
import type { Snapshot } from '../model/table/snapshot.js';
import type { Registry } from '../registry/api.js';

const SERVICE_CA = '/var/run/secrets/kubernetes.io/serviceaccount/service-ca.crt';
const PUBLIC_ROUTE = '/apis/route.openshift.io/v1/namespaces/openshift-image-registry/routes/default-route';

export interface RegistryFlags {
  registryUrl?: string;
  certificateAuthority?: string;
  forceInsecure: boolean;
  requestTimeoutMs?: number;
  workers: number;
}

export interface RegistryHooks {
  warn(line: string): void;
  log(level: number, line: string): void;
  signal: AbortSignal;
}

/** Opens the registry that the flags name, or else the one that the images and image streams tell of. @throws RegadmError */
export async function findRegistry(
  api: ClusterApi,
  snapshot: Snapshot | undefined,
  flags: RegistryFlags,
  hooks: RegistryHooks,
): Promise<Registry> {
  return openRegistryAt(api, flags.registryUrl ?? (await discoveredHost(snapshot!)), flags, hooks);
}

/** Opens the registry at a host, or at `--registry-url`, with the cluster's authorities and token. @throws RegadmError */
export async function openRegistryAt(
  api: ClusterApi,
  host: string,
  flags: RegistryFlags,
  hooks: RegistryHooks,
): Promise<Registry> {
  const { openRegistry } = await import('../registry/index.js');
  return openRegistry({
    host,
    explicit: flags.registryUrl !== undefined,
    certificateAuthority: flags.certificateAuthority,
    forceInsecure: flags.forceInsecure,
    clusterInsecure: api.insecure,
    clusterCa: api.certificateAuthority,
    serviceCaFile: process.env.KUBERNETES_SERVICE_HOST && existsSync(SERVICE_CA) ? SERVICE_CA : undefined,
    token: () => api.token(),
    requestTimeoutMs: flags.requestTimeoutMs,
    workers: flags.workers,
    publicRoute: () => publicRoute(api),
    ...hooks,
  });
}

async function discoveredHost({ images, streams }: Snapshot): Promise<string> {
  const { discoverRegistryHost } = await import('../registry/discover.js');
  function* managed(): Generator<{ managed: boolean; created: number; reference: string }> {
    for (let image = 0; image < images.count; image++) {
      if (images.managed(image))
        yield { managed: true, created: images.created(image), reference: images.reference(image) };
    }
  }
  return discoverRegistryHost(managed(), streams);
}

/** The host of the registry's route for users outside the cluster; undefined when there is none or it may not be read. */
async function publicRoute(api: ClusterApi): Promise<string | undefined> {
  const response = await api.request('GET', PUBLIC_ROUTE);
  if (response.status !== 200) return undefined;
  const route = response.json<{ spec?: { host?: string }; status?: { ingress?: { host?: string }[] } }>();
  return route.status?.ingress?.[0]?.host ?? route.spec?.host;
}
