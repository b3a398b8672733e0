import { isDigest } from './digest.js';

/**
 * Annotation of an image stream with the digests of images whose tag items a run removed and whose links it still has
 * to delete. The update that removes the items writes it, and it is removed once the links are deleted, so an
 * interrupted run can always be resumed.
 */
export const PENDING_ANNOTATION = 'regadm/pending';

/** Reads the digests in the annotation: separated by commas, without `sha256:`. Ignores anything else. */
export function readPending(annotations: Record<string, string> | undefined): string[] {
  const value = annotations?.[PENDING_ANNOTATION];
  if (!value) return [];
  return value
    .split(',')
    .map((part) => (part.includes(':') ? part : `sha256:${part}`))
    .filter(isDigest);
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
