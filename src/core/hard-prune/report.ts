import type { Failure } from '../model/document.js';
import type { RegadmError } from '../model/errors.js';
import type { StoragePlace } from '../model/registry-storage.js';
import type { Deletion } from '../storage/storage.js';
import type { Verification } from '../verification/plan/types.js';
import type { OnlineReport } from './online/types.js';
import type { ProcedureStep } from './procedure/step.js';
import type { HardPruneOptions } from './request.js';
import type { HardPrunePlan } from '../orphans/plan/types.js';

/** The parts of a plan, in the order of the JSON document. */
export const PLAN_PARTS = ['blobs', 'manifestLinks', 'repositories', 'layerLinks', 'uploads'] as const;
export type PlanPart = (typeof PLAN_PARTS)[number];

/** Result for each entry of a plan, by position. */
export type Outcomes = Record<PlanPart, Deletion[]>;

/** A plan with its warnings. */
export interface Findings {
  plan: HardPrunePlan;
  warnings: string[];
  /** What could not be searched. */
  failures?: Failure[];
  /** True in a dry run if a confirmed run would refuse this; a warning states why. */
  isRefusedWithConfirm?: boolean;
  /** Names of all Image objects, as 64 hex digits; absent if the user cannot list them. */
  images?: ReadonlySet<string>;
}

/** Returns true if a plan deletes nothing: then no push has to be refused. */
export const isEmpty = (plan: HardPrunePlan): boolean => PLAN_PARTS.every((part) => plan[part].length === 0);

/** Returns the result for a plan that deletes nothing. */
export function nothingDeleted({ plan, failures = [] }: Findings): Deletions {
  return { plan, outcomes: { blobs: [], manifestLinks: [], repositories: [], layerLinks: [], uploads: [] }, failures };
}

/** Result of the deletion of a plan. */
export interface Deletions {
  /** The plan of the deletion: in a pod, the registry's pruner decides again when it deletes. */
  plan: HardPrunePlan;
  outcomes: Outcomes;
  failures: Failure[];
  /** True if the run may have deleted more of what was found than the result states. */
  isIncomplete?: boolean;
}

/** Everything that a hard prune did or would do; every output format is made from it. */
export interface HardPruneReport {
  dryRun: boolean;
  /** Present in a dry run that found more than `--max-delete` allows. */
  refusal?: RegadmError;
  /** True in a dry run if a confirmed run would be refused for another reason, which a warning states. */
  isRefusedWithConfirm?: boolean;
  startedAt: string;
  finishedAt: string;
  options: HardPruneOptions;
  /** Which storage it is, if the settings of the registry state it. */
  storage?: StoragePlace;
  plan: HardPrunePlan;
  /** Undefined in a dry run. */
  outcomes?: Outcomes;
  failures: Failure[];
  /** The steps that could not be completed: the deletion, or those of the restoration. */
  unfinished?: Failure[];
  procedure: ProcedureStep[];
  /** Present with `--verify`, unless it could not be checked. */
  verification?: Verification;
  /** True if another user ended the read-only mode: how long pushes were refused is not known then. */
  readOnlyEndedByOthers?: boolean;
  warnings: string[];
  /** Number of requests to the object storage; absent for a directory and in the pod. */
  requests?: number;
  /** True if the run may have deleted more than the outcomes state. */
  isIncomplete?: boolean;
  /** Present for an online run: the blobs of the plan are moved to the trash. */
  online?: OnlineReport;
}

/** Result of a hard prune that deleted something, or found nothing to delete. */
export interface HardPruneResult {
  report: HardPruneReport;
  /** Why it ended early. */
  error?: unknown;
  /** What could not be restored; `--recover` restores it. */
  notRestored: Failure[];
}
