import type { ClusterApi } from '../../cluster/api.js';
import { readList } from '../../cluster/lists/list.js';
import { OBJECT_PARSER, type ObjectPage } from '../../cluster/lists/page.js';
import { IMAGES, IMAGE_STREAMS, type ListedResource } from '../../cluster/resources.js';
import type { KubeObject } from '../../model/kube.js';
import type { ClusterUsage } from '../plan/usage.js';
import { ImageUses, StreamLists, type Collector } from './collectors.js';

/** Name of the phase in which `readUsage` runs. */
export const LISTING = 'listing images and image streams';
/** Objects per page. Small pages keep memory low: an Image object has about 9 KB. */
const PAGE_SIZE = 100;

interface CollectOptions {
  signal?: AbortSignal;
  /** Called with each list that was read, and its version: a watch that starts there misses nothing. */
  onList?(resource: ListedResource, version: string): void;
}

/**
 * Reads which blobs the Image objects use and which images the image streams list, page by page, keeping only digests.
 * @throws ApiError if any of it cannot be read: a pruner must not delete unless it sees all uses
 */
export async function readUsage(api: ClusterApi, options: CollectOptions = {}): Promise<ClusterUsage> {
  // Images last, so that images pushed in the meantime count as in use.
  const streams = await collect(api, IMAGE_STREAMS, () => new StreamLists(), options);
  const images = await collect(api, IMAGES, () => new ImageUses(streams.hosts), options);
  return toUsage(streams, images);
}

/** Returns what was collected from image streams and images. */
export function toUsage(streams: StreamLists, images: ImageUses): ClusterUsage {
  return {
    inUse: images.inUse,
    otherDigests: images.otherDigests,
    linkingOthers: new Set(),
    otherChildren: images.otherChildren,
    images: images.names,
    children: images.children,
    managed: images.managed,
    newestImage: images.newest,
    incomplete: images.incomplete,
    doubtful: images.doubtful,
    withoutLayers: images.withoutLayers,
    understated: images.understated,
    embedded: images.embedded,
    streams: streams.listed,
    sources: streams.sources,
    invalid: images.invalid,
    invalidCount: images.invalidCount,
  };
}

/** Reads a list into a collector. @throws ApiError if it cannot be read completely */
export async function collect<T extends Collector>(
  api: ClusterApi,
  resource: ListedResource,
  create: () => T,
  { signal, onList }: CollectOptions = {},
): Promise<T> {
  let collector = create();
  const reader = {
    parser: OBJECT_PARSER,
    take: ({ items }: ObjectPage) => items.forEach((item) => collector.add(item)),
    restart: () => void (collector = create()),
  };
  const { resourceVersion } = await readList(api, resource, reader, { pageSize: PAGE_SIZE, signal });
  onList?.(resource, resourceVersion);
  return collector;
}

/** Adds objects to a collector. */
export function addObjects<T extends Collector>(collector: T, objects: readonly KubeObject[]): T {
  for (const object of objects) collector.add(object);
  return collector;
}
