import { EXIT } from '../model/errors.js';
import type { RestoreReport } from './report.js';

/** Returns the exit status of a run: docs/exit-codes.md. */
export function toExitStatus({ interrupted, failures }: RestoreReport): number {
  if (interrupted) return interrupted.exitCode;
  return failures.length > 0 ? EXIT.partial : EXIT.ok;
}
