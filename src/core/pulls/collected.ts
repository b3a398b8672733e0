import { toPullTime, type PullEntry, type PullHistory } from '../model/pulls.js';
import { compareText } from '../model/values/compare-text.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** For how long the last pull of each hour is kept; after that, the last pull of each day. */
const HOURLY = 31 * DAY;
/** For how long a pull is kept. */
export const KEPT = 400 * DAY;

/** The pulls from a repository. Of pulls by tag, there is the last one of each hour. */
interface CollectedRepository {
  digests: Map<string, number>;
  tags: Map<string, Map<number, number>>;
}

/** Pulls by repository. */
export type CollectedPulls = Map<string, CollectedRepository>;

/** Adds a pull by tag. */
export function addTagPull({ tags }: CollectedRepository, tag: string, time: number): void {
  let hours = tags.get(tag);
  if (!hours) tags.set(tag, (hours = new Map()));
  const hour = Math.floor(time / HOUR);
  hours.set(hour, Math.max(time, hours.get(hour) ?? time));
}

/** Adds the pulls of an existing file. */
export function addHistory(pulls: CollectedPulls, { repositories }: PullHistory): void {
  for (const [name, { digests, tags }] of repositories) {
    let repository = pulls.get(name);
    if (!repository) pulls.set(name, (repository = { digests: new Map(), tags: new Map() }));
    for (const [digest, time] of digests)
      repository.digests.set(digest, Math.max(time, repository.digests.get(digest) ?? time));
    for (const [tag, times] of tags) for (const time of times) addTagPull(repository, tag, time);
  }
}

/** Lists pulls as the file has them, without those that are too old. @param now in ms since the epoch */
export function toEntries(pulls: CollectedPulls, now: number): PullEntry[] {
  return [...pulls]
    .sort(([a], [b]) => compareText(a, b))
    .flatMap(([repository, { digests, tags }]) => [
      ...sorted(digests)
        .filter(([, time]) => time >= now - KEPT)
        .map(([digest, time]) => ({ repository, digest, lastPulled: toPullTime(time) })),
      ...sorted(tags).flatMap(([tag, hours]) => {
        const [last, ...earlier] = thinned([...hours.values()], now).map(toPullTime);
        if (last === undefined) return [];
        return [{ repository, tag, lastPulled: last, ...(earlier.length > 0 ? { earlier } : {}) }];
      }),
    ]);
}

/** Returns the newest first. */
function thinned(times: number[], now: number): number[] {
  const slots = new Map<string, number>();
  for (const time of times.filter((time) => time >= now - KEPT).sort((a, b) => a - b))
    slots.set(now - time < HOURLY ? `hour ${Math.floor(time / HOUR)}` : `day ${Math.floor(time / DAY)}`, time);
  return [...slots.values()].sort((a, b) => b - a);
}

function sorted<T>(entries: Map<string, T>): [string, T][] {
  return [...entries].sort(([a], [b]) => compareText(a, b));
}
