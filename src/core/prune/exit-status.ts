import { EXIT } from '../model/errors.js';
import { isWhole } from '../verification/plan/types.js';
import type { ImagePruneReport } from './report.js';

/**
 * Returns the exit status of a run: docs/exit-codes.md.
 * @param detailed `--detailed-exitcode`: a dry run that finds something has a status of its own
 */
export function toExitStatus(report: ImagePruneReport, detailed: boolean): number {
  const { interrupted, refusal, failures, plan, dryRun, verification } = report;
  if (interrupted) return interrupted.exitCode;
  if (refusal) return refusal.exitCode;
  if (failures.length > 0 || (verification && !isWhole(verification))) return EXIT.partial;
  return dryRun && detailed && plan.streams.length + plan.images.length > 0 ? EXIT.found : EXIT.ok;
}
