import type { ImagePrunePlan } from '../plan/plan.js';

/**
 * Groups the planned images: an index with the images that it names, the index first; everything else alone. Indexes
 * come first.
 * @returns positions in the plan's images
 */
export function groupImages({ images: planned, snapshot: { images } }: ImagePrunePlan): number[][] {
  const positions = new Map(planned.map((image, position) => [image, position]));
  const placed = new Set<number>();
  const place = (position: number): number[] => {
    if (placed.has(position)) return [];
    placed.add(position);
    const unit = [position];
    images.eachChild(planned[position]!, (child) => {
      const childPosition = positions.get(images.indexOf(child));
      if (childPosition !== undefined) unit.push(...place(childPosition));
    });
    return unit;
  };
  const all = [...planned.keys()];
  const indexes = all.filter((position) => images.isIndex(planned[position]!));
  return [...indexes, ...all].map(place).filter((unit) => unit.length > 0);
}
