import { isForbidden, type ApiError } from '../cluster/api-error.js';
import type { Check, CheckStatus } from '../model/check.js';
import { messageOf, RegadmError } from '../model/errors.js';

/** Returns a function that builds checks of one name. */
export function about(name: string) {
  return (status: CheckStatus, message: string, ...suggestions: string[]): Check => ({
    name,
    status,
    message,
    ...(suggestions.length > 0 ? { suggestions } : {}),
  });
}

/** Runs checks; an error becomes a check of that name with the status `otherwise`. */
export async function look(name: string, otherwise: CheckStatus, read: () => Promise<Check[]>): Promise<Check[]> {
  try {
    return await read();
  } catch (error) {
    const suggestions = error instanceof RegadmError ? error.suggestions : [];
    return [about(name)(otherwise, messageOf(error), ...suggestions)];
  }
}

/** Describes an error. Pruning does not need this permission, so the full 403 message would cause needless alarm. */
export function unseen(error: unknown): string {
  const step = isForbidden(error) ? (error as ApiError).step : undefined;
  return step === undefined ? messageOf(error) : step.replace(/^cannot /, 'this user may not ');
}
