import type { DocumentHeader, Timestamp } from './document.js';

/** The pulls file, which `registry pulls` writes and `prune images --pulls` reads. */
export interface PullsDocument extends DocumentHeader<'Pulls'> {
  /** By repository, digests before tags. */
  pulls: PullEntry[];
  coverage: CoverageDocument;
}

/**
 * The last pull of one image or of one tag: either `digest` or `tag` is present.
 * @schema {"oneOf": [{"required": ["digest"]}, {"required": ["tag"]}]}
 */
export interface PullEntry {
  /** `NAMESPACE/NAME` of the image stream. */
  repository: string;
  /** The digest by which the image was pulled. */
  digest?: string;
  /** The tag by which an image was pulled. */
  tag?: string;
  /** When a manifest was requested successfully for the last time. */
  lastPulled: Timestamp;
  /**
   * Earlier pulls by this tag, which had another image then: the last of each hour, and the last of each day for those
   * that are older than 31 days. The newest first; absent without earlier pulls.
   */
  earlier?: Timestamp[];
}

/** For which period the logs were complete. */
export interface CoverageDocument {
  /** Null if no period is known to be complete. */
  from: Timestamp | null;
  to: Timestamp | null;
  /** Parts of the period for which logs were missing. The oldest first. */
  gaps: { from: Timestamp; to: Timestamp }[];
}

/** The pulls file that a document considers. */
export interface ConsideredPulls {
  /** As the user wrote it. */
  file: string;
  /** --keep-pulled-within, if given. */
  keepPulledWithin?: string;
  /** For which period pulls are known. */
  coverage: CoverageDocument;
}

/** A period, in ms since the epoch. */
export interface Period {
  readonly from: number;
  readonly to: number;
}

/** Pulls by repository, and for which periods they are complete: in order, and apart from each other. */
export interface PullHistory {
  readonly repositories: ReadonlyMap<string, RepositoryPulls>;
  readonly covered: readonly Period[];
}

/** The pulls from one repository. Digests are text, or numbers of a table. */
export interface RepositoryPulls<Digest = string> {
  /** Time of the last pull by digest, in ms since the epoch. */
  readonly digests: ReadonlyMap<Digest, number>;
  /** Times of pulls by tag, in ms since the epoch; the newest first. */
  readonly tags: ReadonlyMap<string, readonly number[]>;
}

/** A tag with its items, the newest first. */
interface PulledTag<Digest> {
  readonly name: string;
  readonly items: readonly { readonly image: Digest; readonly created: number }[];
}

/**
 * Finds when each item of a tag was pulled for the last time: by its digest, or by the tag while the tag had this item.
 * @returns ms since the epoch, in the order of the items; undefined for an item that was not pulled
 */
export function lastPulls<Digest>(
  pulls: RepositoryPulls<Digest> | undefined,
  { name, items }: PulledTag<Digest>,
): (number | undefined)[] {
  const last = items.map(({ image }) => pulls?.digests.get(image));
  for (const time of pulls?.tags.get(name) ?? []) {
    for (const at of itemsAt(items, time)) last[at] = Math.max(last[at] ?? time, time);
  }
  return last;
}

/**
 * Finds the item that a tag had at a time: the newest one that was created at or before it. An item with a time that
 * cannot be read may have been the one, too.
 */
function itemsAt(items: readonly { readonly created: number }[], time: number): number[] {
  const unknown: number[] = [];
  let found: number | undefined;
  for (const [at, { created }] of items.entries()) {
    if (Number.isNaN(created)) unknown.push(at);
    else if (created <= time && (found === undefined || created > items[found]!.created)) found = at;
  }
  return found === undefined ? unknown : [...unknown, found];
}

/** Finds the parts of a period that are not covered, in order. @param covered in order */
export function uncovered(covered: readonly Period[], { from, to }: Period): Period[] {
  const gaps: Period[] = [];
  let reached = from;
  for (const period of covered) {
    if (period.to <= reached) continue;
    if (period.from >= to) break;
    if (period.from > reached) gaps.push({ from: reached, to: period.from });
    reached = period.to;
  }
  if (reached < to) gaps.push({ from: reached, to });
  return gaps;
}

/** Joins periods that overlap or touch; returns them in order. */
export function joinPeriods(periods: readonly Period[]): Period[] {
  const joined: Period[] = [];
  for (const period of periods.toSorted((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last && period.from <= last.to)
      joined[joined.length - 1] = { from: last.from, to: Math.max(last.to, period.to) };
    else joined.push(period);
  }
  return joined;
}

/** Describes covered periods as the file does. @param covered in order */
export function coverageDocument(covered: readonly Period[]): CoverageDocument {
  const [first] = covered;
  const last = covered.at(-1);
  if (!first || !last) return { from: null, to: null, gaps: [] };
  const text = ({ from, to }: Period): { from: string; to: string } => ({ from: toPullTime(from), to: toPullTime(to) });
  const whole = { from: first.from, to: last.to };
  return { ...text(whole), gaps: uncovered(covered, whole).map(text) };
}

/** Describes the pulls file that was considered. */
export function consideredPulls(pulls: {
  file: string;
  keepPulledWithin?: string;
  history: Pick<PullHistory, 'covered'>;
}): ConsideredPulls {
  const { file, keepPulledWithin, history } = pulls;
  const coverage = coverageDocument(history.covered);
  return { file, ...(keepPulledWithin === undefined ? {} : { keepPulledWithin }), coverage };
}

/** Formats a time. Milliseconds are kept, because an item can have been created in the same second. */
export function toPullTime(time: number): string {
  return new Date(time).toISOString().replace('.000Z', 'Z');
}
