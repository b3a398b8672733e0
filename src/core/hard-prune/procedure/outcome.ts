import { EXIT, RegadmError } from '../../model/errors.js';
import type { ProcedureStep } from './step.js';
import type { Deletions, Findings } from '../report.js';

/** How the part of a run that finds and deletes ended. */
export interface Attempt {
  findings?: Findings;
  /** Undefined when the deletion did not start, or was interrupted before it returned what was deleted. */
  deletions?: Deletions;
  error?: unknown;
}

/** How a run with deletions ended. */
export interface Outcome {
  findings: Findings;
  deletions: Deletions;
  error?: unknown;
  steps: ProcedureStep[];
  notRestored: RegadmError[];
}

/**
 * Completes an attempt that reached the deletion.
 * @throws the error of one that did not; RegadmError NOT_RESTORED when the registry could not be restored either
 */
export function outcomeOf(attempt: Attempt, steps: ProcedureStep[], notRestored: RegadmError[]): Outcome {
  const { findings, deletions, error } = attempt;
  if (findings && deletions) return { findings, deletions, error, steps, notRestored };
  throw notRestored.length > 0 ? notRestoredError(notRestored, error) : error;
}

/** A registry that is not as it was before matters more than the error that ended the run. */
function notRestoredError(failures: RegadmError[], error: unknown): RegadmError {
  const interrupted = error instanceof RegadmError && error.exitCode >= 128;
  const messages = failures.map(({ message }) => message).join('; ');
  return new RegadmError(`${(error as Error).message}; and the registry could not be restored: ${messages}`, {
    code: 'NOT_RESTORED',
    exitCode: interrupted ? error.exitCode : EXIT.error,
    suggestions: [...failures.flatMap(({ suggestions }) => suggestions), 'run regadm prune hard --recover'],
    cause: error,
  });
}
