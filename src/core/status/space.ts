import { streamKey } from '../model/image-stream.js';
import type { ImageStream, Snapshot } from '../model/table/snapshot.js';
import { spaceByAge, type AgeSpace } from './space-by-age.js';
import { SpaceMeter, type SpaceOf } from './space-meter.js';
import { storedSizes } from '../graph/stored-sizes.js';

export interface StreamSpace extends SpaceOf {
  namespace: string;
  name: string;
}

export interface NamespaceSpace extends SpaceOf {
  namespace: string;
  streams: number;
}

/**
 * The use of the registry's space. Imported images are counted but have no bytes, because the registry does not store
 * them.
 */
export interface Space {
  images: number;
  imported: number;
  streams: number;
  tagItems: number;
  blobs: number;
  bytes: number;
  /** Bytes that images of several namespaces need. */
  sharedBetweenNamespaces: number;
  /** Largest first. */
  namespaces: NamespaceSpace[];
  /** Largest first. */
  imageStreams: StreamSpace[];
  /** Images that no tag item lists. */
  untagged: SpaceOf;
  ages: AgeSpace[];
}

/**
 * Measures how much space each namespace and image stream uses.
 * @param now ms since the epoch
 */
export function measureSpace(snapshot: Snapshot, now: number): Space {
  const { images, streams } = snapshot;
  const sizes = storedSizes(snapshot);
  const namespaces = groupByNamespace(streams);
  const streamSpaces = measureOwners(
    snapshot,
    sizes,
    streams.map((stream) => [stream]),
  );
  const namespaceSpaces = measureOwners(snapshot, sizes, [...namespaces.values()]);
  const bytes = sum(sizes);
  return {
    images: images.count - images.invalid.ownNames,
    imported: countImages(snapshot, (image) => !images.managed(image) && images.hasDigestName(image)),
    streams: streams.length,
    tagItems: sum(streamSpaces.owners.map(({ tagItems }) => tagItems)),
    blobs: sizes.reduce((count, size) => count + (size > 0 ? 1 : 0), 0),
    bytes,
    sharedBetweenNamespaces:
      bytes - sum(namespaceSpaces.owners.map(({ unique }) => unique)) - namespaceSpaces.untagged.unique,
    namespaces: [...namespaces]
      .map(([namespace, group], at) => ({ namespace, streams: group.length, ...namespaceSpaces.owners[at]! }))
      .sort(largestFirst(({ namespace }) => namespace)),
    imageStreams: streams
      .map(({ namespace, name }, at): StreamSpace => ({ namespace, name, ...streamSpaces.owners[at]! }))
      .sort(largestFirst<StreamSpace>(streamKey)),
    untagged: namespaceSpaces.untagged,
    ages: spaceByAge(snapshot, sizes, now),
  };
}

function groupByNamespace(streams: readonly ImageStream[]): Map<string, ImageStream[]> {
  const groups = new Map<string, ImageStream[]>();
  for (const stream of streams) {
    const group = groups.get(stream.namespace);
    if (group) group.push(stream);
    else groups.set(stream.namespace, [stream]);
  }
  return groups;
}

/** Measures each group of streams as one owner, and the images that no stream lists as another. */
function measureOwners(
  snapshot: Snapshot,
  sizes: Float64Array,
  groups: readonly (readonly ImageStream[])[],
): { owners: SpaceOf[]; untagged: SpaceOf } {
  const meter = new SpaceMeter(snapshot, sizes);
  const listed = new Uint8Array(snapshot.images.count);
  for (const group of groups) {
    meter.startOwner();
    for (const stream of group) meter.addStream(stream, (image) => (listed[image] = 1));
  }
  meter.startOwner();
  for (let image = 0; image < snapshot.images.count; image++) if (!listed[image]) meter.addImage(image);
  const owners = meter.results();
  return { owners: owners.slice(0, -1), untagged: owners.at(-1)! };
}

function countImages({ images }: Snapshot, isCounted: (image: number) => boolean): number {
  let count = 0;
  for (let image = 0; image < images.count; image++) if (isCounted(image)) count++;
  return count;
}

function sum(numbers: Float64Array | number[]): number {
  return (numbers as number[]).reduce((total, one) => total + one, 0);
}

function largestFirst<T extends SpaceOf>(key: (one: T) => string): (a: T, b: T) => number {
  return (a, b) => b.unique - a.unique || b.bytes - a.bytes || (key(a) < key(b) ? -1 : 1);
}
