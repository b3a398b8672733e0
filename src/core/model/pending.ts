import { isDigest } from './digest.js';

/**
 * On an image stream: the digests of the images whose items a run removed and whose links are still to go.
 * Written by the same update that removes the items, struck when the links are gone; so an interrupted run leaves nothing that nobody finds.
 */
export const PENDING_ANNOTATION = 'regadm/pending';

/** Digests in an annotation's value: separated by commas, `sha256:` left out. Anything else in it is passed over. */
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

/** An object's annotations may take 256 KiB in all: with 65 characters a digest, so many fit and leave half of the space to others. */
export const PENDING_LIMIT = 2000;
