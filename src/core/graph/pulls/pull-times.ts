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

  constructor(
    private readonly history: PullHistory,
    private readonly snapshot: Pick<SnapshotView, 'images' | 'digests'>,
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
