import { streamKey } from '../../model/image-stream.js';
import type { ImageStream, SnapshotView } from '../../model/table/snapshot.js';
import { indexParents, type IndexParents } from '../held.js';
import type { PruneOptions } from '../options.js';
import type { PulledRule } from '../policy/retention.js';
import type { TagRules } from '../policy/tag-rules.js';
import type { PulledReason } from '../reason.js';
import { PullTimes } from './pull-times.js';

/** What recent pulls keep. Pulls only ever keep more. */
export interface RecentPulls {
  /** Returns the reason to keep an item of any state of a stream; undefined if it was not pulled recently. */
  item(stream: ImageStream, tag: number, position: number): PulledReason | undefined;
  /** Images that were pulled recently from repositories whose image streams do not list them: by digest number. */
  readonly unlisted: ReadonlyMap<number, PulledReason>;
  /** When items and images were pulled, recently or not. */
  readonly times: Pick<PullTimes, 'item' | 'image'>;
}

interface RecentPullsInput {
  snapshot: Pick<SnapshotView, 'images' | 'digests' | 'streams'>;
  options: PruneOptions;
  tagRules: TagRules;
  /** Ms since the epoch. */
  now: number;
  parents?: IndexParents;
  /** The images that no stream lists, if that was found out before tags were removed. */
  unlisted?: ReadonlyMap<number, PulledReason>;
}

/** Finds what recent pulls keep; undefined if there is no pulls file. */
export function recentPulls(input: RecentPullsInput): RecentPulls | undefined {
  const { snapshot, options, tagRules, now } = input;
  if (!options.pulls) return undefined;
  const times = new PullTimes(options.pulls.history, snapshot, input.parents ?? indexParents(snapshot));
  return {
    item(stream, tag, position) {
      const { pulled } = tagRules.of(stream, tag);
      return pulled && reasonOf(times.item(stream, tag, position), pulled, now);
    },
    unlisted: input.unlisted ?? unlistedPulls(input, times),
    times,
  };
}

/** Returns the reason that a pull gives; undefined if it is not recent. A time in the future counts as now. */
function reasonOf(time: number | undefined, { withinMs, policy }: PulledRule, now: number): PulledReason | undefined {
  if (time === undefined || time < now - withinMs) return undefined;
  return { rule: 'pulled', agoMs: Math.max(0, now - time), until: time + withinMs, ...(policy ? { policy } : {}) };
}

/** No rule for a tag decides about images that no tag lists: the longest time counts. */
function unlistedPulls(
  { snapshot, options, tagRules, now }: RecentPullsInput,
  times: PullTimes,
): Map<number, PulledReason> {
  const found = new Map<number, PulledReason>();
  const longest = tagRules.longestPulled();
  if (!longest) return found;
  const streams = new Map(snapshot.streams.map((stream) => [streamKey(stream), stream]));
  for (const [repository, { digests }] of options.pulls!.history.repositories) {
    const listed = listedBy(streams.get(repository));
    for (const [text, time] of digests) {
      const reason = reasonOf(time, longest, now);
      const digest = reason ? snapshot.digests.find(text) : -1;
      if (!reason || digest === -1 || snapshot.images.indexOf(digest) === -1) continue;
      if ([...times.withIndexes(digest)].some((one) => listed.has(one))) continue;
      if (reason.agoMs <= (found.get(digest)?.agoMs ?? Infinity)) found.set(digest, reason);
    }
  }
  return found;
}

function listedBy(stream: ImageStream | undefined): Set<number> {
  return new Set(stream?.tags.flatMap(({ items }) => items.map(({ image }) => image)));
}
