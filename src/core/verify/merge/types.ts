import type { Verification } from '../../verification/plan/types.js';

/** The part of the blobs whose contents a verification read. */
export interface Shard {
  /** 0-based, as Kubernetes numbers the pods of an Indexed Job. */
  index: number;
  /** Number of shards. */
  of: number;
}

/** The document of one shard. */
export interface ShardDocument {
  /** Where it was read: a file, or a ConfigMap. */
  source: string;
  startedAt: string;
  finishedAt: string;
  /** UID of the namespace `kube-system`; undefined if the user was not allowed to read it. */
  cluster?: string;
  /** The arguments; undefined if everything was verified. */
  only?: readonly string[];
  shard: Shard;
  /** True if entries were omitted, so that it fits into a ConfigMap. */
  truncated: boolean;
  verification: Verification;
  warnings: readonly string[];
}

/** How complete merged documents are. */
export interface MergedShards {
  of: number;
  /** 0-based indexes without a document. */
  missing: number[];
  /** Those whose document lacks entries. */
  truncated: number[];
}

/** Describes a shard as `--read-data-subset` names it, and as Kubernetes does. */
export function describeShard({ index, of }: Shard): string {
  return `shard ${index + 1}/${of} (index ${index})`;
}
