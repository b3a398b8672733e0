import { indexParents } from '../graph/held.js';
import { PullTimes } from '../graph/pulls/pull-times.js';
import { streamKey } from '../model/image-stream.js';
import type { PullHistory, RepositoryPulls } from '../model/pulls.js';
import type { Snapshot } from '../model/table/snapshot.js';

/** The age up to which a pull counts as recent in the summary. */
export const RECENT = '30d';
const RECENT_MS = 30 * 24 * 3_600_000;

/** The file of `--pulls`. */
export interface PullsFile {
  /** As the user wrote it. */
  file: string;
  history: PullHistory;
}

/** When images were pulled. Times are in ms since the epoch. */
export interface Pulled extends PullsFile {
  /** Images that were pulled within `RECENT`. */
  recentImages: number;
  /** Last pull from each image stream (`namespace/name`) that was pulled. */
  streams: Map<string, number>;
  /** Last pull from each namespace. */
  namespaces: Map<string, number>;
}

/** Finds when the images of a cluster were pulled. @param now ms since the epoch */
export function measurePulls(snapshot: Snapshot, pulls: PullsFile, now: number): Pulled {
  const { images } = snapshot;
  const times = new PullTimes(pulls.history, snapshot, indexParents(snapshot));
  let recentImages = 0;
  for (let image = 0; image < images.count; image++)
    if (images.hasDigestName(image) && (times.image(images.name(image)) ?? -Infinity) >= now - RECENT_MS)
      recentImages++;
  const streams = new Map<string, number>();
  const namespaces = new Map<string, number>();
  for (const stream of snapshot.streams) {
    const { namespace } = stream;
    const last = lastPull(pulls.history.repositories.get(streamKey(stream)));
    if (last === undefined) continue;
    streams.set(streamKey(stream), last);
    namespaces.set(namespace, Math.max(last, namespaces.get(namespace) ?? last));
  }
  return { ...pulls, recentImages, streams, namespaces };
}

function lastPull(pulls: RepositoryPulls | undefined): number | undefined {
  if (!pulls) return undefined;
  const last = (times: Iterable<number>): number => [...times].reduce((a, b) => Math.max(a, b), -Infinity);
  const time = Math.max(last(pulls.digests.values()), last([...pulls.tags.values()].map(([newest]) => newest!)));
  return Number.isFinite(time) ? time : undefined;
}
