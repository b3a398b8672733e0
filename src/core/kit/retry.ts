import { setTimeout as sleepFor } from 'node:timers/promises';

/** What one try came to: a value, or an error that was thrown. */
export type Outcome<T> = { value: T } | { error: unknown };

export interface RetryOptions<T> {
  /** How often at most, the first try included. Default 5. */
  tries?: number;
  /** The wait before the second try in milliseconds; it doubles each time. Default 250. */
  baseMs?: number;
  /** No wait of the backoff is longer than this, in milliseconds. Default 8000. */
  maxMs?: number;
  signal?: AbortSignal;
  /**
   * Decides after each try. `undefined`: this outcome is final. A number: try again, after the backoff but no sooner than so
   * many milliseconds (0 where the server named no time).
   */
  retryAfter(outcome: Outcome<T>, attempt: number): number | undefined;
  /** For tests. Must reject when the signal aborts. */
  sleep?(ms: number, signal?: AbortSignal): Promise<void>;
  /** For tests: a number in [0, 1). */
  random?(): number;
}

/** A server that asks for more than this is not waited for any longer than this. */
const LONGEST_RETRY_AFTER_MS = 60_000;

/**
 * Runs `fn` until its outcome is final or the tries are used up; waits between tries grow and are jittered by half, so that
 * several workers do not come back at the same moment.
 * @returns the last try's value
 * @throws the last try's error, or the signal's reason
 */
export async function withRetry<T>(fn: (attempt: number) => Promise<T>, options: RetryOptions<T>): Promise<T> {
  const tries = options.tries ?? 5;
  for (let attempt = 1; ; attempt++) {
    let outcome: Outcome<T>;
    try {
      outcome = { value: await fn(attempt) };
    } catch (error) {
      outcome = { error };
    }
    const wait = attempt < tries && !options.signal?.aborted ? options.retryAfter(outcome, attempt) : undefined;
    if (wait === undefined) {
      if ('error' in outcome) throw outcome.error;
      return outcome.value;
    }
    await (options.sleep ?? sleep)(
      Math.max(Math.min(wait, LONGEST_RETRY_AFTER_MS), backoff(attempt, options)),
      options.signal,
    );
  }
}

function backoff<T>(attempt: number, { baseMs = 250, maxMs = 8000, random = Math.random }: RetryOptions<T>): number {
  return Math.min(maxMs, baseMs * 2 ** (attempt - 1)) * (0.5 + random() / 2);
}

async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  await sleepFor(ms, undefined, signal ? { signal } : {});
}

/**
 * For an HTTP status: 0 or the milliseconds of `Retry-After` where another try makes sense (429 and 5xx, but not 501, which
 * no waiting cures), else undefined.
 * @param header `Retry-After`: seconds, or an HTTP date
 */
export function retryAfterStatus(status: number, header?: string | string[], now = Date.now()): number | undefined {
  if (status !== 429 && (status < 500 || status === 501)) return undefined;
  const text = Array.isArray(header) ? header[0] : header;
  if (!text) return 0;
  if (/^\d+$/.test(text.trim())) return Number(text) * 1000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? 0 : Math.max(0, at - now);
}

const CONNECTION_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_INFO',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_CLOSED_HALF_WAY',
  'ERR_HTTP2_GOAWAY_SESSION',
  'ERR_HTTP2_STREAM_ERROR',
  'ERR_HTTP2_SESSION_ERROR',
  'ERR_HTTP2_STREAM_CANCEL',
  'ERR_HTTP2_INVALID_SESSION',
]);

/** True for errors of the network that another try may cure: not for certificates, names that do not exist, or aborts. */
export function isConnectionError(error: unknown): boolean {
  for (const code of codesOf(error)) if (CONNECTION_CODES.has(code)) return true;
  return false;
}

/** The `code`s of an error, of the errors that it gathers (Node tries several addresses of a host) and of its causes. */
export function* codesOf(error: unknown, depth = 0): Generator<string> {
  if (typeof error !== 'object' || error === null || depth > 4) return;
  const { code, errors, cause } = error as { code?: unknown; errors?: unknown[]; cause?: unknown };
  if (typeof code === 'string') yield code;
  for (const one of Array.isArray(errors) ? errors : []) yield* codesOf(one, depth + 1);
  yield* codesOf(cause, depth + 1);
}
