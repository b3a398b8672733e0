import { streamKey } from '../model/image-stream.js';
import type { ImageStream, Snapshot } from '../model/table/snapshot.js';

/** Bytes of blobs, as image objects state them: layers and configs; manifests say nothing of their own size. */
export interface SpaceOf {
  /** Images that its tag items list, and those that listed indexes name. */
  images: number;
  tagItems: number;
  /** Everything that its images need, each blob once. */
  bytes: number;
  /** The part that nothing outside of it needs: what would be free without it. */
  unique: number;
}

export interface StreamSpace extends SpaceOf {
  namespace: string;
  name: string;
}

export interface NamespaceSpace extends SpaceOf {
  namespace: string;
  streams: number;
}

/** Blobs by the age of the youngest image that needs them. */
export interface AgeSpace {
  /** Ms; Infinity for the last. */
  upTo: number;
  /** Images of that age. */
  images: number;
  bytes: number;
}

/** Who uses the registry's space. Images that were imported, not pushed, are counted but have no bytes: the registry does not hold them. */
export interface Space {
  images: number;
  imported: number;
  streams: number;
  tagItems: number;
  blobs: number;
  bytes: number;
  /** The part that images of several namespaces need. */
  sharedBetweenNamespaces: number;
  /** Largest first. */
  namespaces: NamespaceSpace[];
  /** Largest first. */
  imageStreams: StreamSpace[];
  /** Images that no tag item lists. */
  untagged: SpaceOf;
  ages: AgeSpace[];
}

const DAY = 24 * 3_600_000;
/** Upper ends of the ages that are told apart, in ms. */
export const AGES = [DAY, 7 * DAY, 30 * DAY, 90 * DAY, 180 * DAY, 365 * DAY, Infinity];

/**
 * Counts who uses how much, in one pass over all tag items and two over the blobs.
 * @param now ms since the epoch
 */
export function measureSpace(snapshot: Snapshot, now: number): Space {
  const { images, streams } = snapshot;
  const sizes = storedSizes(snapshot);
  const byStream = new Measure(snapshot, sizes);
  const byNamespace = new Measure(snapshot, sizes);
  const listed = new Uint8Array(images.count);
  const namespaces = new Map<string, ImageStream[]>();
  for (const stream of streams) {
    byStream.begin();
    byStream.addStream(stream, (image) => (listed[image] = 1));
    const others = namespaces.get(stream.namespace);
    if (others) others.push(stream);
    else namespaces.set(stream.namespace, [stream]);
  }
  for (const own of namespaces.values()) {
    byNamespace.begin();
    for (const stream of own) byNamespace.addStream(stream);
  }
  for (const measure of [byStream, byNamespace]) {
    measure.begin();
    for (let image = 0; image < images.count; image++) if (!listed[image]) measure.addImage(image);
  }
  const streamSpaces = byStream.results();
  const namespaceSpaces = byNamespace.results();
  const total = sum(sizes);
  return {
    images: images.count,
    imported: count(images.count, (image) => !images.managed(image)),
    streams: streams.length,
    tagItems: streamSpaces.reduce((all, { tagItems }) => all + tagItems, 0),
    blobs: sizes.reduce((all, size) => all + (size > 0 ? 1 : 0), 0),
    bytes: total,
    sharedBetweenNamespaces: total - namespaceSpaces.reduce((all, { unique }) => all + unique, 0),
    namespaces: [...namespaces]
      .map(([namespace, own], at) => ({ namespace, streams: own.length, ...namespaceSpaces[at]! }))
      .sort(largestFirst(({ namespace }) => namespace)),
    imageStreams: streams
      .map(({ namespace, name }, at): StreamSpace => ({ namespace, name, ...streamSpaces[at]! }))
      .sort(largestFirst<StreamSpace>(streamKey)),
    untagged: namespaceSpaces.at(-1) ?? { images: 0, tagItems: 0, bytes: 0, unique: 0 },
    ages: byAge(snapshot, sizes, now),
  };
}

