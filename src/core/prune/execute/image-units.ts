import type { ImagePrunePlan } from '../plan/plan.js';

/**
 * Groups the planned images: an index with the images that it names, the index first; everything else alone. Indexes
 * come first.
 * @returns positions in the plan's images
 */
export function groupImages({ images: planned, snapshot: { images } }: ImagePrunePlan): number[][] {
  const positions = new Map(planned.map((image, position) => [image, position]));
  const placed = new Set<number>();
  const place = (first: number): number[] => {
    const unit: number[] = [];
    const add = (position: number | undefined): void => {
      if (position === undefined || placed.has(position)) return;
      placed.add(position);
      unit.push(position);
    };
    add(first);
    for (const position of unit)
      images.eachChild(planned[position]!, (child) => add(positions.get(images.indexOf(child))));
    return unit;
  };
  const all = [...planned.keys()];
  const indexes = all.filter((position) => images.isIndex(planned[position]!));
  return [...indexes, ...all].map(place).filter((unit) => unit.length > 0);
}
