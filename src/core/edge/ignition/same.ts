import { isDeepStrictEqual } from 'node:util';

/**
 * True if two parsed Ignition configurations have the same meaning. The order of keys, empty values and comments in
 * units do not matter.
 */
export function sameIgnition(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(normalized(a), normalized(b));
}

function normalized(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => normalized(item));
  if (typeof value === 'string') return key === 'contents' ? unitLines(value) : value;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .map(([name, each]) => [name, normalized(each, name)] as const)
    .filter(([, each]) => !isEmpty(each));
  return Object.fromEntries(entries);
}

/** Keeps the lines of a unit that systemd reads. */
function unitLines(contents: string): string {
  return contents
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^[#;]/.test(line))
    .join('\n');
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}
