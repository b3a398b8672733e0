import type { DeclaredReferrers } from '../model/declared-referrers.js';
import type { Protection } from '../model/protection.js';
import type { PullHistory } from '../model/pulls.js';
import type { RetentionPolicy } from '../model/retention-policy.js';
import { longestYouth } from './policy/longest-youth.js';
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
  /** Resources that `--referrers all` does not search, such as `tasks.tekton.dev` or `*.tekton.dev`. */
  readonly skipResources?: readonly string[];
  /** A kind that can be the only user of an image, and that the user may not list, is an error. */
  readonly requireVisibleReferrers?: boolean;
  readonly protection?: Protection;
  /** Fields of further kinds that name images. */
  readonly declaredReferrers?: DeclaredReferrers;
  /** Rules per tag. `keepTagRevisions` and `keepYoungerThanMs` are then those of its defaults. */
  readonly policy?: RetentionPolicy;
  /** When images were pulled. */
  readonly pulls?: PullOptions;
}

/** The pulls file, and for how long a pull keeps an image. */
export interface PullOptions {
  /** The file's name as the user wrote it. */
  readonly file: string;
  readonly history: PullHistory;
  /** `--keep-pulled-within`, in ms; absent: only what the policy states. */
  readonly keepPulledWithinMs?: number;
  /** The same as the user wrote it. */
  readonly keepPulledWithin?: string;
  /** Refuse to decide if it is not known what was pulled within the whole time. */
  readonly requireComplete: boolean;
}

/** Adds a policy to options; its defaults replace the numbers of the flags. */
export function applyPolicy(options: PruneOptions, policy: RetentionPolicy): PruneOptions {
  const { keepTagRevisions, keepYoungerThanMs } = policy.defaults;
  return { ...options, policy, keepTagRevisions, keepYoungerThanMs };
}

/** Returns the namespace whose objects are read; undefined for all: beyond `oc`, uses in all namespaces count. */
export function namespaceToRead({ referrers, namespace }: PruneOptions): string | undefined {
  return referrers === 'oc' ? namespace : undefined;
}

/**
 * Returns which references count as uses with these options.
 * @param now ms since the epoch
 * @param streams all streams
 */
export function toUseOptions(
  options: PruneOptions,
  now: number,
  streams: ReturnType<UseOptions['streams']>,
): UseOptions {
  return {
    scope: options.referrers,
    // An ended pod uses images of several tags, so the longest age of a policy counts.
    podsYoungerThan: now - (options.policy ? longestYouth(options.policy) : options.keepYoungerThanMs),
    everyPod: options.pruneOverSizeLimit,
    namespace: options.namespace,
    streams: () => streams,
  };
}
