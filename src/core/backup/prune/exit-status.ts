import { EXIT } from '../../model/errors.js';
import { isEmpty, type BackupPruneReport } from './report.js';

/**
 * Returns the exit status of a run: docs/exit-codes.md.
 * @param detailed `--detailed-exitcode`: a dry run that finds something has a status of its own
 */
export function toExitStatus({ dryRun, plan, removal }: BackupPruneReport, detailed: boolean): number {
  if (removal.interrupted) return removal.interrupted.exitCode;
  if (removal.failures.length > 0) return EXIT.partial;
  return dryRun && detailed && !isEmpty(plan) ? EXIT.found : EXIT.ok;
}
