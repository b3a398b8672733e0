/** Maximum number of blobs that a message names. */
const NAMED = 3;

/**
 * Describes an image that was pushed while a run deleted blobs that it needs.
 * @param needed digests of these blobs
 * @param tag `NAMESPACE/STREAM:TAG`, if it is known
 */
export function describeLateImage(needed: readonly string[], tag?: string): string {
  const where = tag === undefined ? '' : ` to ${tag}`;
  const more = needed.length > NAMED ? ` and ${needed.length - NAMED} more` : '';
  const blobs = `blob ${needed.slice(0, NAMED).join(', ')}${more}`;
  return `pushed${where} during the run, and needs ${blobs}, which the run has deleted: push the image again`;
}
