import { indexParents, type IndexParents } from '../../../graph/held.js';
import type { LaterImages } from './later-images.js';

/** Indexes the blobs and children that images need that were created since the plan was computed. */
export class LaterNeeds {
  /** Indexes (image numbers) by the digest number of a child, of all images. */
  readonly parents: IndexParents;
  private readonly blobs = new Set<number>();
  private readonly children = new Set<number>();
  private parentsUpTo: number;
  private needsUpTo: number;
  private readonly replacedSeen = new Set<number>();

  constructor(private readonly images: LaterImages) {
    this.parents = indexParents({ images });
    this.parentsUpTo = this.needsUpTo = images.count;
  }

  /**
   * Adds the needs of new images.
   * @returns whether there are any
   */
  update(): boolean {
    const { images } = this;
    const hasMore = this.parentsUpTo < images.count;
    if (hasMore) {
      indexParents({ images }, this.parents, this.parentsUpTo);
      this.parentsUpTo = images.count;
    }
    for (; this.needsUpTo < images.count; this.needsUpTo++) this.addNeeds(this.needsUpTo);
    if (images.replaced.size > this.replacedSeen.size) this.addReplaced();
    return hasMore;
  }

  /** True if a later image needs this blob. */
  needsBlob(digest: number): boolean {
    return this.blobs.has(digest);
  }

  /** True if a later index names this image. */
  namesChild(digest: number): boolean {
    return this.children.has(digest);
  }

  private addReplaced(): void {
    for (const image of this.images.replaced) {
      if (!this.replacedSeen.has(image)) this.addNeeds(image);
      this.replacedSeen.add(image);
    }
  }

  private addNeeds(image: number): void {
    const { images, blobs } = this;
    blobs.add(images.name(image));
    images.eachBlob(image, (blob) => blobs.add(blob));
    images.eachChild(image, (child) => {
      this.children.add(child);
      blobs.add(child);
      const known = images.indexOf(child);
      if (known !== -1) images.eachBlob(known, (blob) => blobs.add(blob));
    });
  }
}
