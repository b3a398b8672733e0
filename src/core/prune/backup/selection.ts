import type { ImagePrunePlan } from '../plan/plan.js';

/**
 * Returns the numbers of the images that a backup of a plan contains: those that are deleted, those that lose a tag
 * item or a link, and the children of all indexes among them.
 */
export function imagesToSave({ images: planned, streams, snapshot: { images } }: ImagePrunePlan): number[] {
  const found = new Set<number>(planned);
  const add = (digest: number): void => {
    const image = images.indexOf(digest);
    if (image !== -1 && images.hasDigestName(image)) found.add(image);
  };
  for (const { items, pending } of streams) {
    for (const { image } of items) add(image);
    for (const digest of pending) add(digest);
  }
  for (const image of found) images.eachChild(image, add);
  return [...found];
}

/** Returns the digest numbers of all blobs of images, manifests included, without duplicates. */
export function blobsOf({ snapshot: { images } }: ImagePrunePlan, chosen: readonly number[]): Set<number> {
  const blobs = new Set<number>();
  for (const image of chosen) {
    blobs.add(images.name(image));
    images.eachNeed(image, (blob) => blobs.add(blob));
  }
  return blobs;
}

/**
 * Returns the images that must be kept because an index that names them, or a child of theirs, was not saved, with
 * those that were not saved themselves. All are digest numbers.
 */
export function withRelatives(
  { snapshot: { images } }: ImagePrunePlan,
  chosen: readonly number[],
  unsaved: ReadonlyMap<number, string>,
): Map<number, string> {
  const all = new Map(unsaved);
  const indexes = chosen.filter((image) => images.isIndex(image));
  for (let count = -1; count !== all.size;) {
    count = all.size;
    for (const index of indexes) {
      const name = images.name(index);
      images.eachChild(index, (child) => {
        if (all.has(child) && !all.has(name)) all.set(name, 'an image that it names was not saved');
      });
      if (!all.has(name)) continue;
      images.eachChild(index, (child) => {
        if (!all.has(child)) all.set(child, 'an image index that names it was not saved');
      });
    }
  }
  return all;
}
