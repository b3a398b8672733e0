import type { Count, Digest, DocumentHeader, Timestamp } from '../../model/document.js';
import type { StoragePlace } from '../../model/registry-storage.js';
import type { VerificationResult } from '../../verification/output/document-type.js';
import type { VerifyOptions } from '../request.js';

/** What `regadm registry verify -o json` prints. Keys are stable; new ones can be added. */
export interface RegistryVerificationDocument
  extends DocumentHeader<'RegistryVerification', VerifyOptions>, VerificationResult {
  startedAt: Timestamp;
  finishedAt: Timestamp;
  options: VerifyOptions;
  /** The storage that the registry's settings name; present with `--storage cluster`. */
  storage?: StoragePlace;
  /** UID of the namespace `kube-system`, which identifies the cluster; absent if the user may not read it. */
  cluster?: string;
  /** The part of the data that was read; present with --read-data-subset n/m and job/N. */
  shard?: ShardEntry;
  /** Present in a stored document whose lists are not complete. Its counts are. */
  truncated?: true;
  /** Which documents were merged; present with --merge. */
  shards?: MergedShardsEntry;
  /** Missing links whose blobs exist: what --repair-links would write, or wrote. Empty without the flag. */
  links: LinkRepairEntry[];
  /** Manifests that no Image object names: what --recover-images found, or recovered. Empty without the flag. */
  lostImages: LostImageEntry[];
  /** The warnings on stderr. */
  warnings: string[];
}

/** A missing link whose blob exists. */
export interface LinkRepairEntry {
  /** Configs are linked as layers. */
  kind: 'layer' | 'manifest';
  repository: string;
  digest: Digest;
  /** `exists`: it was written by something else meanwhile. */
  status: 'would-write' | 'written' | 'exists' | 'skipped' | 'failed';
  /** Why it was skipped. */
  reason?: string;
  /** Why it failed. */
  message?: string;
}

/** One of several parts of the data. */
export interface ShardEntry {
  /** 0-based. */
  index: Count;
  /** Number of shards. */
  of: Count;
}

/** The shards of merged documents. */
export interface MergedShardsEntry {
  /** Number of shards. */
  of: Count;
  /** 0-based indexes of the shards without a document. */
  missing: Count[];
  /** 0-based indexes of the shards whose document is not complete. */
  truncated: Count[];
}

/** A manifest in the storage that no Image object names. */
export interface LostImageEntry {
  digest: Digest;
  repository: string;
  /** Tags that the storage has for it. */
  tags: string[];
  /** Size of the manifest, and of the config and layers that it names. */
  bytes: Count;
  /** What it needs and does not exist, or why it is not an image. */
  missing: {
    what: 'missing-config' | 'missing-layer' | 'missing-child' | 'corrupt' | 'not-an-image';
    digest: Digest;
  }[];
  /** Complete index in the same repository that contains it; present for children, which get no tag of their own. */
  index?: Digest;
  /** `exists`: something else created the Image object meanwhile. */
  status: 'would-recover' | 'recovered' | 'incomplete' | 'exists' | 'skipped' | 'failed';
  /** Why it was skipped. */
  reason?: string;
  /** Why it failed. */
  message?: string;
}
