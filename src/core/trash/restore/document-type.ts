import type { Count, Digest, DocumentHeader, EntryStatus, Failure, Timestamp } from '../../model/document.js';
import type { StoragePlace } from '../../model/registry-storage.js';
import type { TrashBlob, TrashImage } from '../output/document-type.js';

/** What `regadm trash restore -o json` prints. */
export interface TrashRestoreDocument extends DocumentHeader<'TrashRestore'> {
  /** True without --confirm: nothing was changed. */
  dryRun: boolean;
  /** True if a signal ended the run; absent otherwise. */
  interrupted?: true;
  startedAt: Timestamp;
  finishedAt: Timestamp;
  /** The storage that the registry's settings name; present with `--storage cluster`. */
  storage?: StoragePlace;
  summary: TrashRestoreSummary;
  /** By digest. */
  blobs: RestoredTrashBlob[];
  /** Blobs in their place that were marked: they get their links back. By digest. */
  unmarked: UnmarkedBlob[];
  /** The images that were selected, by digest; empty if the run was interrupted. */
  images: TrashImage[];
  /** The warnings on stderr. */
  warnings: string[];
  /** What was not restored, and what the images still lack. */
  failures: Failure[];
}

/** Counts of what was done, or in a dry run would be. */
export interface TrashRestoreSummary {
  blobs: Count;
  bytes: Count;
  /** Links that were written; in a dry run, all that are recorded. */
  links: Count;
  /** Blobs that lost their mark. */
  unmarked: Count;
  images: Count;
  wholeImages: Count;
  /** Length of `failures`. */
  failed: Count;
  skipped: Count;
}

/** The status `skipped` also means that the blob is in its place already. */
export interface RestoredTrashBlob extends TrashBlob, EntryStatus<'would-restore', 'restored'> {}

export interface UnmarkedBlob extends EntryStatus<'would-unmark', 'unmarked'> {
  digest: Digest;
  bytes: Count;
  /** The repositories that get their links back, sorted. */
  repositories: string[];
}
