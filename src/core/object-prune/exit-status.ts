import { EXIT } from '../model/errors.js';
import type { ObjectPruneReport } from './report.js';

/**
 * Returns the exit status of a run: docs/exit-codes.md.
 * @param detailed `--detailed-exitcode`: a dry run that finds something has a status of its own
 */
export function toExitStatus({ interrupted, failures, plan, dryRun }: ObjectPruneReport, detailed: boolean): number {
  if (interrupted) return interrupted.exitCode;
  if (failures.length > 0) return EXIT.partial;
  return dryRun && detailed && plan.deletions.length > 0 ? EXIT.found : EXIT.ok;
}
