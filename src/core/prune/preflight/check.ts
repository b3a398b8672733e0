import type { Check } from '../../model/check.js';
import type { ErrorCode } from '../../model/error-codes.js';
import { messageOf, RegadmError } from '../../model/errors.js';

export type PreflightName =
  'token' | 'permissions' | 'registry' | 'deletion' | 'mode' | 'clocks' | 'other pruners' | 'pull' | 'tags';

/**
 * Result of a check before the first deletion: `ok`; `failed`, which stops a confirmed run; `warning`, which does not;
 * `unknown`: it could not be checked, and `message` says why.
 */
export interface PreflightCheck extends Check<PreflightName> {
  /** The code of the error, if the check failed because the registry answered it. */
  code?: ErrorCode;
}

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
  const check: PreflightCheck = { name, status: 'failed', message: messageOf(error) };
  if (suggestions.length > 0) check.suggestions = suggestions;
  if (name === 'registry' && error instanceof RegadmError) check.code = error.code;
  return check;
}