/** Size of every blob that a pushed image needs, by digest number; 0 for all others. */
export function storedSizes({ images, digests }: Snapshot): Float64Array {
  const sizes = new Float64Array(digests.size);
  const take = (blob: number): void => void (sizes[blob] = images.blobSize(blob));
  for (let image = 0; image < images.count; image++) if (images.managed(image)) images.eachBlob(image, take);
  return sizes;
}

/** Measures owners one after the other: `begin` starts the next one. */
class Measure {
  private readonly owners: SpaceOf[] = [];
  /** The owner that has counted a blob (or an image) last, plus 1. */
  private readonly lastOwner: Int32Array;
  private readonly lastOwnerOfImage: Int32Array;
  /** The only owner of a blob, plus 1; -1 when there are several. */
  private readonly onlyOwner: Int32Array;

  constructor(
    private readonly snapshot: Snapshot,
    private readonly sizes: Float64Array,
  ) {
    this.lastOwner = new Int32Array(sizes.length);
    this.onlyOwner = new Int32Array(sizes.length);
    this.lastOwnerOfImage = new Int32Array(snapshot.images.count);
  }

  begin(): void {
    this.owners.push({ images: 0, tagItems: 0, bytes: 0, unique: 0 });
  }

  addStream({ tags }: ImageStream, each?: (image: number) => void): void {
    const owner = this.owners.at(-1)!;
    for (const { items } of tags) {
      owner.tagItems += items.length;
      for (const item of items) {
        const image = this.snapshot.images.indexOf(item.image);
        if (image !== -1) this.addImage(image, each);
      }
    }
  }

  addImage(image: number, each?: (image: number) => void): void {
    const { images } = this.snapshot;
    const owner = this.owners.length;
    if (this.lastOwnerOfImage[image] === owner) return;
    this.lastOwnerOfImage[image] = owner;
    this.owners[owner - 1]!.images++;
    each?.(image);
    images.eachBlob(image, (blob) => this.addBlob(blob));
    images.eachChild(image, (child) => {
      const known = images.indexOf(child);
      if (known !== -1) this.addImage(known, each);
    });
  }

  results(): SpaceOf[] {
    this.onlyOwner.forEach((owner, blob) => {
      if (owner > 0) this.owners[owner - 1]!.unique += this.sizes[blob]!;
    });
    return this.owners;
  }

  private addBlob(blob: number): void {
    const owner = this.owners.length;
    if (this.lastOwner[blob] === owner) return;
    this.lastOwner[blob] = owner;
    this.onlyOwner[blob] = this.onlyOwner[blob] === 0 ? owner : -1;
    this.owners[owner - 1]!.bytes += this.sizes[blob]!;
  }
}

function byAge({ images }: Snapshot, sizes: Float64Array, now: number): AgeSpace[] {
  const found = AGES.map((upTo) => ({ upTo, images: 0, bytes: 0 }));
  const youngest = new Float64Array(sizes.length).fill(Infinity);
  const bucket = (age: number): AgeSpace => found[AGES.findIndex((upTo) => age < upTo)] ?? found.at(-1)!;
  for (let image = 0; image < images.count; image++) {
    const age = now - images.created(image);
    bucket(age).images++;
    if (!images.managed(image)) continue;
    const known = Number.isNaN(age) ? Infinity : age;
    images.eachBlob(image, (blob) => (youngest[blob] = Math.min(youngest[blob]!, known)));
  }
  sizes.forEach((size, blob) => {
    if (size > 0) bucket(youngest[blob]!).bytes += size;
  });
  return found;
}

function sum(sizes: Float64Array): number {
  return sizes.reduce((all, size) => all + size, 0);
}

function count(upTo: number, is: (at: number) => boolean): number {
  let found = 0;
  for (let at = 0; at < upTo; at++) if (is(at)) found++;
  return found;
}

function largestFirst<T extends SpaceOf>(key: (one: T) => string): (a: T, b: T) => number {
  return (a, b) => b.unique - a.unique || b.bytes - a.bytes || (key(a) < key(b) ? -1 : 1);
}
