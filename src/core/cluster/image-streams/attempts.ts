import { isConnectionError } from '../../kit/network-errors.js';
import { retryAfterStatus, withRetry, type Outcome, type RetryOptions } from '../../kit/retry.js';
import { hasCode } from '../../model/errors.js';
import type { ApiResponse } from '../api.js';
import { ApiError, apiError } from '../api-error.js';
import { API_RETRY } from '../connection/attempts.js';

/**
 * Retries after a conflict, with growing waits: about 15 s in all. Each sends another request, for the stream as it is
 * then.
 */
const CONFLICT_RETRY = { tries: 14, baseMs: 40, maxMs: 2000 };

/** Result of one attempt to change a stream: the final result, or why the attempt has to be repeated. */
export type Attempt<Done> = { done: Done } | { response: ApiResponse } | { lost: unknown };

/** What tests replace. */
export type AttemptOptions = Pick<RetryOptions<unknown>, 'sleep'>;

/**
 * Repeats an attempt after a conflict, if the server could not do it, and if the response was lost or is something
 * else: each attempt reads the stream first, which shows whether the change was made.
 * @throws ApiError or RegadmError if the stream cannot be read or changed
 */
export async function repeat<Done>(attempt: () => Promise<Attempt<Done>>, options: AttemptOptions = {}): Promise<Done> {
  const despiteFaults = (): Promise<Attempt<Done>> =>
    withRetry<Attempt<Done>>(attempt, { ...API_RETRY, ...options, retryAfter: retryAfterFault });
  const result = await withRetry<Attempt<Done>>(despiteFaults, {
    ...CONFLICT_RETRY,
    ...options,
    retryAfter: retryAfterConflict,
  });
  if ('done' in result) return result.done;
  if ('lost' in result) throw result.lost;
  throw apiError(result.response);
}

/** Errors of reading are final: the client has retried those. */
function retryAfterFault(outcome: Outcome<Attempt<unknown>>): number | undefined {
  if ('error' in outcome || 'done' in outcome.value) return undefined;
  if ('lost' in outcome.value) return mustReadAgain(outcome.value.lost) ? 0 : undefined;
  const { status, headers } = outcome.value.response;
  return status === 404 ? 0 : retryAfterStatus(status, headers['retry-after']);
}

function retryAfterConflict(outcome: Outcome<Attempt<unknown>>): number | undefined {
  return 'value' in outcome && 'response' in outcome.value && outcome.value.response.status === 409 ? 0 : undefined;
}

/** True for a change whose response was lost, or is something else, and for one that was stopped while it waited. */
function mustReadAgain(error: unknown): boolean {
  return (
    hasCode(error, 'NOT_TRIED_AGAIN') ||
    isConnectionError(error) ||
    (error instanceof ApiError && error.code === 'API_NOT_JSON')
  );
}
