import { parseFlagDuration } from '../core/model/values/duration.js';
import { usageError } from '../core/model/errors.js';

/** Maximum delay of Node's timers, in ms: about 25 days. */
const MAX_TIMER_MS = 2 ** 31 - 1;

const TIMEOUT_FORM = 'write it as 30s, 10m or 2h';

function toMilliseconds(flag: string, text: string, form: string): number {
  const ms = parseFlagDuration(text);
  if (ms === undefined) throw usageError(`invalid argument "${text}" for "--${flag}": not a duration`, [form]);
  return ms;
}

/**
 * Converts the value of a flag that takes an age or a period.
 * @returns milliseconds, 0 or more
 * @throws RegadmError (USAGE) that names the flag
 */
export function durationFlag(flag: string, text: string): number {
  const ms = toMilliseconds(flag, text, 'write it as 60m, 96h, 7d, 1h30m or 0');
  if (ms < 0) throw usageError(`--${flag} must be greater than or equal to 0`);
  return ms;
}

/**
 * Converts the value of a flag that takes an age or a period, and is limited.
 * @param longest as it is written
 * @returns milliseconds, 0 or more
 * @throws RegadmError (USAGE) that names the flag
 */
export function limitedDurationFlag(flag: string, text: string, longest: string): number {
  const ms = durationFlag(flag, text);
  if (ms > parseFlagDuration(longest)!) throw usageError(`--${flag} must be at most ${longest}`);
  return ms;
}

/**
 * Converts the value of a flag that is a timeout.
 * @returns milliseconds, above 0 and at most what timers accept
 * @throws RegadmError (USAGE) that names the flag
 */
export function timeoutFlag(flag: string, text: string): number {
  const ms = toMilliseconds(flag, text, TIMEOUT_FORM);
  if (ms <= 0) throw usageError(`--${flag} must be above 0`, [TIMEOUT_FORM]);
  return Math.min(ms, MAX_TIMER_MS);
}

/**
 * Converts `--request-timeout`: a Go duration, or a number of seconds as in `oc`.
 * @returns milliseconds; 0 means the built-in limits
 * @throws RegadmError (USAGE)
 */
export function requestTimeoutFlag(text: string): number {
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : parseFlagDuration(text);
  if (ms === undefined || ms < 0) {
    throw usageError(`invalid argument "${text}" for "--request-timeout" flag: not a duration`, [
      'write it as 30s, 2m, or as seconds; 0 for the built-in limits',
    ]);
  }
  return Math.min(ms, MAX_TIMER_MS);
}
