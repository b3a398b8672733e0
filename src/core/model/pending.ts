import { parseDigest, type Digest } from './digest.js';
import { quote } from './names/quote.js';

/**
 * Annotation of an image stream with the digests of images whose tag items a run removed and whose links it still has
 * to delete. The update that removes the items writes it, and it is removed once the links are deleted, so an
 * interrupted run can always be resumed.
 */
export const PENDING_ANNOTATION = 'regadm/pending';

/** What the annotation says. Everyone who can edit the stream can write it. */
interface Pending {
  digests: Digest[];
  /** What is wrong with the annotation, which is ignored for the rest; undefined if nothing is. */
  problem?: string;
}

/**
 * Reads the annotation: digests separated by commas, without `sha256:`. Never throws; the number of digests is limited.
 */
export function readPending(annotations: Record<string, string> | undefined): Pending {
  const value: unknown = annotations?.[PENDING_ANNOTATION];
  if (value === undefined || value === null || value === '') return { digests: [] };
  if (typeof value !== 'string') return { digests: [], problem: 'it is not a string' };
  const digests = new Set<Digest>();
  const others: string[] = [];
  for (const part of value.split(',')) {
    const digest = parseDigest(part.includes(':') ? part : `sha256:${part}`);
    if (!digest) others.push(part);
    else if (digests.size < PENDING_LIMIT) digests.add(digest);
    else others.push(part);
  }
  return { digests: [...digests], problem: problemWith(others) };
}

function problemWith([first, ...others]: string[]): string | undefined {
  if (first === undefined) return undefined;
  const reason = `is not a digest, or one of more than ${PENDING_LIMIT}`;
  return `${quote(first)}${others.length > 0 ? ` and ${others.length} more` : ''} ${reason}`;
}

/** Writes digests as the value of the annotation. */
export function writePending(digests: Iterable<string>): string {
  return [...digests].map((digest) => digest.replace(/^sha256:/, '')).join(',');
}

/**
 * Maximum digests in the annotation. Annotations of an object are limited to 256 KiB; at 65 characters per digest, this
 * leaves half of that to others.
 */
export const PENDING_LIMIT = 2000;
