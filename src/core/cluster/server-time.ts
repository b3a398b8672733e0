import type { ApiResponse } from './api.js';

/**
 * Maximum difference between clocks that count as equal, in ms. A larger one is only reported, because times are
 * compared with the API server's time.
 */
export const CLOCK_TOLERANCE_MS = 60_000;

/**
 * Returns the API server's clock, in ms since the epoch. The `Date` header has whole seconds.
 * @returns undefined when the response has no valid `Date` header
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.date
 */
export function serverTime({ headers }: Pick<ApiResponse, 'headers'>): number | undefined {
  const header = headers.date;
  const time = Date.parse(Array.isArray(header) ? (header[0] ?? '') : (header ?? ''));
  return Number.isNaN(time) ? undefined : time;
}
