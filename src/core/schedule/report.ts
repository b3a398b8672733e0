import type { Count, DocumentHeader } from '../model/document.js';
import type { Condition } from '../model/kube.js';
import { DEFAULTS, type PrunerSpec } from './pruner-spec.js';

/** What `regadm prune schedule -o json` prints. */
export interface ScheduleDocument extends DocumentHeader<'PruneSchedule'> {
  /** Name of the ImagePruner. */
  name: string;
  /** Its settings as they are in the cluster. */
  spec: PrunerSpec;
  /** Its settings, with the operator's defaults for those that are not set. */
  effective: PrunerSpec;
  /** Names of the settings that this run changed; absent if it only showed them. */
  changed?: string[];
  /** Conditions of the ImagePruner. */
  conditions: Condition[];
  /** The operator's CronJob and regadm's own. */
  cronJobs: CronJobStatus[];
  /** The last runs, newest first. */
  runs: Run[];
}

/** What `regadm prune schedule --run-now -o json` prints. */
export interface RunDocument extends DocumentHeader<'PruneRun'>, Run {}

export interface CronJobStatus {
  name: string;
  schedule: string;
  suspend: boolean;
  /** Running Jobs. */
  active: Count;
  lastScheduleTime?: string;
  lastSuccessfulTime?: string;
}

/** A Job of a CronJob. */
export interface Run {
  /** Name of the Job. */
  name: string;
  /** Name of its CronJob. */
  cronJob: string;
  status: 'running' | 'succeeded' | 'failed';
  startedAt?: string;
  finishedAt?: string;
  /** Why it failed. */
  message?: string;
  /** The container that failed; absent if none did, or its pod no longer exists or cannot be read. */
  failedContainer?: FailedContainer;
}

/** How a container of a failed run ended. */
export interface FailedContainer {
  name: string;
  exitCode: number;
  /** Why it ended, as Kubernetes states it: `Error`, `OOMKilled`. */
  reason?: string;
  /** The last error in its termination message, otherwise the last line. */
  message?: string;
}

/** States why a run failed, in one line; undefined if that is unknown. */
export function failureText({ message, failedContainer }: Run): string | undefined {
  const parts = [...(message ? [message] : []), ...(failedContainer ? [containerText(failedContainer)] : [])];
  return parts.length > 0 ? parts.join('; ') : undefined;
}

function containerText({ name, exitCode, reason, message }: FailedContainer): string {
  const why = reason === undefined || reason === 'Error' ? '' : ` (${reason})`;
  return `container ${name} ended with exit code ${exitCode}${why}${message ? `: ${message}` : ''}`;
}

/** Returns a spec with the operator's defaults for settings that are not set. */
export function effectiveSpec(spec: PrunerSpec): PrunerSpec {
  const { keepYoungerThan: nanoseconds, schedule } = spec;
  const older = nanoseconds === undefined ? {} : { keepYoungerThanDuration: `${nanoseconds / 1e9}s` };
  return { ...DEFAULTS, ...older, ...spec, schedule: schedule || DEFAULTS.schedule };
}
