import { usageError } from '../core/model/errors.js';

/** Checks a number of objects that a flag states. @throws RegadmError USAGE if it is negative or not exact */
export function checkCount(flag: string, value: number | undefined): void {
  if (value === undefined) return;
  if (value < 0) throw usageError(`--${flag} must be greater than or equal to 0`);
  if (!Number.isSafeInteger(value))
    throw usageError(`--${flag} must be less than or equal to ${Number.MAX_SAFE_INTEGER}`);
}
