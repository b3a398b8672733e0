import { remediesOf, type Failure } from '../../model/document.js';
import { EXIT, messageOf, RegadmError, withAdvice } from '../../model/errors.js';
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
  /** The steps of the restoration that failed. */
  notRestored: Failure[];
  /** True if another user ended the read-only mode before the run restored the former mode. */
  readOnlyEndedByOthers?: boolean;
}

/**
 * Completes an attempt that reached the deletion.
 * @throws the attempt's error if it did not reach the deletion; RegadmError NOT_RESTORED if the registry could not be
 *   restored
 */
export function outcomeOf(attempt: Attempt, steps: ProcedureStep[], notRestored: Failure[]): Outcome {
  const { findings, deletions, late = [], error } = attempt;
  if (findings && deletions) {
    const failures = [...deletions.failures, ...late];
    return { deletions: { ...deletions, failures }, error, steps, notRestored };
  }
  throw withLateImages(notRestored.length > 0 ? notRestoredError(notRestored, error) : error, late);
}

/**
 * Returns the error of a run that a signal may have interrupted at any time, such as while the registry was restored.
 * The interruption decides the exit status; what the error states is kept.
 */
export function interruptedError(signal: AbortSignal, error: unknown): unknown {
  const reason: unknown = signal.reason;
  if (!signal.aborted || !(reason instanceof RegadmError) || error === reason) return error;
  if (!(error instanceof RegadmError)) return reason;
  if (error.exitCode >= EXIT.sigint) return error;
  const { message, code, suggestions } = error;
  return new RegadmError(message, { code, suggestions, exitCode: reason.exitCode, cause: error });
}

/** Adds to an error what would be in the failures of a result. */
function withLateImages(error: unknown, late: readonly Failure[]): unknown {
  if (late.length === 0) return error;
  const told = error instanceof RegadmError ? error : new RegadmError(messageOf(error), { code: 'INTERNAL' });
  return withAdvice(told, late.map(({ target, message }) => `${target}: ${message}`).concat(remediesOf(late)));
}

/** Combines the errors. That the registry is not restored matters more than the error that ended the run. */
function notRestoredError(failures: Failure[], error: unknown): RegadmError {
  const exitCode = error instanceof RegadmError ? error.exitCode : EXIT.error;
  const messages = failures.map(({ message }) => message).join('; ');
  return new RegadmError(`${(error as Error).message}; and the registry could not be restored: ${messages}`, {
    code: 'NOT_RESTORED',
    exitCode,
    suggestions: remediesOf(failures),
    cause: error,
  });
}
