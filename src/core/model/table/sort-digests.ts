import type { DigestTable } from './digest-table.js';

/** Number of digests that can be sorted by number: the first word and the position of each fit into 53 bits. */
const MAX_KEYS = 2 ** 21;

/**
 * Returns digests in the order of their texts. Sorts numbers that begin with the first word of a digest, which takes
 * half as long as comparing digests; those with the same first word, which tenants can choose, are compared.
 */
export function sortDigests(ids: readonly number[], digests: Pick<DigestTable, 'compare' | 'firstWord'>): number[] {
  const compare = (a: number, b: number): number => digests.compare(a, b);
  const keys = new Float64Array(ids.length);
  for (let at = 0; at < ids.length; at++) keys[at] = digests.firstWord(ids[at]!) * MAX_KEYS + at;
  if (ids.length > MAX_KEYS || keys.some(Number.isNaN)) return [...ids].sort(compare);
  keys.sort();
  const sorted = ids.map((_, at) => ids[keys[at]! % MAX_KEYS]!);
  const wordAt = (at: number): number => Math.floor(keys[at]! / MAX_KEYS);
  for (let from = 0, to = 1; from < sorted.length; from = to++) {
    while (to < sorted.length && wordAt(to) === wordAt(from)) to++;
    if (to - from > 1)
      sorted
        .slice(from, to)
        .sort(compare)
        .forEach((id, at) => (sorted[from + at] = id));
  }
  return sorted;
}
