import path from 'node:path';
import { usageError } from '../core/model/errors.js';
import type { RunMetrics } from './run-metrics.js';

/** `--metrics-file`, and the flags that it depends on. */
export interface MetricsFlagValues {
  'metrics-file'?: string;
  'audit-log'?: string;
  'plan-out'?: string;
  confirm?: boolean;
}

interface Command {
  /** Such as `prune images`. */
  command: string;
  version: string;
  /** True if the command has `--confirm`. */
  canChange: boolean;
}

/**
 * Begins to measure a run if its metrics were requested.
 * @throws RegadmError METRICS_FILE, FILE_EXISTS if the file of `--metrics-file` cannot be written at the end
 */
export async function startMetrics(
  flags: MetricsFlagValues,
  { command, version, canChange }: Command,
): Promise<RunMetrics | undefined> {
  const { 'metrics-file': file, confirm } = flags;
  if (file === undefined) return undefined;
  for (const other of ['audit-log', 'plan-out'] as const) {
    if (flags[other] !== undefined && path.resolve(flags[other]) === path.resolve(file))
      throw usageError(`--metrics-file and --${other} cannot be the same file`);
  }
  const { RunMetrics } = await import('./run-metrics.js');
  return RunMetrics.start(file, { command, version, dryRun: canChange ? !confirm : undefined });
}
