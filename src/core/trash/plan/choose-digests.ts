import { RegadmError, usageError } from '../../model/errors.js';

/** Minimum number of digits of a shortened digest. */
const MIN_DIGITS = 4;

/**
 * Checks a digest that a user wrote: whole or shortened, with or without `sha256:`.
 * @returns its hexadecimal digits
 * @throws RegadmError USAGE
 */
export function parseShortDigest(text: string): string {
  const digits = /^(?:sha256:)?([0-9a-f]{1,64})$/.exec(text)?.[1] ?? '';
  if (digits.length >= MIN_DIGITS) return digits;
  throw usageError(`invalid argument ${JSON.stringify(text)}: not the digest of a blob`, [
    `write it as sha256:0123456789ab…, with at least ${MIN_DIGITS} digits`,
  ]);
}

/**
 * Finds the blobs that a user means.
 * @param written as `parseShortDigest` returns them
 * @param known the blobs to choose from, as hex
 * @returns each of them once
 * @throws RegadmError NOT_FOUND, AMBIGUOUS
 */
export function chooseDigests(written: readonly string[], known: ReadonlySet<string>): string[] {
  const chosen = new Set<string>();
  for (const digits of written) {
    const found = known.has(digits) ? [digits] : [...known].filter((hex) => hex.startsWith(digits)).sort();
    const [first, second] = found;
    if (first === undefined)
      throw new RegadmError(`the trash has no blob sha256:${digits}`, {
        code: 'NOT_FOUND',
        suggestions: ['list what the trash has: regadm trash list', 'nothing was changed'],
      });
    if (second !== undefined)
      throw new RegadmError(
        `sha256:${digits} is the beginning of ${found.length} digests: ${found
          .slice(0, NAMED)
          .map((hex) => `sha256:${hex}`)
          .join(', ')}`,
        { code: 'AMBIGUOUS', suggestions: ['write more digits; nothing was changed'] },
      );
    chosen.add(first);
  }
  return [...chosen];
}

/** Maximum number of digests that an error names. */
const NAMED = 3;
