import { durationFlag } from '../core/model/duration.js';
import { usageError } from '../core/model/errors.js';

/** The longest that Node's timers can wait: about 25 days. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * The value of a flag that says how long something is waited for.
 * @returns milliseconds, above 0
 * @throws RegadmError (USAGE) that names the flag
 */
export function timeoutFlag(flag: string, text: string): number {
  const ms = durationFlag(flag, text);
  if (ms === 0) throw usageError(`--${flag} must be above 0`, ['write it as 30s, 10m or 2h']);
  return Math.min(ms, LONGEST_MS);
}
