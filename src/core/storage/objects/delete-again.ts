import { withRetry, type Outcome, type RetryOptions } from '../../kit/retry.js';

/** How keys are deleted with one request, and again. */
interface Attempts<T> {
  retries: Omit<RetryOptions<unknown>, 'retryAfter'>;
  /** Deletes keys with one request. @returns a result for each, by position */
  attempt(keys: readonly string[]): Promise<T[]>;
  /** Returns true for a problem that can pass, such as throttling. */
  canPass(result: T): boolean;
  /** Creates the error of a request that failed for all of its keys. */
  failure(result: T): Error;
}

/**
 * Deletes keys, and again those that the store could not delete at the time: a successful response can state so of
 * single keys.
 * @returns the last result of each key, by position
 * @throws the error of the first request, or `failure` if no key could be deleted after all attempts
 */
export async function deleteAgain<T>(keys: readonly string[], attempts: Attempts<T>): Promise<T[]> {
  const { retries, attempt, canPass, failure } = attempts;
  const results: T[] = [];
  let left = keys.map((_, at) => at);
  const round = async (number: number): Promise<void> => {
    try {
      const found = await attempt(left.map((at) => keys[at]!));
      for (const [index, at] of left.entries()) results[at] = found[index]!;
      left = left.filter((at) => canPass(results[at]!));
    } catch (error) {
      // What the earlier requests did is known.
      if (number === 1) throw error;
      left = [];
    }
  };
  const retryAfter = (outcome: Outcome<void>): number | undefined =>
    'value' in outcome && left.length > 0 ? 0 : undefined;
  await withRetry(round, { ...retries, retryAfter });
  if (results.length > 0 && results.every(canPass)) throw failure(results[0]!);
  return results;
}
