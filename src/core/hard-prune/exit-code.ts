import { EXIT, RegadmError } from '../model/errors.js';
import { PLAN_PARTS, type HardPruneReport, type HardPruneResult } from './report.js';

/** Returns the exit status of a run that printed a result (docs/exit-codes.md). */
export function exitCodeOf({ report, error, notRestored }: HardPruneResult): number {
  if (error) return error instanceof RegadmError && error.exitCode >= 128 ? error.exitCode : EXIT.partial;
  return report.failures.length > 0 || notRestored.length > 0 ? EXIT.partial : EXIT.ok;
}

/** Returns the exit status of a dry run with `--detailed-exitcode`. */
export function detailedExitCode({ plan }: HardPruneReport): number {
  return PLAN_PARTS.some((part) => plan[part].length > 0) ? EXIT.found : EXIT.ok;
}
