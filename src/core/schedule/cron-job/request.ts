import { DEFAULT_PRIORITY_CLASS, type PodSettings } from '../../in-cluster/pod.js';
import type { RunSettings } from '../../in-cluster/runs.js';

/** The prunes that the CronJob can run, in the order in which they run: each frees what the next one deletes. */
export const PRUNES = ['builds', 'deployments', 'images'] as const;
export type Prune = (typeof PRUNES)[number];

/** Everything that the printed List depends on. */
export interface CronJobRequest {
  /** An image that has `regadm` in its PATH. */
  image: string;
  job: RunSettings;
  pod: PodSettings;
  prune: PruneSettings;
  /** Severity of the alert; undefined: no alert. */
  alertSeverity?: string;
}

/** What the prunes delete, and how they log. */
export interface PruneSettings {
  /** The prunes before that of images. */
  with: readonly Exclude<Prune, 'images'>[];
  keepTagRevisions: number;
  keepYoungerThan: string;
  ignoreInvalidRefs: boolean;
  /** Undefined: as the cluster's registry is, or true. */
  pruneRegistry?: boolean;
  keepComplete: number;
  keepFailed: number;
  orphans: boolean;
  replicaSets: boolean;
  loglevel: number;
  /** Further arguments of each prune, as `--flag=value`. They replace an argument of the same flag. */
  extra: Partial<Record<Prune, readonly string[]>>;
}

/** Settings of the CronJob that nothing else states. */
export const CRON_JOB_DEFAULTS = {
  schedule: '0 0 * * *',
  startingDeadline: '1h',
  successfulJobsHistoryLimit: 1,
  failedJobsHistoryLimit: 3,
  requests: 'cpu=1,memory=1Gi',
  priorityClass: DEFAULT_PRIORITY_CLASS,
  keepTagRevisions: 5,
  keepYoungerThan: '96h',
  keepComplete: 5,
  keepFailed: 1,
  loglevel: 0,
  alertSeverity: 'warning',
} as const;
