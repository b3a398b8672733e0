import { RegadmError, messageOf } from '../../model/errors.js';

/** The outcome of looking at one thing. */
export interface Check {
  where: 'hub' | 'cluster' | 'node';
  /** Stable name, e.g. `ignition-override`. */
  name: string;
  status: 'passed' | 'failed' | 'warning' | 'skipped';
  detail: string;
  /** What to do about it; where it passed, nothing. */
  remedy?: string;
}

/** Makes the checks of one place. */
export function checker(where: Check['where']) {
  const make =
    (status: Check['status']) =>
    (name: string, detail: string, remedy?: string): Check => ({
      where,
      name,
      status,
      detail,
      ...(remedy && { remedy }),
    });
  return { passed: make('passed'), failed: make('failed'), warning: make('warning'), skipped: make('skipped') };
}

/** Runs a check; an error on the way is its failure, so that the others are still made. Aborting ends them all. */
export async function attempt(
  where: Check['where'],
  name: string,
  check: () => Promise<Check[]>,
  signal?: AbortSignal,
): Promise<Check[]> {
  try {
    return await check();
  } catch (error) {
    signal?.throwIfAborted();
    const remedy = error instanceof RegadmError ? error.suggestions[0] : undefined;
    return [checker(where).failed(name, messageOf(error), remedy)];
  }
}
