import { EXIT, RegadmError, suggestionsOf } from '../../model/errors.js';
import type { ProcedureStep } from './step.js';
import type { Deletions, Findings } from '../report.js';

/** Result of finding and deleting unused data. */
export interface Attempt {
  findings?: Findings;
  /** Undefined if the deletion did not start, or was interrupted before it returned its result. */
  deletions?: Deletions;
  error?: unknown;
}

/** Result of a run with deletions. */
export interface Outcome {
  findings: Findings;
  deletions: Deletions;
  error?: unknown;
  steps: ProcedureStep[];
  notRestored: RegadmError[];
}

/**
 * Completes an attempt that reached the deletion.
 * @throws the attempt's error if it did not reach the deletion; RegadmError NOT_RESTORED if the registry could not be
 *   restored
 */
export function outcomeOf(attempt: Attempt, steps: ProcedureStep[], notRestored: RegadmError[]): Outcome {
  const { findings, deletions, error } = attempt;
  if (findings && deletions) return { findings, deletions, error, steps, notRestored };
  throw notRestored.length > 0 ? notRestoredError(notRestored, error) : error;
}

/** Combines the errors. That the registry is not restored matters more than the error that ended the run. */
function notRestoredError(failures: RegadmError[], error: unknown): RegadmError {
  const exitCode = error instanceof RegadmError ? error.exitCode : EXIT.error;
  const messages = failures.map(({ message }) => message).join('; ');
  return new RegadmError(`${(error as Error).message}; and the registry could not be restored: ${messages}`, {
    code: 'NOT_RESTORED',
    exitCode,
    suggestions: suggestionsOf(failures),
    cause: error,
  });
}
