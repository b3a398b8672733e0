import { isRecord } from '../../model/values/json.js';
import { withDefaults } from './defaults.js';

/**
 * True if two parsed Ignition configurations have the same meaning. The order of keys, empty values, defaults, the
 * case of GUIDs, and comments in units do not matter.
 * @param isUnknown true for a value that equals every other value (default: none)
 */
export function sameIgnition(a: unknown, b: unknown, isUnknown: (value: unknown) => boolean = () => false): boolean {
  return equal(normalized(a), normalized(b), isUnknown);
}

function equal(a: unknown, b: unknown, isUnknown: (value: unknown) => boolean): boolean {
  if (isUnknown(a) || isUnknown(b)) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => equal(item, b[index], isUnknown));
  if (!isRecord(a) || !isRecord(b)) return a === b;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => equal(a[key], b[key], isUnknown));
}

/** @param key of the value, or of the list that the value is in */
function normalized(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => normalized(item, key));
  if (typeof value === 'string') return normalizedText(value, key);
  if (!isRecord(value)) return value;
  const entries = Object.entries(value)
    .map(([name, each]) => [name, normalized(each, name)] as const)
    .filter(([, each]) => !isEmpty(each));
  return withDefaults(Object.fromEntries(entries), key);
}

function normalizedText(text: string, key: string): string {
  if (key === 'contents') return unitLines(text);
  return /^(?:guid|typeGuid)$/.test(key) ? text.toLowerCase() : text;
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
