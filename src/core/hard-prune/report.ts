import type { RegadmError } from '../model/errors.js';
import type { Deletion } from '../storage/storage.js';
import type { HardPrunePlan } from './plan/types.js';

/** The parts of a plan, in the order of the JSON document. */
export const PLAN_PARTS = ['blobs', 'manifestLinks', 'repositories', 'layerLinks', 'uploads'] as const;
export type PlanPart = (typeof PLAN_PARTS)[number];

/** How each entry of a plan ended, by position. */
export type Outcomes = Record<PlanPart, Deletion[]>;

/** A plan with what else was noticed while it was made. */
export interface Findings {
  plan: HardPrunePlan;
  warnings: string[];
}

/** How the deletion of a plan ended. */
export interface Deletions {
  /** What was to be deleted: in a pod, the registry's pruner decides again when it deletes. */
  plan: HardPrunePlan;
  outcomes: Outcomes;
  failures: Failure[];
}

export interface Failure {
  target: string;
  message: string;
}

/** One step of the guarded procedure. Times in ISO 8601. */
export interface StepRecord {
  step: string;
  startedAt: string;
  finishedAt?: string;
  outcome: 'done' | 'failed' | 'running';
  message?: string;
}

/** What a hard prune did or would do; every output format is made from it. */
export interface HardPruneReport {
  dryRun: boolean;
  startedAt: string;
  finishedAt: string;
  options: HardPruneOptions;
  plan: HardPrunePlan;
  /** Undefined in a dry run. */
  outcomes?: Outcomes;
  failures: Failure[];
  procedure: StepRecord[];
  warnings: string[];
}

/** The options of a run, as they were written. */
export interface HardPruneOptions {
  storage?: string;
  pod?: string;
  rules: string;
  readOnly: string;
  maxDelete?: string;
  keepBlobsYoungerThan?: string;
  danglingLinks: boolean;
  uploadsOlderThan?: string;
}

/** How a hard prune ended that deleted something, or found nothing to delete. */
export interface HardPruneResult {
  report: HardPruneReport;
  /** Why it ended early. */
  error?: unknown;
  /** What could not be restored; `--recover` restores it. */
  notRestored: RegadmError[];
}
