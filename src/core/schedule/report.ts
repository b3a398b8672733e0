import { DEFAULTS, type PrunerSpec } from './pruner-spec.js';

/** The document that `prune schedule -o json` prints. */
export interface ScheduleReport {
  apiVersion: 'regadm/v1';
  kind: 'PruneSchedule';
  name: string;
  /** As it is in the cluster. */
  spec: PrunerSpec;
  /** With the operator's defaults for what is not given. */
  effective: PrunerSpec;
  /** Names of the settings that this run changed; absent when it only showed them. */
  changed?: string[];
  conditions: Condition[];
  cronJobs: CronJobStatus[];
  runs: Run[];
}

export interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

export interface CronJobStatus {
  name: string;
  schedule: string;
  suspend: boolean;
  active: number;
  lastScheduleTime?: string;
  lastSuccessfulTime?: string;
}

/** One Job of a CronJob; newest first in reports. */
export interface Run {
  name: string;
  cronJob: string;
  status: 'running' | 'succeeded' | 'failed';
  startedAt?: string;
  finishedAt?: string;
  message?: string;
}

/** A spec with the operator's defaults filled in. */
export function effectiveSpec(spec: PrunerSpec): PrunerSpec {
  const { keepYoungerThan: nanoseconds, schedule } = spec;
  const older = nanoseconds === undefined ? {} : { keepYoungerThanDuration: `${nanoseconds / 1e9}s` };
  return { ...DEFAULTS, ...older, ...spec, schedule: schedule || DEFAULTS.schedule };
}
