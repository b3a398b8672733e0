import type { Digest } from '../../model/digest.js';
import { compareText } from '../../model/values/compare-text.js';
import type { RepositoryRemoval } from '../../model/registry-storage.js';

/**
 * Which manifest links are kept. `registry`: exactly those that the registry's own pruner keeps. `safe`: also those of
 * the children of an image index that a stream lists.
 */
export type HardPruneRules = 'safe' | 'registry';

/** Everything that one hard prune would delete. Frozen; its arrays are sorted. */
export interface HardPrunePlan {
  readonly repositories: readonly RepositoryRemoval[];
  readonly manifestLinks: readonly LinkRemoval[];
  readonly layerLinks: readonly LinkRemoval[];
  readonly uploads: readonly UploadRemoval[];
  readonly blobs: readonly BlobRemoval[];
  /** Sum of the blobs' sizes. */
  readonly bytes: number;
  /** Number of blobs in the storage; undefined if only the registry's pruner sees them. */
  readonly totalBlobs?: number;
  /** Number of unfinished uploads, deleted or not. */
  readonly abandonedUploads: number;
  /** Unused data that is kept. */
  readonly kept: readonly Kept[];
}

export interface LinkRemoval {
  readonly repository: string;
  /** With its algorithm: `sha256:…`. */
  readonly digest: Digest;
}

export interface UploadRemoval {
  readonly repository: string;
  readonly id: string;
}

export interface BlobRemoval {
  readonly digest: Digest;
  /** Undefined if only the registry's pruner knows it. */
  readonly bytes?: number;
}

export interface Kept {
  readonly kind: 'blob' | 'manifest-link' | 'layer-link' | 'repository';
  readonly name: string;
  readonly because: string;
}

/** Freezes a plan and its arrays: once planned, it never changes. */
export function freezePlan(plan: HardPrunePlan): HardPrunePlan {
  for (const part of Object.values(plan)) if (Array.isArray(part)) Object.freeze(part);
  return Object.freeze(plan);
}

/** Orders links by repository, then by digest. */
export const compareLinks = (a: LinkRemoval, b: LinkRemoval): number =>
  compareText(a.repository, b.repository) || compareText(a.digest, b.digest);
