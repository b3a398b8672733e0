import type { Count, Digest, DocumentHeader, EntryStatus, Failure, Timestamp } from '../../model/document.js';
import type { SavedEntry, RunEntry } from '../output/document-type.js';

/** What `regadm backup prune -o json` prints. */
export interface BackupPruneDocument extends DocumentHeader<'BackupPrune', BackupPruneOptions> {
  /** True without --confirm: nothing was changed. */
  dryRun: boolean;
  /** True if a signal ended the run; absent otherwise. */
  interrupted?: true;
  startedAt: Timestamp;
  finishedAt: Timestamp;
  /** The absolute path of the backup. */
  directory: string;
  options: BackupPruneOptions;
  summary: BackupPruneSummary;
  /** The runs that are removed, the oldest first. */
  runs: RemovedRun[];
  /** What these runs saved: by digest, the oldest run first. */
  images: RemovedImage[];
  /** The blobs that no remaining run needs, by digest. */
  blobs: RemovedBlob[];
  /** The records of these runs, and temporary files of a run that was killed; by name. */
  files: RemovedFile[];
  /** By target. */
  failures: Failure[];
}

export interface BackupPruneOptions {
  /** --keep-within, as the user wrote it. */
  keepWithin: string;
}

/** What remains, and what was removed; in a dry run, what would be. */
export interface BackupPruneSummary {
  /** Images that remain, each counted once. */
  images: Count;
  /** Blobs that remain, manifests included. */
  blobs: Count;
  /** Size of the blobs and records that remain. */
  bytes: Count;
  removed: RemovedSummary;
}

interface RemovedSummary {
  runs: Count;
  /** Images that the backup no longer has, each counted once. */
  images: Count;
  blobs: Count;
  /** Records and temporary files. */
  files: Count;
  /** Size of the removed blobs and files. */
  bytes: Count;
}

export interface RemovedRun extends RunEntry, EntryStatus {}

export interface RemovedImage extends SavedEntry, EntryStatus {
  /** True if a remaining run saved the image, too. */
  remains: boolean;
}

export interface RemovedBlob extends EntryStatus {
  digest: Digest;
  bytes: Count;
}

export interface RemovedFile extends EntryStatus {
  /** Relative to the directory. */
  file: string;
  bytes: Count;
}
