import { withRetry } from './retry.js';

/** Maximum attempts to read a content: connections break during long transfers. */
const MAX_READS = 3;

interface ReadAgainOptions {
  signal?: AbortSignal;
  /** Returns true for an error that another read cannot change. */
  isFinal?(error: unknown): boolean;
}

/**
 * Reads a content as a whole, and again from its start if that fails. Opening it has its own retries.
 * @throws the error of the last attempt, or the signal's reason
 */
export function readAgain<T>(read: () => Promise<T>, { signal, isFinal }: ReadAgainOptions = {}): Promise<T> {
  return withRetry(read, {
    tries: MAX_READS,
    signal,
    retryAfter: (outcome) => ('error' in outcome && !isFinal?.(outcome.error) ? 0 : undefined),
  });
}
