import type { Snapshot } from '../model/table/snapshot.js';

/** Space of blobs by the age of the youngest image that needs them. */
export interface AgeSpace {
  /** Upper end in ms; Infinity for the oldest. */
  upTo: number;
  /** Images of that age. */
  images: number;
  bytes: number;
}

const DAY = 24 * 3_600_000;
/** Upper ends of the ages, in ms. */
export const AGES = [DAY, 7 * DAY, 30 * DAY, 90 * DAY, 180 * DAY, 365 * DAY, Infinity];

/**
 * Distributes images and blobs over ages. An image whose age is unknown counts as the oldest.
 * @param sizes the result of `storedSizes`
 * @param now ms since the epoch
 */
export function spaceByAge({ images }: Snapshot, sizes: Float64Array, now: number): AgeSpace[] {
  const ages = AGES.map((upTo) => ({ upTo, images: 0, bytes: 0 }));
  const youngest = new Float64Array(sizes.length).fill(Infinity);
  const ageOf = (age: number): AgeSpace => ages[AGES.findIndex((upTo) => age < upTo)] ?? ages.at(-1)!;
  for (let image = 0; image < images.count; image++) {
    const age = now - images.created(image);
    if (images.hasDigestName(image)) ageOf(age).images++;
    if (!images.managed(image)) continue;
    const known = Number.isNaN(age) ? Infinity : age;
    images.eachBlob(image, (blob) => (youngest[blob] = Math.min(youngest[blob]!, known)));
  }
  sizes.forEach((size, blob) => {
    if (size > 0) ageOf(youngest[blob]!).bytes += size;
  });
  return ages;
}
