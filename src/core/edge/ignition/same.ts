import { isDeepStrictEqual } from 'node:util';

/**
 * True when two parsed Ignition configurations mean the same: the order of keys, what is null or empty, and comments in units count for nothing.
 */
export function sameIgnition(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(meaning(a), meaning(b));
}

function meaning(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => meaning(item));
  if (typeof value === 'string') return key === 'contents' ? unitMeaning(value) : value;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .map(([name, each]) => [name, meaning(each, name)] as const)
    .filter(([, each]) => !isNothing(each));
  return Object.fromEntries(entries);
}

/** The lines of a unit that systemd reads. */
function unitMeaning(contents: string): string {
  return contents
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^[#;]/.test(line))
    .join('\n');
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}
