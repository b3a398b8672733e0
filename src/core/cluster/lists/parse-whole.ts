import type { Fields } from '../../model/kube.js';
import { MAX_KEPT_DEPTH, MAX_OPEN_LISTS } from './json-reader.js';

/**
 * Parses a page with `JSON.parse`. For the few pages of a small cluster, that is three times as fast as `readJson`,
 * which V8 has not compiled by then. Objects keep all fields, of which reducers read only the given ones. If a name
 * occurs twice, the last value counts, and only the depth of that one is checked.
 * @returns undefined if `readJson` has to decide: the text is not valid JSON, or a given field is nested too deeply
 */
export function parseWhole(bytes: Uint8Array, fields: Exclude<Fields, string>): unknown {
  const value = parse(bytes);
  return isShallow(value, fields, 0) ? value : undefined;
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Returns true unless `readJson` refuses the given fields of a value because of their depth. */
function isShallow(value: unknown, fields: Fields, lists: number): boolean {
  if (typeof value !== 'object' || value === null || fields === 'type') return true;
  if (fields === 'all') return isWithin(value, MAX_KEPT_DEPTH);
  if (Array.isArray(value)) {
    if (lists === MAX_OPEN_LISTS) return false;
    for (const entry of value) if (!isShallow(entry, fields, lists + 1)) return false;
    return true;
  }
  for (const name in fields)
    if (!isShallow((value as Record<string, unknown>)[name], fields[name]!, lists)) return false;
  return true;
}

/** Returns true if an object or a list has at most this number of levels. */
function isWithin(value: object, levels: number): boolean {
  if (levels === 0) return false;
  for (const below of Object.values(value) as unknown[])
    if (typeof below === 'object' && below !== null && !isWithin(below, levels - 1)) return false;
  return true;
}
