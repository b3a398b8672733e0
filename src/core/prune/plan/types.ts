import type { Decisions } from '../../graph/decide.js';
import type { NamedByPlan } from '../../graph/named-by-plan.js';
import type { PruneOptions } from '../../graph/options.js';
import type { Reason } from '../../graph/reason.js';
import type { UseIndex } from '../../graph/uses.js';
import type { RepositoryName } from '../../model/names/repository-name.js';
import type { ImageStream, SnapshotView } from '../../model/table/snapshot.js';

/** A tag item to remove. */
export interface PlannedItem {
  readonly tag: string;
  /** 0 is the newest item of the tag. */
  readonly position: number;
  /** Digest number. */
  readonly image: number;
  readonly because: Reason;
}

/** A tag that a rule of the policy removes. */
export interface ExpiredTag {
  readonly tag: string;
  /** Name of the rule. */
  readonly rule: string;
  /** True if `spec.tags` has it, so that the ImageStreamTag must be deleted once its items are gone. */
  readonly inSpec: boolean;
  /** False if some of its items are kept: then the tag stays. */
  readonly whole: boolean;
}

/** A stream that loses items or links. Digests are numbers, in the order of their texts. */
export interface PlannedStream {
  readonly stream: ImageStream;
  /** `namespace/name`, its repository in the registry. */
  readonly repository: RepositoryName;
  /** Number of its items that are kept. */
  readonly kept: number;
  readonly items: readonly PlannedItem[];
  /** Digests whose links an interrupted run has left behind. */
  readonly pending: readonly number[];
  /** Tags that expire. Their items are among `items`. */
  readonly expired: readonly ExpiredTag[];
  readonly layerLinks: readonly number[];
  readonly manifestLinks: readonly number[];
}

/**
 * The objects to delete, and the decisions that explain why everything else is kept. Streams, images and blobs are
 * sorted. Immutable.
 */
export interface ImagePrunePlan {
  readonly snapshot: SnapshotView;
  readonly options: PruneOptions;
  readonly uses: UseIndex;
  readonly decisions: Decisions;
  readonly streams: readonly PlannedStream[];
  /** Image numbers. */
  readonly images: readonly number[];
  /** Digest numbers. */
  readonly blobs: readonly number[];
  /** What the plan file names; absent without one. */
  readonly only?: NamedByPlan;
  /** Objects that the plan file names and the rules would keep, because they are now in use or no longer exist. */
  readonly keptDespitePlanFile: readonly string[];
}
