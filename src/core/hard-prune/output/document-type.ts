import type { Count, Digest, DocumentHeader, EntryStatus, Failure, Timestamp } from '../../model/document.js';
import type { StoragePlace } from '../../model/registry-storage.js';
import type { VerificationResult } from '../../verification/output/document-type.js';
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
}

export interface HardPruneBlob extends EntryStatus {
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
