import type { Digest } from '../../model/digest.js';
import type { ImageEvidence } from './evidence.js';

/**
 * Returns for each image 0 if it has no children, and otherwise one more than the highest of its children. A digest
 * cannot be part of what it is computed from, so that no image contains itself.
 */
export function heightsOf(images: ReadonlyMap<Digest, ImageEvidence>): Map<Digest, number> {
  const heights = new Map<Digest, number>();
  const heightOf = (name: Digest): number => {
    const known = heights.get(name);
    if (known !== undefined) return known;
    heights.set(name, 0);
    const children = images.get(name)?.needs?.children ?? [];
    const height = children.reduce((highest, child) => Math.max(highest, heightOf(child) + 1), 0);
    heights.set(name, height);
    return height;
  };
  for (const name of images.keys()) heightOf(name);
  return heights;
}
