import type { Count, Digest, DocumentHeader, EntryStatus, Failure, Timestamp } from '../../model/document.js';
import type { StoragePlace } from '../../model/registry-storage.js';
import type { VerificationResult } from '../../verification/output/document-type.js';
import type { MarkedBlob, PurgedBlob, RestoredBlob, TrashContents, UnmarkedBlob, Waiting } from '../online/types.js';
import type { ProcedureStep } from '../procedure/step.js';
import type { HardPruneOptions } from '../request.js';

/** What `regadm prune hard -o json` prints. Keys are stable; new ones can be added. */
export interface HardPruneDocument extends DocumentHeader<'HardPrune', HardPruneOptions> {
  /** True without --confirm: nothing was changed. */
  dryRun: boolean;
  startedAt: Timestamp;
  finishedAt: Timestamp;
  options: HardPruneOptions;
  /** The storage that the registry's settings name; present with `--storage cluster`. */
  storage?: StoragePlace;
  summary: HardPruneSummary;
  /** Blobs that have a mark at the end of the run; only with --online, and if the marks could be written. */
  waiting?: Waiting;
  /** What the trash has at the end of the run; only with --online. */
  trash?: TrashContents;
  /** Whether the listed images are whole after the deletion; present with --verify, unless it could not be checked. */
  verification?: VerificationResult;
  blobs: HardPruneBlob[];
  /** Revision links of manifests. */
  manifestLinks: HardPruneLink[];
  /** Repositories that are deleted as a whole. */
  repositories: HardPruneRepository[];
  /** Layer links to blobs that no longer exist. */
  layerLinks: HardPruneLink[];
  /** Unfinished uploads. */
  uploads: HardPruneUpload[];
  /** Blobs that the run has marked, and removed the links to; only with --online, as the other four keys. */
  marked?: MarkedBlob[];
  /** Blobs that lost their mark, because they are in use or linked again. */
  unmarked?: UnmarkedBlob[];
  /** Blobs that were moved to the trash: the same as `blobs`; also with --trash. */
  trashed?: HardPruneBlob[];
  /** Blobs that were moved back from the trash to their place, because they are in use or linked. */
  restored?: RestoredBlob[];
  /** Blobs that were deleted from the trash. */
  purged?: PurgedBlob[];
  procedure: ProcedureStep[];
  /** The warnings on stderr. */
  warnings: string[];
  /** What could not be deleted or looked up, and the steps that could not be completed. */
  failures: Failure[];
}

/** Counts of what was done, or in a dry run would be. */
export interface HardPruneSummary {
  blobs: Count;
  bytes: Count;
  manifestLinks: Count;
  repositories: Count;
  layerLinks: Count;
  uploads: Count;
  /** Unfinished uploads in the storage, deleted or not. */
  abandonedUploads: Count;
  failed: Count;
  skipped: Count;
  /**
   * How long pushes were refused, besides the two roll-outs: from when every registry pod was seen to be read-only
   * until the former mode was requested. Absent if the run did not change the mode or could not restore it, or
   * if another user ended the read-only mode meanwhile.
   */
  readOnlySeconds?: number;
  /**
   * Number of HTTP requests that the run sent to the object storage: every attempt counts, and so do logins at its
   * services (Keystone, STS, Microsoft Entra ID). Absent for a directory and in the pod.
   */
  requests?: Count;
  /** Number of blobs that were marked; only with --online, as the following keys; `trashed` also with --trash. */
  marked?: Count;
  markedBytes?: Count;
  unmarked?: Count;
  /** Number of blobs that were moved to the trash: the same as `blobs`. */
  trashed?: Count;
  /** Number of blobs that were moved back from the trash. */
  restored?: Count;
  /** Number of blobs that were deleted from the trash. */
  purged?: Count;
  /** Size of the blobs that were deleted from the trash: only that is freed. */
  purgedBytes?: Count;
}

/** `would-trash`, `trashed`: it is moved to the trash, with --online or --trash. */
export interface HardPruneBlob extends EntryStatus<'would-delete' | 'would-trash', 'deleted' | 'trashed'> {
  digest: Digest;
  /** Absent if the registry's own pruner deletes the blob: it does not report sizes. */
  bytes?: Count;
}

/** A link from a repository to a layer or a manifest. */
export interface HardPruneLink extends EntryStatus {
  repository: string;
  digest: Digest;
}

export interface HardPruneRepository extends EntryStatus {
  name: string;
  /** Why it is deleted; with the status `skipped`, why it was skipped. */
  reason: string;
}

export interface HardPruneUpload extends EntryStatus {
  repository: string;
  id: string;
}

/** What `regadm prune hard --recover -o json` prints. */
export interface HardPruneRecoveryDocument extends DocumentHeader<'HardPruneRecovery'> {
  /** False if there was nothing to recover. */
  found: boolean;
  procedure: ProcedureStep[];
}
