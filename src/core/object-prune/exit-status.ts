import { EXIT } from '../model/errors.js';
import type { ObjectPruneReport } from './report.js';

/**
 * Returns the exit status of a run: docs/exit-codes.md.
 * @param detailed `--detailed-exitcode`: a dry run that finds something has a status of its own
 */
export function toExitStatus(report: ObjectPruneReport, detailed: boolean): number {
  const { interrupted, refusal, failures, plan, dryRun } = report;
  if (interrupted) return interrupted.exitCode;
  if (refusal) return refusal.exitCode;
  if (failures.length > 0) return EXIT.partial;
  return dryRun && detailed && plan.deletions.length > 0 ? EXIT.found : EXIT.ok;
}
