import { streamKey } from '../../model/image-stream.js';
import { lastPulls, type PullHistory } from '../../model/pulls.js';
import type { ImageStream, SnapshotView } from '../../model/table/snapshot.js';
import type { IndexParents } from '../held.js';

/** Finds when tag items were pulled for the last time. Times are in ms since the epoch. */
export class PullTimes {
  /** Pulls by digest, by repository: those of a child count for the indexes that name it, too. */
  private readonly digests = new Map<string, ReadonlyMap<number, number>>();
  /** By state of a stream: the times of the items of its tags. */
  private readonly found = new WeakMap<ImageStream, (readonly (number | undefined)[])[]>();

  /** By digest number: the last pull of an image from any repository; computed on request. */
  private images: Map<number, number> | undefined;

  constructor(
    private readonly history: PullHistory,
    private readonly snapshot: Pick<SnapshotView, 'images' | 'digests' | 'streams'>,
    private readonly parents: IndexParents,
  ) {}

  /** Returns when an item of any state of a stream was pulled; undefined if that is not known. */
  item(stream: ImageStream, tag: number, position: number): number | undefined {
    const pulls = this.history.repositories.get(streamKey(stream));
    if (!pulls) return undefined;
    let tags = this.found.get(stream);
    if (!tags) this.found.set(stream, (tags = []));
    tags[tag] ??= lastPulls(
      { digests: this.digestsOf(streamKey(stream)), tags: pulls.tags },
      { name: stream.tags[tag]!.name, items: stream.tags[tag]!.items },
    );
    return tags[tag][position];
  }

  /**
   * Returns when an image was pulled, from any repository and by any of its tags; undefined if that is not known.
   * @param digest its digest number
   */
  image(digest: number): number | undefined {
    this.images ??= this.findImages();
    return this.images.get(digest);
  }

  private findImages(): Map<number, number> {
    const found = new Map<number, number>();
    const add = (digest: number, time: number): void =>
      void found.set(digest, Math.max(time, found.get(digest) ?? time));
    for (const repository of this.history.repositories.keys())
      for (const [digest, time] of this.digestsOf(repository)) add(digest, time);
    for (const stream of this.snapshot.streams) {
      if (!this.history.repositories.has(streamKey(stream))) continue;
      for (const [tag, { items }] of stream.tags.entries())
        for (const [position, { image }] of items.entries()) {
          const time = this.item(stream, tag, position);
          if (time !== undefined) add(image, time);
        }
    }
    return found;
  }

  /** Returns an image and the indexes that name it, themselves or in other indexes. */
  withIndexes(digest: number): Set<number> {
    const found = new Set([digest]);
    for (const one of found)
      for (const parent of this.parents.get(one) ?? []) found.add(this.snapshot.images.name(parent));
    return found;
  }

  private digestsOf(repository: string): ReadonlyMap<number, number> {
    const known = this.digests.get(repository);
    if (known) return known;
    const times = new Map<number, number>();
    for (const [text, time] of this.history.repositories.get(repository)!.digests) {
      const digest = this.snapshot.digests.find(text);
      if (digest === -1) continue;
      for (const one of this.withIndexes(digest)) times.set(one, Math.max(time, times.get(one) ?? time));
    }
    this.digests.set(repository, times);
    return times;
  }
}
