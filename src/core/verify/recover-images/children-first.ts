import type { LostImage } from './types.js';

/** Returns images in an order in which the children of an index come before it. */
export function childrenFirst(images: readonly LostImage[]): LostImage[] {
  const ordered = new Set<LostImage>();
  const visit = (image: LostImage): void => {
    for (const child of image.children) if (!ordered.has(child)) visit(child);
    ordered.add(image);
  };
  for (const image of images) visit(image);
  return [...ordered];
}
