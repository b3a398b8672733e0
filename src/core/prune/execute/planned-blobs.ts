import type { ImagePrunePlan } from '../plan/plan.js';

/**
 * Tracks which planned images still need each planned blob. A blob that several planned images share is deleted with
 * the last of them, and kept if one of them is kept. Blobs are positions in the plan's blobs, images are image numbers.
 */
export class PlannedBlobs {
  /** By digest number: the position in the plan's blobs plus 1; 0 for blobs that are not planned. */
  private readonly positions: Int32Array;
  /** Number of unfinished planned images that have the blob. */
  private readonly owners: Int32Array;
  /** 1 if an image that is kept has the blob. */
  private readonly kept: Uint8Array;

  constructor(private readonly plan: ImagePrunePlan) {
    this.positions = new Int32Array(plan.snapshot.digests.size);
    plan.blobs.forEach((digest, position) => (this.positions[digest] = position + 1));
    this.owners = new Int32Array(plan.blobs.length);
    this.kept = new Uint8Array(plan.blobs.length);
    for (const image of plan.images) for (const blob of this.of(image)) this.owners[blob]!++;
  }

  /** Returns the planned blobs of an image without duplicates. */
  of(image: number): number[] {
    const { images } = this.plan.snapshot;
    const found = new Set<number>();
    const add = (digest: number): void => {
      const position = this.positions[digest]!;
      if (position > 0) found.add(position - 1);
    };
    add(images.name(image));
    images.eachNeed(image, add);
    return [...found];
  }

  /** True if only one unfinished planned image has the blob. */
  isExclusive(blob: number): boolean {
    return this.owners[blob] === 1;
  }

  /** Notes that an image is finished with a blob. @returns whether it was the last one */
  release(blob: number): boolean {
    return --this.owners[blob]! <= 0;
  }

  /** Notes that an image with this blob is kept. */
  keep(blob: number): void {
    this.kept[blob] = 1;
  }

  /** True if an image that is kept has the blob. */
  isKept(blob: number): boolean {
    return this.kept[blob] === 1;
  }
}
