/** The objects that a plan file names, as keys: nothing else may be deleted. */
export interface NamedByPlan {
  /** Keys of tag items, see `toItemKey`. */
  readonly items: ReadonlySet<string>;
  /** Keys of tags that expire, see `toTagKey`. */
  readonly tags: ReadonlySet<string>;
  /** Keys of images, see `toImageKey`. */
  readonly images: ReadonlySet<string>;
}

/**
 * Returns the key of a tag item. Its creation time (ms since the epoch) distinguishes two items with the same image.
 */
export function toItemKey(item: { streamUid: string; tag: string; image: string; created: number }): string {
  return `${item.streamUid} ${item.tag} ${item.image} ${item.created}`;
}

/** Returns the key of a tag. */
export function toTagKey(tag: { streamUid: string; tag: string }): string {
  return `${tag.streamUid} ${tag.tag}`;
}

/** Returns the key of an Image object. */
export function toImageKey(name: string, uid: string): string {
  return `${name} ${uid}`;
}
