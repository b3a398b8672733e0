import type { SnapshotView } from '../../model/table/snapshot.js';

/**
 * Calls `take` once with an image and with each child below it: an index can contain indexes.
 * @param image digest number, as are those that `take` gets
 */
export function eachOfFamily(
  { images }: Pick<SnapshotView, 'images'>,
  image: number,
  take: (image: number) => void,
): void {
  const index = images.indexOf(image);
  if (index === -1 || !images.isIndex(index)) return take(image);
  const seen = new Set([image]);
  // A set yields what is added while it is iterated.
  for (const member of seen) {
    take(member);
    const at = images.indexOf(member);
    if (at !== -1) images.eachChild(at, (child) => void seen.add(child));
  }
}

/** Calls `take` once with the config and each layer of an image, with the role of each. @param image digest number */
export function eachPart(
  { images }: Pick<SnapshotView, 'images'>,
  image: number,
  take: (blob: number, role: 'config' | 'layer') => void,
): void {
  const index = images.indexOf(image);
  if (index === -1) return;
  const config = images.config(index);
  const seen = new Set<number>();
  images.eachNeed(index, (blob) => {
    if (seen.has(blob)) return;
    seen.add(blob);
    take(blob, blob === config ? 'config' : 'layer');
  });
}
