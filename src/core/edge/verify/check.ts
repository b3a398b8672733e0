import type { Check, CheckStatus } from '../../model/check.js';
import { RegadmError, messageOf } from '../../model/errors.js';

/** A check of an edge site; its name is stable, e.g. `ignition-override`. */
export interface EdgeCheck extends Check {
  where: 'hub' | 'cluster' | 'node';
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
    return [checker(where).failed(name, messageOf(error), suggestion)];
  }
}
