import type { ReferrerScope } from '../../graph/uses.js';
import type { Count, Digest, DocumentHeader, EntryStatus, Failure, Timestamp } from '../../model/document.js';
import type { ConsideredPulls } from '../../model/pulls.js';
import type { InvalidReference } from '../../model/errors.js';
import type { VerificationResult } from '../../verification/output/document-type.js';

/** What `regadm prune images -o json` prints. Keys are stable; new ones can be added. */
export interface ImagePruneDocument extends DocumentHeader<'ImagePrune', ImagePruneOptions> {
  /** True without --confirm: nothing was changed. */
  dryRun: boolean;
  /** True if a signal ended the run; absent otherwise. */
  interrupted?: true;
  startedAt: Timestamp;
  finishedAt: Timestamp;
  options: ImagePruneOptions;
  /** Null if the registry was not contacted. */
  registry: ContactedRegistry | null;
  summary: ImagePruneSummary;
  /** Only with --backup, and if there is something to delete. */
  backup?: BackupEntry;
  /** Whether what was kept is whole. Only with --verify, if something was deleted and it could be checked. */
  verification?: VerificationResult;
  /** By namespace and name. */
  imageStreams: ImageStreamEntry[];
  /** By name. */
  images: ImageEntry[];
  /** By repository and digest. */
  layerLinks: LinkEntry[];
  /** By repository and digest. */
  manifestLinks: LinkEntry[];
  /** By digest. */
  blobs: BlobEntry[];
  /** References that were ignored (--ignore-invalid-refs), or that are outside the namespace that is pruned. */
  invalidReferences: InvalidReference[];
  /** The warnings on stderr. */
  warnings: string[];
  /** By target. */
  failures: Failure[];
  /** The checks before the first deletion, in their order. */
  preflight: PreflightEntry[];
}

/** The flags that decide what is deleted. */
export interface ImagePruneOptions {
  /** --keep-tag-revisions */
  keepTagRevisions: Count;
  /** --keep-younger-than, as the user wrote it. */
  keepYoungerThan: string;
  /** --all */
  all: boolean;
  /** --prune-registry */
  pruneRegistry: boolean;
  /** --referrers */
  referrers: ReferrerScope;
  /** --prune-over-size-limit */
  pruneOverSizeLimit: boolean;
  /** --ignore-invalid-refs */
  ignoreInvalidRefs: boolean;
  /** --prune-signatures */
  pruneSignatures: boolean;
  /** --namespace, if given. */
  namespace?: string;
  /** --referrers-file, if given. */
  referrersFile?: string;
  /** --policy, if given. */
  policyFile?: string;
  /** Only with --pulls. */
  pulls?: ConsideredPulls;
}

export interface ContactedRegistry {
  url: string;
  /** True if its certificate was verified. */
  verified: boolean;
}

/** Counts of what was done, or in a dry run would be, as `oc` counts. */
export interface ImagePruneSummary {
  images: Count;
  /** Image streams that lose tag items. */
  imageStreams: Count;
  imageStreamTagItems: Count;
  /** Tags that expire and are removed whole. Only with --policy. */
  imageStreamTags?: Count;
  layerLinks: Count;
  manifestLinks: Count;
  blobs: Count;
  /** Of the blobs; 0 for manifests, whose size no image states. */
  bytes: Count;
  /** Length of `failures`: can be less than the number of entries with the status `failed`. */
  failed: Count;
  /** Images and tag items that were skipped. */
  skipped: Count;
  /** Images that the backup contains. Only with --backup. */
  saved?: Count;
  /** Images that are kept because no image stream lists them: the registry does not serve them. Only with --backup. */
  notSaved?: Count;
}

/** The directory of --backup. */
export interface BackupEntry {
  directory: string;
  /** What the run adds, estimated before anything is saved. */
  estimatedBytes: Count;
  /** Free space before anything is saved. */
  freeBytes: Count;
  /** Bytes of the blobs that were written; 0 in a dry run. */
  bytes: Count;
}

export interface ImageStreamEntry extends EntryStatus<'would-update', 'updated'> {
  namespace: string;
  name: string;
  /** Tag items to remove; none for a stream that only loses links or tags that an interrupted run left behind. */
  items: TagItemEntry[];
  /** Tags that expire, by name. Only with --policy, and if there are any. */
  expiredTags?: ExpiredTagEntry[];
}

/** A tag that a rule of the policy removes. */
export interface ExpiredTagEntry extends EntryStatus {
  tag: string;
  /** Name of the rule. */
  rule: string;
  /** True if the spec of the image stream has the tag: the ImageStreamTag is deleted once its items are gone. */
  inSpec: boolean;
}

export interface TagItemEntry extends EntryStatus {
  tag: string;
  /** From 0, the newest. */
  position: Count;
  image: Digest;
  /** Size of the image; null if the image does not exist. */
  bytes: Count | null;
  /** When the image was last pulled from this stream. Only with --pulls, and if it is known. */
  lastPulled?: Timestamp;
  /** Why it is removed; with the status `skipped`, why it was skipped. */
  reason: string;
}

export interface ImageEntry extends EntryStatus {
  name: Digest;
  /** Its dockerImageReference. */
  reference: string;
  /** Its creationTimestamp; null if it cannot be read. */
  created: Timestamp | null;
  /** Its size as the API states it, including layers shared with other images. */
  bytes: Count;
  /** When it was last pulled, from any image stream. Only with --pulls, and if it is known. */
  lastPulled?: Timestamp;
  /** Why it is deleted; with the status `skipped`, why it was skipped. */
  reason: string;
}

/** A link from a repository to a layer or a manifest. */
export interface LinkEntry extends EntryStatus {
  /** namespace/name of the image stream. */
  repository: string;
  digest: Digest;
}

export interface BlobEntry extends EntryStatus {
  digest: Digest;
  /** 0 for manifests, whose size no image states. */
  bytes: Count;
}

/** A check before the first deletion. */
export interface PreflightEntry {
  /** What was checked. */
  check: string;
  /** True also if it could not be checked: `message` starts with "not checked". */
  ok: boolean;
  /** What was found. */
  message: string;
  /** What to do about it. */
  suggestion?: string;
}
