import { EXIT } from '../../model/errors.js';
import type { TrashPurgeReport } from './report.js';

/**
 * Returns the exit status of a run (docs/exit-codes.md).
 * @param detailed `--detailed-exitcode`: a dry run that finds something has a status of its own
 */
export function toExitStatus(
  { interrupted, refusal, failures, dryRun, rows }: TrashPurgeReport,
  detailed: boolean,
): number {
  if (interrupted) return interrupted.exitCode;
  if (refusal) return refusal.exitCode;
  if (failures.length > 0) return EXIT.partial;
  const found = rows.some(({ status }) => status === 'would-delete' || status === 'would-restore');
  return dryRun && detailed && found ? EXIT.found : EXIT.ok;
}
