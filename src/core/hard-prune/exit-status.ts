import { EXIT, RegadmError } from '../model/errors.js';
import type { OnlineReport } from './online/types.js';
import { isWhole } from '../verification/plan/types.js';
import { PLAN_PARTS, type HardPruneResult } from './report.js';

/**
 * Returns the exit status of a run that printed a result (docs/exit-codes.md).
 * @param detailed `--detailed-exitcode`: tells a dry run that found something from one that did not
 */
export function toExitStatus({ report, error, notRestored }: HardPruneResult, detailed: boolean): number {
  if (error) return error instanceof RegadmError && error.exitCode >= 128 ? error.exitCode : EXIT.partial;
  if (report.refusal) return report.refusal.exitCode;
  if (report.failures.length > 0 || notRestored.length > 0) return EXIT.partial;
  if (report.verification && !isWhole(report.verification)) return EXIT.partial;
  const found = PLAN_PARTS.some((part) => report.plan[part].length > 0) || changes(report.online);
  return report.dryRun && detailed && found ? EXIT.found : EXIT.ok;
}

function changes(online: OnlineReport | undefined): boolean {
  if (!online) return false;
  const { marked, unmarked, restored, purged } = online;
  return [marked, unmarked, restored, purged].some((entries) => entries.length > 0);
}
