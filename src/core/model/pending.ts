import { isDigest } from './digest.js';

/**
 * On an image stream: the digests of the images whose items a run removed and whose links are still to go.
 * The update that removes the items writes it, and it is removed once the links are deleted, so an interrupted run can
 * always be resumed.
 */
export const PENDING_ANNOTATION = 'regadm/pending';

/** Digests in an annotation's value: separated by commas, without `sha256:`. Anything else is ignored. */
export function readPending(annotations: Record<string, string> | undefined): string[] {
  const value = annotations?.[PENDING_ANNOTATION];
  if (!value) return [];
  return value
    .split(',')
    .map((part) => (part.includes(':') ? part : `sha256:${part}`))
    .filter(isDigest);
}

/** The annotation's value for these digests. */
export function writePending(digests: Iterable<string>): string {
  return [...digests].map((digest) => digest.replace(/^sha256:/, '')).join(',');
}

/**
 * Maximum digests in the annotation. Annotations of an object are limited to 256 KiB; at 65 characters per digest, this
 * leaves half of that to others.
 */
export const PENDING_LIMIT = 2000;
