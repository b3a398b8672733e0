import { setTimeout as sleepFor } from 'node:timers/promises';

/** Result of one attempt: a value, or the error that it threw. */
export type Outcome<T> = { value: T } | { error: unknown };

export interface RetryOptions<T> {
  /** Maximum attempts, the first one included. Default 5. */
  tries?: number;
  /** Wait before the second attempt, in ms; it grows each time. Default 250. */
  baseMs?: number;
  /** By what the wait is multiplied for each further attempt. Default 2. */
  factor?: number;
  /** Maximum wait of the backoff, in ms. Default 8000. */
  maxMs?: number;
  signal?: AbortSignal;
  /**
   * Decides after each attempt. `undefined`: the outcome is final. A number: retry after the backoff, but not before
   * that time in ms (0 if the server named no time).
   */
  retryAfter(outcome: Outcome<T>, attempt: number): number | undefined;
  /** Gets the outcome of each attempt that is not the last one. */
  onRetry?(outcome: Outcome<T>): void;
  /** For tests. Must reject when the signal aborts. */
  sleep?(ms: number, signal?: AbortSignal): Promise<void>;
  /** For tests: a number in [0, 1). */
  random?(): number;
}

/** Maximum time that a server's `Retry-After` is honored, in ms. A longer one makes the response final. */
const MAX_RETRY_AFTER_MS = 120_000;
/**
 * Maximum time between the attempts of one request, in ms: one `Retry-After` of that length, and the backoff of the
 * other attempts. Otherwise a server that asks for 100 s each time would delay a request by eight minutes.
 */
const MAX_TOTAL_WAIT_MS = 150_000;

/**
 * Runs `fn` until its outcome is final, or all attempts or the time to wait are used. Waits grow and are jittered by
 * half, so that workers do not retry at the same moment.
 * @returns the value of the last attempt
 * @throws the error of the last attempt, or the signal's reason
 */
export async function withRetry<T>(fn: (attempt: number) => Promise<T>, options: RetryOptions<T>): Promise<T> {
  const tries = options.tries ?? 5;
  let waitedMs = 0;
  for (let attempt = 1; ; attempt++) {
    const outcome = await outcomeOf(() => fn(attempt));
    const asked = attempt < tries && !options.signal?.aborted ? options.retryAfter(outcome, attempt) : undefined;
    const waitMs = asked === undefined ? Infinity : Math.max(asked, backoff(attempt, options));
    if (waitMs > MAX_RETRY_AFTER_MS || waitedMs + waitMs > MAX_TOTAL_WAIT_MS) {
      if ('error' in outcome) throw outcome.error;
      return outcome.value;
    }
    options.onRetry?.(outcome);
    waitedMs += waitMs;
    await (options.sleep ?? sleep)(waitMs, options.signal);
  }
}

async function outcomeOf<T>(run: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await run() };
  } catch (error) {
    return { error };
  }
}

function backoff<T>(
  attempt: number,
  { baseMs = 250, factor = 2, maxMs = 8000, random = Math.random }: RetryOptions<T>,
): number {
  return Math.min(maxMs, baseMs * factor ** (attempt - 1)) * (0.5 + random() / 2);
}

async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  await sleepFor(ms, undefined, signal ? { signal } : {});
}

/**
 * Returns how long to wait before a retry, for an HTTP status that a retry can overcome: 429 and 5xx, except 501.
 * @param header `Retry-After`: seconds, or an HTTP date
 * @returns milliseconds, 0 without the header; undefined when a retry cannot help
 */
export function retryAfterStatus(status: number, header?: string | string[], now = Date.now()): number | undefined {
  if (status !== 429 && (status < 500 || status === 501)) return undefined;
  const text = Array.isArray(header) ? header[0] : header;
  if (!text) return 0;
  if (/^\d+$/.test(text.trim())) return Number(text) * 1000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? 0 : Math.max(0, at - now);
}
