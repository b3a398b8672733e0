import { existsSync } from 'node:fs';
import type { ClusterApi, KubeObject } from '../cluster/api.js';
import { findIfReadable } from '../cluster/objects.js';
import type { Reporter } from '../kit/reporter.js';
import type { SnapshotView } from '../model/table/snapshot.js';
import type { Registry } from '../registry/api.js';
import { PUBLIC_ROUTE } from './objects.js';

const SERVICE_CA = '/var/run/secrets/kubernetes.io/serviceaccount/service-ca.crt';

/** How the registry is found and reached. */
export interface RegistryAccess {
  /** `host[:port]` or a URL that the user named; undefined: discovered from images and image streams. */
  registryUrl?: string;
  /** Certificates that the user named as authorities, PEM. */
  authorities?: readonly string[];
  forceInsecure: boolean;
  requestTimeoutMs?: number;
  workers: number;
}

/** The reporter and signal for opening the registry. */
export interface OpeningContext {
  reporter: Reporter;
  signal: AbortSignal;
}

/** Opens the registry that the user named, or else the one that images and image streams name. @throws RegadmError */
export async function findRegistry(
  api: ClusterApi,
  snapshot: Pick<SnapshotView, 'images' | 'streams'> | undefined,
  access: RegistryAccess,
  context: OpeningContext,
): Promise<Registry> {
  return openRegistryAt(api, access.registryUrl ?? (await discoveredHost(snapshot!)), access, context);
}

/** Opens the registry at a host, with the cluster's authorities and token. @throws RegadmError */
export async function openRegistryAt(
  api: ClusterApi,
  host: string,
  access: RegistryAccess,
  context: OpeningContext,
): Promise<Registry> {
  const { openRegistry } = await import('../registry/index.js');
  return openRegistry({
    host,
    explicit: access.registryUrl !== undefined,
    authorities: access.authorities,
    forceInsecure: access.forceInsecure,
    clusterInsecure: api.insecure,
    clusterCa: api.certificateAuthority,
    serviceCaFile: process.env.KUBERNETES_SERVICE_HOST && existsSync(SERVICE_CA) ? SERVICE_CA : undefined,
    token: () => api.token(),
    requestTimeoutMs: access.requestTimeoutMs,
    workers: access.workers,
    publicRoute: () => publicRoute(api),
    reporter: context.reporter,
    signal: context.signal,
  });
}

async function discoveredHost({ images, streams }: Pick<SnapshotView, 'images' | 'streams'>): Promise<string> {
  const { discoverRegistryHost } = await import('../registry/discover.js');
  function* managed(): Generator<{ managed: boolean; created: number; reference: string }> {
    for (let image = 0; image < images.count; image++) {
      if (images.managed(image))
        yield { managed: true, created: images.created(image), reference: images.reference(image) };
    }
  }
  return discoverRegistryHost(managed(), streams);
}

/** Finds the host of the registry's public route; undefined when there is none or the user cannot read it. */
export async function publicRoute(api: ClusterApi): Promise<string | undefined> {
  const route = await findIfReadable<Route>(api, PUBLIC_ROUTE);
  return route?.status?.ingress?.[0]?.host ?? route?.spec?.host;
}

interface Route extends KubeObject {
  spec?: { host?: string };
  status?: { ingress?: { host?: string }[] };
}
