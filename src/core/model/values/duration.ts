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

/** Units of flags: those of Go and days. */
const FLAG_UNIT_MS: Record<string, number> = { ...UNIT_MS, d: 24 * 3_600_000 };

/**
 * Parses a duration in Go's notation (`60m`, `1h30m`, `1.5h`, `0`, `-1m`).
 * @returns milliseconds, possibly negative; undefined when it is not a duration
 * @see https://pkg.go.dev/time#ParseDuration
 */
export function parseDuration(text: string): number | undefined {
  return parseWith(UNIT_MS, text);
}

/** Parses a duration as flags accept it: Go's notation, and days of 24 hours (`7d`, `1d12h`). Returns as above. */
export function parseFlagDuration(text: string): number | undefined {
  return parseWith(FLAG_UNIT_MS, text);
}

function parseWith(units: Record<string, number>, text: string): number | undefined {
  const match = /^([+-]?)(.+)$/.exec(text);
  if (!match) return undefined;
  const [, sign, rest = ''] = match;
  if (rest === '0') return 0;
  const part = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h|d)/y;
  let total = 0;
  let at = 0;
  while (at < rest.length) {
    part.lastIndex = at;
    const found = part.exec(rest);
    const unit = found ? units[found[2]!] : undefined;
    if (found === null || unit === undefined) return undefined;
    total += Number(found[1]) * unit;
    at = part.lastIndex;
  }
  return sign === '-' ? -total : total;
}
