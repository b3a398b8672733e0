import type { EntryStatus, Failure } from '../model/document.js';
import type { RegadmError } from '../model/errors.js';
import type { ObjectPruneFeature } from './feature.js';
import type { ObjectPrunePlan } from './plan/plan.js';

/** The result of a prune, or of a dry run. */
export interface ObjectPruneReport {
  feature: ObjectPruneFeature;
  dryRun: boolean;
  /** File with a line for each deletion; absent in a dry run. */
  auditLog?: string;
  /** Present in a dry run whose plan is larger than `--max-delete` allows. */
  refusal?: RegadmError;
  startedAt: Date;
  finishedAt: Date;
  /** The value of `--keep-younger-than` as the user wrote it. */
  keepYoungerThan: string;
  /** True for a column of labels in the table. */
  showLabels: boolean;
  plan: ObjectPrunePlan;
  /** The API server's time, from which ages are counted, in ms since the epoch. */
  now: number;
  /** What happened to the plan's deletions; in the same order. */
  statuses: readonly EntryStatus[];
  warnings: string[];
  failures: Failure[];
  /** Present if a signal ended the run; with the exit status of that signal. */
  interrupted?: { exitCode: number };
}

/** Counts of what was done, or in a dry run would be. */
export function summarize({ statuses, failures }: ObjectPruneReport): {
  objects: number;
  failed: number;
  skipped: number;
} {
  const count = (...wanted: EntryStatus['status'][]): number =>
    statuses.reduce((sum, { status }) => sum + (wanted.includes(status) ? 1 : 0), 0);
  return { objects: count('would-delete', 'deleted', 'gone'), failed: failures.length, skipped: count('skipped') };
}
