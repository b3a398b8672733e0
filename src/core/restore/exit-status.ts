import { EXIT } from '../model/errors.js';
import { isWhole } from '../verification/plan/types.js';
import type { RestoreReport } from './report.js';

/** Returns the exit status of a run: docs/exit-codes.md. */
export function toExitStatus({ interrupted, failures, verification }: RestoreReport): number {
  if (interrupted) return interrupted.exitCode;
  return failures.length > 0 || (verification && !isWhole(verification)) ? EXIT.partial : EXIT.ok;
}
