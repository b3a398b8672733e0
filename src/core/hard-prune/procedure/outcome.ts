import { remediesOf, type Failure } from '../../model/document.js';
import { EXIT, messageOf, RegadmError, suggestionsOf, withAdvice } from '../../model/errors.js';
import type { ProcedureStep } from './step.js';
import type { Deletions, Findings } from '../report.js';

/** Result of finding and deleting unused data. */
export interface Attempt {
  findings?: Findings;
  /** Undefined if the deletion did not start, or was interrupted before it returned its result. */
  deletions?: Deletions;
  /** Images that were pushed meanwhile and need a deleted blob. */
  late?: Failure[];
  error?: unknown;
}

/** Result of a run with deletions. */
export interface Outcome {
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
  const { findings, deletions, late = [], error } = attempt;
  if (findings && deletions) {
    const failures = [...deletions.failures, ...late];
    return { deletions: { ...deletions, failures }, error, steps, notRestored };
  }
  throw withLateImages(notRestored.length > 0 ? notRestoredError(notRestored, error) : error, late);
}

/** Adds to an error what would be in the failures of a result. */
function withLateImages(error: unknown, late: readonly Failure[]): unknown {
  if (late.length === 0) return error;
  const told = error instanceof RegadmError ? error : new RegadmError(messageOf(error), { code: 'INTERNAL' });
  return withAdvice(told, late.map(({ target, message }) => `${target}: ${message}`).concat(remediesOf(late)));
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
