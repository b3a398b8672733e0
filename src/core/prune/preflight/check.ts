import { messageOf, RegadmError } from '../../model/errors.js';

/** One thing that was looked at before anything is deleted, as the JSON document shows it. */
export interface PreflightCheck {
  check: CheckName;
  /** True also where something could not be checked; the message says so. */
  ok: boolean;
  message: string;
  suggestion?: string;
}

export type CheckName = 'token' | 'permissions' | 'registry' | 'deletion' | 'mode' | 'clocks' | 'other pruners';

/** What could not be looked at, and why that does not stop the run. */
export function notChecked(check: CheckName, why: string): PreflightCheck {
  return { check, ok: true, message: `not checked: ${why}` };
}

/** A check that failed with an error; its suggestions in one line. */
export function failedWith(check: CheckName, error: unknown): PreflightCheck {
  const suggestion = error instanceof RegadmError ? error.suggestions.join('; ') : '';
  return { check, ok: false, message: messageOf(error), ...(suggestion ? { suggestion } : {}) };
}
