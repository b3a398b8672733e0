import type { RunMetrics } from './run-metrics.js';

/** `--metrics-file`, and the flag that it depends on. */
export interface MetricsFlagValues {
  'metrics-file'?: string;
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
  const { RunMetrics } = await import('./run-metrics.js');
  return RunMetrics.start(file, { command, version, dryRun: canChange ? !confirm : undefined });
}
