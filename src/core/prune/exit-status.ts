import { EXIT } from '../model/errors.js';
import type { ImagePruneReport } from './report.js';

/**
 * Returns the exit status of a run: docs/exit-codes.md.
 * @param detailed `--detailed-exitcode`: a dry run that finds something has a status of its own
 */
export function toExitStatus({ interrupted, failures, plan, dryRun }: ImagePruneReport, detailed: boolean): number {
  if (interrupted) return interrupted.exitCode;
  if (failures.length > 0) return EXIT.partial;
  return dryRun && detailed && plan.streams.length + plan.images.length > 0 ? EXIT.found : EXIT.ok;
}
