import type { Count, Digest, EntryStatus, Timestamp } from '../../model/document.js';

/** A blob that an online run marked, or would mark. */
export interface MarkedBlob extends EntryStatus<'would-mark', 'marked'> {
  digest: Digest;
  bytes: Count;
  /** Number of links to it that are removed. */
  links: Count;
}

/** A blob that lost its mark, or would lose it. */
export interface UnmarkedBlob extends EntryStatus<'would-unmark', 'unmarked'> {
  digest: Digest;
  bytes: Count;
  /** What uses the blob, or links to it. */
  reason: string;
}

/** A blob that was moved back from the trash, or would be. */
export interface RestoredBlob extends EntryStatus<'would-restore', 'restored'> {
  digest: Digest;
  bytes: Count;
  /** Day on which it was moved to the trash. */
  date: string;
  /** What uses the blob, or links to it; with the status `skipped`, why it was skipped. */
  reason: string;
}

/** A blob that was deleted from the trash, or would be. */
export interface PurgedBlob extends EntryStatus<'would-purge', 'purged'> {
  digest: Digest;
  bytes: Count;
  /** Day on which it was moved to the trash. */
  date: string;
}

/** Blobs with a mark, and when the next of them can be moved to the trash. */
export interface Waiting {
  blobs: Count;
  bytes: Count;
  /** Number of those whose grace has not begun, because the registry has to be restarted first. */
  incomplete: Count;
  /** When the first of them can be moved to the trash; absent if that is not known yet, or if no blob is marked. */
  from?: Timestamp;
}

/** What the trash has after the run. */
export interface TrashContents {
  blobs: Count;
  bytes: Count;
  /** When the first of them can be deleted at the earliest; absent if it has none. */
  until?: Timestamp;
}

/** What an online run did, or in a dry run would do, beside what a plan has. */
export interface OnlineReport {
  marked: MarkedBlob[];
  unmarked: UnmarkedBlob[];
  restored: RestoredBlob[];
  purged: PurgedBlob[];
  /** Undefined if the marks could not be written. */
  waiting: Waiting | undefined;
  trash: TrashContents;
}
