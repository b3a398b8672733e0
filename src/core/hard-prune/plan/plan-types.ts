import type { RepositoryRemoval } from '../../model/registry-storage.js';

/** What the hard prune reads of the cluster and decides, as plain values. */

/** What the cluster uses: read after the walk. */
export interface ClusterUsage {
  /** Blob in use → an image that uses it. */
  inUse: Map<string, string>;
  /** Names of all Image objects. */
  images: Set<string>;
  /** Image index → its children. */
  children: Map<string, string[]>;
  /** Image stream (`ns/name`) → the images that its status lists. */
  streams: Map<string, Set<string>>;
}

/** `registry`: the decisions of the registry's own pruner, exactly. `safe`: also a listed index's children keep their links. */
export type HardPruneRules = 'safe' | 'registry';

export interface LinkRemoval {
  repository: string;
  /** With algorithm: `sha256:…`. */
  digest: string;
}

export interface BlobRemoval {
  digest: string;
  /** Absent where only the registry's pruner knows it. */
  bytes?: number;
}

export interface UploadRemoval {
  repository: string;
  id: string;
}

/** What one hard prune would remove. Arrays are sorted. */
export interface HardPrunePlan {
  repositories: RepositoryRemoval[];
  manifestLinks: LinkRemoval[];
  layerLinks: LinkRemoval[];
  uploads: UploadRemoval[];
  blobs: BlobRemoval[];
  /** Sum of the blobs' sizes. */
  bytes: number;
  /** All blobs in the storage; undefined where only the registry's pruner sees them. */
  totalBlobs?: number;
  /** Uploads that nobody finished, removed or not. */
  abandonedUploads: number;
  /** What stays though nothing uses it, and why. */
  kept: Kept[];
}

export interface Kept {
  kind: 'blob' | 'manifest-link' | 'repository';
  name: string;
  because: string;
}
