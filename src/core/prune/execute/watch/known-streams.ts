import type { Reason } from '../../../graph/reason.js';
import { ADVICE } from '../../../model/advice.js';
import { RegadmError } from '../../../model/errors.js';
import { isOlderVersion } from '../../../model/kube.js';
import { sameContent, streamKey, type StreamRecord } from '../../../model/image-stream.js';
import { internStream, type ImageStream } from '../../../model/table/snapshot.js';
import type { LaterDigests } from './later-digests.js';

/** Stores the newest known state of every image stream, and how many of their items list each image. */
export class KnownStreams {
  private readonly streams = new Map<string, ImageStream>();
  /** Number of tag items, by the digest number of their image. */
  private readonly listed = new Map<number, number>();
  /** Digest numbers of the images that no stream of the snapshot listed. */
  private readonly later = new Set<number>();
  /** How often a stream was stored that lists what its former state did not list. */
  private added = 0;

  constructor(
    streams: readonly ImageStream[],
    private readonly digests: LaterDigests,
  ) {
    for (const stream of streams) this.store(streamKey(stream), stream);
  }

  get size(): number {
    return this.streams.size;
  }

  /** A number that grows when a stream lists an image that it did not list before. */
  get additions(): number {
    return this.added;
  }

  get(key: string): ImageStream | undefined {
    return this.streams.get(key);
  }

  all(): Iterable<ImageStream> {
    return this.streams.values();
  }

  /**
   * Stores the state of a stream, unless a newer one is known.
   * @returns the newest known state
   * @throws RegadmError LIST_INCONSISTENT if the same version is known with other items: one of the two is wrong
   */
  put(record: StreamRecord): ImageStream {
    const key = streamKey(record);
    const known = this.streams.get(key);
    if (known && known.uid === record.uid && isOlderVersion(record.resourceVersion, known.resourceVersion))
      return known;
    const stream = internStream(record, this.digests);
    if (known && hasVersionOf(known, stream) && !sameContent(known, stream)) throw contradictory(stream);
    if (listsMore(stream, known)) this.noteAddition(stream);
    this.store(key, stream);
    return stream;
  }

  /**
   * Forgets a deleted stream.
   * @param version resource version of the deletion: a stream with a newer one was created again
   */
  remove(key: string, version = ''): void {
    const known = this.streams.get(key);
    if (known && isOlderVersion(version, known.resourceVersion)) return;
    this.store(key, undefined);
  }

  /** Replaces all streams: those that are not in the list have been deleted. */
  setAll(records: StreamRecord[]): void {
    const present = new Set(records.map(streamKey));
    for (const key of [...this.streams.keys()]) if (!present.has(key)) this.remove(key);
    for (const record of records) this.put(record);
  }

  /**
   * Returns the digest numbers of the images that a tag item lists now and that none listed in the snapshot. The lists
   * and watches of streams and of images are independent, so such an image can exist before its object is known.
   */
  listedLater(): number[] {
    return [...this.later].filter((digest) => this.isListed(digest));
  }

  /** True if a tag item lists the image of this digest. */
  isListed(digest: number): boolean {
    return (this.listed.get(digest) ?? 0) > 0;
  }

  /** Returns the first tag item that lists the image of this digest, as a reason to keep it. */
  listingItem(digest: number): Reason | undefined {
    if (!this.isListed(digest)) return undefined;
    for (const [key, { tags }] of this.streams) {
      for (const { name, items } of tags) {
        const position = items.findIndex(({ image }) => image === digest);
        if (position !== -1) return { rule: 'tag-item', stream: key, tag: name, position, of: items.length };
      }
    }
    return undefined;
  }

  private noteAddition({ tags }: ImageStream): void {
    this.added++;
    for (const { items } of tags) for (const { image } of items) if (!this.listed.has(image)) this.later.add(image);
  }

  private store(key: string, stream: ImageStream | undefined): void {
    this.count(this.streams.get(key), -1);
    this.count(stream, 1);
    if (stream) this.streams.set(key, stream);
    else this.streams.delete(key);
  }

  private count(stream: ImageStream | undefined, by: number): void {
    for (const { items } of stream?.tags ?? [])
      for (const { image } of items) this.listed.set(image, (this.listed.get(image) ?? 0) + by);
  }
}

/** True if two states are of the same version of the same object. */
function hasVersionOf({ uid, resourceVersion }: ImageStream, other: ImageStream): boolean {
  return resourceVersion !== '' && uid === other.uid && resourceVersion === other.resourceVersion;
}

function contradictory(stream: ImageStream): RegadmError {
  const what = `version ${stream.resourceVersion} of image stream ${streamKey(stream)}`;
  return new RegadmError(`the API server has sent two different contents for ${what}; one of them is wrong`, {
    code: 'LIST_INCONSISTENT',
    suggestions: [ADVICE.proxyInFront],
  });
}

/**
 * True if a stream can have a tag item that its former state does not have: if the items of a tag are not some of the
 * former ones in the same order.
 */
function listsMore({ tags }: ImageStream, former: ImageStream | undefined): boolean {
  const before = new Map(former?.tags.map(({ name, items }) => [name, items]));
  return tags.some(({ name, items }) => {
    const remaining = (before.get(name) ?? []).values();
    return items.some(({ image, source }) => {
      for (const item of remaining) if (item.image === image && item.source === source) return false;
      return true;
    });
  });
}
