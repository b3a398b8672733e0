import type { Count, DocumentHeader, EntryStatus, Failure, Timestamp } from '../../model/document.js';
import type { StoragePlace } from '../../model/registry-storage.js';
import type { TrashBlob } from '../output/document-type.js';

/** What `regadm trash purge -o json` prints. */
export interface TrashPurgeDocument extends DocumentHeader<'TrashPurge'> {
  /** True without --confirm: nothing was changed. */
  dryRun: boolean;
  /** True if a signal ended the run; absent otherwise. */
  interrupted?: true;
  startedAt: Timestamp;
  finishedAt: Timestamp;
  /** The storage that the registry's settings name; present with `--storage cluster`. */
  storage?: StoragePlace;
  summary: TrashPurgeSummary;
  /** Everything that the trash had, by digest, then by date. */
  blobs: PurgedTrashBlob[];
  /** The warnings on stderr. */
  warnings: string[];
  failures: Failure[];
}

/** Counts of what was done, or in a dry run would be. */
export interface TrashPurgeSummary {
  /** Copies that were deleted. */
  blobs: Count;
  bytes: Count;
  /** Blobs that are in use or linked, and so went back to their place. */
  restored: Count;
  /** Length of `failures`. */
  failed: Count;
  /** Copies that cannot be deleted yet, and those that were not reached. */
  skipped: Count;
}

/** With `would-restore` and `restored`, `reason` states what uses the blob. */
export interface PurgedTrashBlob
  extends TrashBlob, EntryStatus<'would-delete' | 'would-restore', 'deleted' | 'restored'> {}
