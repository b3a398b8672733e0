import { specVersion, type SpecTag } from '../model/spec-tag.js';

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

/** Returns the key of a tag, with the version of its entry in the spec of its stream. */
export function toTagKey(stream: { uid: string; specTags?: readonly SpecTag[] }, tag: string): string {
  return tagKey(stream.uid, tag, specVersion(stream, tag));
}

/** Returns the key of a tag whose entry in the spec has this version; undefined: the spec does not have the tag. */
export function tagKey(streamUid: string, tag: string, version: string | undefined): string {
  return `${streamUid} ${tag} ${version ?? ''}`;
}

/** Returns the key of an Image object. */
export function toImageKey(name: string, uid: string): string {
  return `${name} ${uid}`;
}
