import type { ApiResponse } from './api.js';

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
