import type { VerificationResult } from '../../verification/output/document-type.js';
import type { Count, Digest, DocumentHeader, Failure, Timestamp } from '../../model/document.js';

/** What `regadm restore -o json` prints. */
export interface ImageRestoreDocument extends DocumentHeader<'ImageRestore', ImageRestoreOptions> {
  /** True without --confirm: nothing was changed. */
  dryRun: boolean;
  /** True if a signal ended the run; absent otherwise. */
  interrupted?: true;
  startedAt: Timestamp;
  finishedAt: Timestamp;
  options: ImageRestoreOptions;
  /** The registry; absent if it was not needed. */
  registry?: { url: string; verified: boolean };
  summary: ImageRestoreSummary;
  /** Whether the restored images are whole; absent if nothing was restored to the registry, or it was not checked. */
  verification?: VerificationResult;
  /** The children of an index before the index. */
  images: RestoredImageEntry[];
  /** The image streams that did not exist, as NAMESPACE/NAME. */
  newImageStreams: string[];
  /** The warnings on stderr. */
  warnings: string[];
  /** By target. */
  failures: Failure[];
}

/** What was to be restored. */
export interface ImageRestoreOptions {
  /** The backup. */
  directory: string;
  /** The arguments; empty: everything. */
  arguments: string[];
  /** --as-tag, if given. */
  asTag?: string;
  /** --accept-other-cluster */
  acceptOtherCluster: boolean;
}

/** Counts of what was done, or in a dry run would be. */
export interface ImageRestoreSummary {
  /** Images of which anything was restored. */
  images: Count;
  imageStreamTagItems: Count;
  /** Configs and layers that were added to repositories, by an upload or from another repository. */
  blobs: Count;
  /** Size of these blobs. */
  bytes: Count;
  /** Length of `failures`. */
  failed: Count;
  /** Images and tag items that were skipped. */
  skipped: Count;
}

/**
 * Result for an image or a tag item. `unchanged`: it was complete.
 * @schema {"allOf": [{"if": {"properties": {"status": {"const": "skipped"}}}, "then": {"required": ["reason"]}}, {"if":
 *   {"properties": {"status": {"const": "failed"}}}, "then": {"required": ["message"]}}]}
 */
interface RestoredEntryStatus {
  status: 'would-restore' | 'restored' | 'unchanged' | 'skipped' | 'failed';
  /** Why it was skipped; only with the status `skipped`. */
  reason?: string;
  /** What went wrong; only with the status `failed`. */
  message?: string;
}

export interface RestoredImageEntry extends RestoredEntryStatus {
  name: Digest;
  /** The repositories that lacked something of it, or to which its manifest is pushed again. */
  repositories: string[];
  /** Size of the configs and layers that these repositories lacked. */
  bytes: Count;
  /** Its tag items that were selected. */
  items: RestoredItemEntry[];
}

export interface RestoredItemEntry extends RestoredEntryStatus {
  namespace: string;
  name: string;
  tag: string;
  /** In the history of the tag; if the item is not restored, its position in the backup. */
  position: Count;
  /** When the image was tagged. */
  created: Timestamp;
}
