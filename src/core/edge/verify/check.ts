import type { Check, CheckStatus } from '../../model/check.js';
import type { ErrorCode } from '../../model/error-codes.js';
import { RegadmError, messageOf } from '../../model/errors.js';

/** A check of an edge site; its name is stable, e.g. `ignition-override`. */
export interface EdgeCheck extends Check {
  where: 'hub' | 'cluster' | 'node';
  /** True if it failed because nothing could be read: the state of the site is unknown. */
  notChecked?: true;
}

/** Makes the checks of one place. */
export function checker(where: EdgeCheck['where']) {
  const make =
    (status: CheckStatus) =>
    (name: string, message: string, suggestion?: string): EdgeCheck => ({
      where,
      name,
      status,
      message,
      ...(suggestion && { suggestions: [suggestion] }),
    });
  return { passed: make('ok'), failed: make('failed'), warning: make('warning'), skipped: make('skipped') };
}

/** Errors by which a check states nothing about the site. Every other error is what the check found. */
const NOT_CHECKED: ReadonlySet<ErrorCode> = new Set([
  'API_ERROR',
  'API_NOT_JSON',
  'API_RESPONSE_TOO_LARGE',
  'API_UNREACHABLE',
  'API_UNTRUSTED',
  'FORBIDDEN',
  'NODE_CHECK_FAILED',
  'UNAUTHORIZED',
]);

/**
 * Runs a check. An error fails only this check, so that the others still run.
 * @throws the signal's reason when it aborts
 */
export async function attempt(
  where: EdgeCheck['where'],
  name: string,
  check: () => Promise<EdgeCheck[]>,
  signal?: AbortSignal,
): Promise<EdgeCheck[]> {
  try {
    return await check();
  } catch (error) {
    signal?.throwIfAborted();
    const suggestion = error instanceof RegadmError ? error.suggestions[0] : undefined;
    const failed = checker(where).failed(name, messageOf(error), suggestion);
    return [error instanceof RegadmError && !NOT_CHECKED.has(error.code) ? failed : { ...failed, notChecked: true }];
  }
}
