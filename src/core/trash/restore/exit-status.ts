import { EXIT } from '../../model/errors.js';
import type { TrashRestoreReport } from './report.js';

/**
 * Returns the exit status of a run (docs/exit-codes.md).
 * @param detailed `--detailed-exitcode`: a dry run that finds something has a status of its own
 */
export function toExitStatus(report: TrashRestoreReport, detailed: boolean): number {
  const { interrupted, failures, dryRun, rows, unmarked, links } = report;
  if (interrupted) return interrupted.exitCode;
  if (failures.length > 0) return EXIT.partial;
  return dryRun && detailed && rows.length + unmarked.length + links > 0 ? EXIT.found : EXIT.ok;
}
