import type { Count, DocumentHeader, Timestamp } from '../../model/document.js';
import type { StoragePlace } from '../../model/registry-storage.js';
import type { TrashBlob, TrashImage } from '../output/document-type.js';

/** What `regadm trash list -o json` prints. */
export interface TrashDocument extends DocumentHeader<'Trash'> {
  /** The storage that the registry's settings name; present with `--storage cluster`. */
  storage?: StoragePlace;
  summary: TrashSummary;
  /** By digest, then by date: a blob that was moved, pushed again and moved again has several entries. */
  blobs: ListedTrashBlob[];
  /** The images whose manifests are in the trash, by digest. */
  images: TrashImage[];
  /** What is marked and not yet moved, the oldest first. */
  batches: TrashBatch[];
  /** The run that changes the trash now: `regadm on HOST (process 4711)`; absent if there is none. */
  heldBy?: string;
  /** The warnings on stderr. */
  warnings: string[];
}

export interface TrashSummary {
  blobs: Count;
  bytes: Count;
  images: Count;
  /** Images that can be restored as a whole. */
  wholeImages: Count;
  /** Blobs that are marked and not yet moved. */
  marked: Count;
  markedBytes: Count;
  /** Recorded links that were removed from blobs that stayed in their place: `trash restore` writes them again. */
  links: Count;
  /** Manifests that cannot be used. */
  failed: Count;
  /** Blobs that cannot be purged yet. */
  skipped: Count;
}

export interface ListedTrashBlob extends TrashBlob {
  /** `purgeable`: a recheck has shown that nothing uses it. `kept`: it cannot be purged yet, see `reason`. */
  status: 'purgeable' | 'kept';
  /** Why it cannot be purged yet; only with the status `kept`. */
  reason?: string;
}

/** What one run of `prune hard --online` has marked. */
export interface TrashBatch {
  blobs: Count;
  bytes: Count;
  /** When its grace began; absent if registry processes still ran that can know these blobs. */
  graceFrom?: Timestamp;
}
