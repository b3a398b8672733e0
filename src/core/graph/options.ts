import type { Protection } from '../model/protection.js';
import type { ReferrerScope, UseOptions } from './uses.js';

/** The flags of `regadm prune images` that decide what is kept and what is deleted. */
export interface PruneOptions {
  readonly keepTagRevisions: number;
  readonly keepYoungerThanMs: number;
  readonly pruneOverSizeLimit: boolean;
  /** False: only images that were pushed, not imported. */
  readonly all: boolean;
  readonly pruneRegistry: boolean;
  /** Only image streams of this namespace; images are kept. */
  readonly namespace?: string;
  readonly referrers: ReferrerScope;
  readonly ignoreInvalidRefs: boolean;
  readonly pruneSignatures: boolean;
  /** Names of unreadable images that count as images without blobs. */
  readonly ignoreUnreadable?: readonly string[];
  readonly protection?: Protection;
}

/** Returns which references count as uses with these options. `now` in ms since the epoch. */
export function toUseOptions(options: PruneOptions, now: number): UseOptions {
  return {
    scope: options.referrers,
    podsYoungerThan: now - options.keepYoungerThanMs,
    everyPod: options.pruneOverSizeLimit,
    namespace: options.namespace,
  };
}
