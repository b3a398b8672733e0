import { gauge, type Family } from './family.js';

/** The metric by which regadm recognizes a file that it wrote. */
export const LAST_SUCCESS = 'regadm_last_success_timestamp_seconds';

/** How a run ended. */
export interface RunEnd {
  version: string;
  exitStatus: number;
  durationMs: number;
  /** Ms since the epoch. */
  endedAt: number;
  /** Undefined for a command that never changes anything. */
  dryRun?: boolean;
  /** End of the last successful run, in seconds since the epoch; 0 if there was none. */
  lastSuccess: number;
}

/** Returns the metrics of every command. */
export function runMetrics(end: RunEnd): Family[] {
  const { version, exitStatus, durationMs, endedAt, dryRun, lastSuccess } = end;
  return [
    { name: 'regadm_info', help: 'Version of regadm in the last run.', samples: [{ labels: { version }, value: 1 }] },
    gauge('regadm_exit_status', 'Exit status of the last run.', exitStatus),
    gauge('regadm_duration_seconds', 'Duration of the last run.', Math.round(durationMs) / 1000),
    gauge('regadm_last_run_timestamp_seconds', 'End of the last run, in seconds since the epoch.', endedAt / 1000),
    gauge(
      LAST_SUCCESS,
      'End of the last run with exit status 0, in seconds since the epoch; 0 if there was none. Dry runs of a prune do not count.',
      lastSuccess,
    ),
    ...(dryRun === undefined
      ? []
      : [gauge('regadm_prune_dry_run', '1 if the last run was a dry run, which deletes nothing.', dryRun ? 1 : 0)]),
  ];
}
