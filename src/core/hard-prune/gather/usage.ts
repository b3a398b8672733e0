import type { ClusterApi, KubeObject } from '../../cluster/api.js';
import { ApiError } from '../../cluster/api-error.js';
import type { ClusterUsage } from '../plan/plan-types.js';

/** Small pages keep memory low: a real Image object is about 9 KB. */
const PAGE = 100;
/** How often a list is begun again when its continue token has expired. */
const RESTARTS = 5;

/** Media types whose `dockerImageMetadata.Id` is a blob of its own: what the registry's pruner goes by. */
const WITH_CONFIG = new Set([
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
]);

/**
 * Reads which blobs the Image objects use and what the image streams list, page by page, keeping digests only.
 * @throws ApiError when any of it cannot be read: a pruner that cannot see all uses must not delete
 */
export async function readUsage(api: ClusterApi, signal?: AbortSignal): Promise<ClusterUsage> {
  // Images last: what is pushed meanwhile is then in use at any rate.
  const streams = await listWhole(api, '/apis/image.openshift.io/v1/imagestreams', () => new StreamLists(), signal);
  const images = await listWhole(api, '/apis/image.openshift.io/v1/images', () => new ImageUses(), signal);
  return { inUse: images.inUse, images: images.names, children: images.children, streams: streams.listed };
}

interface Collector {
  add(item: KubeObject): void;
}

/**
 * An expired continue token could be exchanged for one that goes on with a newer state, but what was created before the
 * place it goes on from would be missed: the list is begun again.
 */
async function listWhole<T extends Collector>(
  api: ClusterApi,
  path: string,
  collector: () => T,
  signal?: AbortSignal,
): Promise<T> {
  for (let restart = 0; ; restart++) {
    try {
      return await listPages(api, path, collector(), signal);
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 410) || restart === RESTARTS) throw error;
    }
  }
}

async function listPages<T extends Collector>(
  api: ClusterApi,
  path: string,
  collector: T,
  signal?: AbortSignal,
): Promise<T> {
  let next: string | undefined;
  do {
    const page: { metadata?: { continue?: string }; items?: KubeObject[] | null } = await api.get(path, {
      query: { limit: PAGE, continue: next },
      signal,
    });
    for (const item of page.items ?? []) collector.add(item);
    next = page.metadata?.continue || undefined;
  } while (next);
  return collector;
}

class ImageUses implements Collector {
  readonly inUse = new Map<string, string>();
  readonly names = new Set<string>();
  readonly children = new Map<string, string[]>();

  add(image: KubeObject): void {
    const { name } = image.metadata;
    const hex = hexOf(name);
    if (hex) this.names.add(hex);
    this.use(name, name);
    if (WITH_CONFIG.has(image.dockerImageManifestMediaType as string))
      this.use((image.dockerImageMetadata as { Id?: string } | undefined)?.Id, name);
    for (const layer of asList<{ name?: string }>(image.dockerImageLayers)) this.use(layer.name, name);
    const children = asList<{ digest?: string }>(image.dockerImageManifests).map(({ digest }) => hexOf(digest));
    if (hex && children.length > 0)
      this.children.set(
        hex,
        children.filter((child) => child !== undefined),
      );
  }

  private use(digest: string | undefined, image: string): void {
    const hex = hexOf(digest);
    if (hex && !this.inUse.has(hex)) this.inUse.set(hex, image);
  }
}

class StreamLists implements Collector {
  readonly listed = new Map<string, Set<string>>();

  add(stream: KubeObject): void {
    const listed = new Set<string>();
    for (const tag of asList<{ items?: { image?: string }[] | null }>(
      (stream.status as { tags?: unknown } | undefined)?.tags,
    )) {
      for (const { image } of asList<{ image?: string }>(tag.items)) {
        const hex = hexOf(image);
        if (hex) listed.add(hex);
      }
    }
    this.listed.set(`${stream.metadata.namespace}/${stream.metadata.name}`, listed);
  }
}

function asList<T>(value: unknown): T[] {
  return Array.isArray(value) ? (value as T[]) : [];
}

function hexOf(digest: string | undefined): string | undefined {
  return digest?.startsWith('sha256:') && digest.length === 71 ? digest.slice(7) : undefined;
}
