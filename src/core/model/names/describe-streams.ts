/** Maximum number of image streams that a message names. */
const LISTED = 3;

/**
 * Describes which image streams list an image, so that its owner can be found: `in image stream NS/A, NS/B and 2 more`.
 * @param keys `namespace/name`, quoted if they are not valid
 */
export function describeStreams(keys: readonly string[]): string {
  if (keys.length === 0) return 'in no image stream';
  const more = keys.length > LISTED ? ` and ${keys.length - LISTED} more` : '';
  return `in image stream ${keys.slice(0, LISTED).join(', ')}${more}`;
}
