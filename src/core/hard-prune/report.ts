import type { HardPrunePlan } from './plan/plan-types.js';

export type ItemStatus = 'would-delete' | 'deleted' | 'gone' | 'skipped' | 'failed';

/** How one removal ended; `message` of a failure, `reason` of what was skipped. */
export interface Outcome {
  status: ItemStatus;
  message?: string;
  reason?: string;
}

/** The parts of a plan that are carried out one by one. */
export type PlanPart = 'repositories' | 'manifestLinks' | 'layerLinks' | 'uploads' | 'blobs';

export const PLAN_PARTS: readonly PlanPart[] = ['repositories', 'manifestLinks', 'layerLinks', 'uploads', 'blobs'];

/** What became of a plan: an outcome for each of its entries, by position. */
export type Outcomes = Record<PlanPart, Outcome[]>;

/** A plan with what else was seen while it was made. */
export interface Findings {
  plan: HardPrunePlan;
  warnings: string[];
}

/** What carrying a plan out ended with. */
export interface Removals {
  /** What was carried out: in the pod, the registry's pruner decides anew. */
  plan: HardPrunePlan;
  outcomes: Outcomes;
  failures: { target: string; message: string }[];
}

/** One of the two ways to the storage. `check` changes nothing. */
export interface Pruner {
  check(signal: AbortSignal): Promise<Findings>;
  /** @param mayGoOn awaited again and again between deletions; throws when deleting is safe no longer */
  remove(plan: HardPrunePlan, mayGoOn: () => Promise<void>, signal: AbortSignal): Promise<Removals>;
}

/** One step of the guarded operation, as `procedure` in the JSON document shows it. */
export interface StepRecord {
  step: string;
  startedAt: string;
  finishedAt?: string;
  outcome: 'done' | 'failed' | 'running';
  message?: string;
}
