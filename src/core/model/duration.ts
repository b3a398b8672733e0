import { usageError } from './errors.js';

const UNIT_MS: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/**
 * Parses a duration in Go's form (`60m`, `1h30m`, `1.5h`, `0`, `-1m`).
 * @returns milliseconds, possibly negative; undefined when it is no duration
 * @see https://pkg.go.dev/time#ParseDuration
 */
export function parseDuration(text: string): number | undefined {
  const match = /^([+-]?)(.+)$/.exec(text);
  if (!match) return undefined;
  const [, sign, rest = ''] = match;
  if (rest === '0') return 0;
  const part = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y;
  let total = 0;
  let at = 0;
  while (at < rest.length) {
    part.lastIndex = at;
    const found = part.exec(rest);
    if (!found) return undefined;
    total += Number(found[1]) * (UNIT_MS[found[2]!] ?? 0);
    at = part.lastIndex;
  }
  return sign === '-' ? -total : total;
}

/**
 * The value of a duration flag.
 * @returns milliseconds, not negative
 * @throws RegadmError (USAGE) that names the flag
 */
export function durationFlag(flag: string, text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) {
    throw usageError(`invalid argument "${text}" for "--${flag}": not a duration`, [
      'write it as 60m, 96h, 1h30m or 0',
    ]);
  }
  if (ms < 0) throw usageError(`--${flag} must be greater than or equal to 0`);
  return ms;
}

/** The milliseconds of `--request-timeout`: a Go duration or whole seconds. @throws RegadmError (USAGE) */
export function requestTimeout(text: string): number {
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : parseDuration(text);
  if (ms === undefined || ms < 0) {
    throw usageError(`invalid argument "${text}" for "--request-timeout" flag: not a duration`, [
      'write it as 30s, 2m, or as seconds; 0 for the built-in limits',
    ]);
  }
  return ms;
}
