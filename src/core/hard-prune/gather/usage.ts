import type { ClusterApi, KubeObject } from '../../cluster/api.js';
import { readList } from '../../cluster/list.js';
import { OBJECT_PARSER, type ObjectPage } from '../../cluster/page.js';
import { IMAGES, IMAGE_STREAMS, type ListedResource } from '../../cluster/resources.js';
import type { ClusterUsage } from '../plan/plan-types.js';

/** Objects per page. Small pages keep memory low: an Image object is about 9 KB. */
const PAGE_SIZE = 100;

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
  // Images last, so that images pushed in the meantime count as in use.
  const streams = await collect(api, IMAGE_STREAMS, () => new StreamLists(), signal);
  const images = await collect(api, IMAGES, () => new ImageUses(), signal);
  return { inUse: images.inUse, images: images.names, children: images.children, streams: streams.listed };
}

interface Collector {
  add(item: KubeObject): void;
}

/**
 * Reads a list into a collector. A list whose `continue` token expires is read again from the beginning: its rest in a
 * newer state would miss objects that were created in the part already read.
 */
async function collect<T extends Collector>(
  api: ClusterApi,
  resource: ListedResource,
  create: () => T,
  signal?: AbortSignal,
): Promise<T> {
  let collector = create();
  const reader = {
    parser: OBJECT_PARSER,
    take: ({ items }: ObjectPage) => items.forEach((item) => collector.add(item)),
    restart: () => void (collector = create()),
  };
  await readList(api, resource, reader, { pageSize: PAGE_SIZE, onExpired: 'restart', signal });
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
