import type { Check } from '../../model/check.js';
import { messageOf, RegadmError } from '../../model/errors.js';

export type PreflightName = 'token' | 'permissions' | 'registry' | 'deletion' | 'mode' | 'clocks' | 'other pruners';

/**
 * Result of a check before the first deletion: `ok`; `failed`, which stops a confirmed run; `warning`, which does not;
 * `unknown`: it could not be checked, and `message` says why.
 */
export type PreflightCheck = Check<PreflightName>;

/** Returns a check that passed. */
export function passed(name: PreflightName, message: string): PreflightCheck {
  return { name, status: 'ok', message };
}

/** Returns a check that could not be made, which does not stop the run. */
export function notChecked(name: PreflightName, why: string): PreflightCheck {
  return { name, status: 'unknown', message: why };
}

/** Returns a check that failed with an error, with the error's suggestions. */
export function failedWith(name: PreflightName, error: unknown): PreflightCheck {
  const suggestions = error instanceof RegadmError ? error.suggestions : [];
  return { name, status: 'failed', message: messageOf(error), ...(suggestions.length > 0 ? { suggestions } : {}) };
}
