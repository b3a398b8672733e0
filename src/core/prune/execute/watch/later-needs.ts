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
  private readonly firstLater: number;

  constructor(private readonly images: LaterImages) {
    this.parents = indexParents({ images });
    this.firstLater = this.parentsUpTo = this.needsUpTo = images.count;
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

  /**
   * Finds the later images (image numbers) that need one of these blobs, with those that they need.
   * @param more what images need besides what Image objects state
   */
  laterImagesThatNeed(
    blobs: ReadonlySet<number>,
    more: ReadonlyMap<number, ReadonlySet<number>>,
  ): { image: number; needed: number[] }[] {
    return [...this.later(), ...this.images.replaced]
      .map((image) => {
        const needs = new Set([...this.needsOf(image), ...(more.get(image) ?? [])]);
        return { image, needed: [...needs].filter((blob) => blobs.has(blob)) };
      })
      .filter(({ needed }) => needed.length > 0);
  }

  /**
   * Finds the later images (image numbers) that need more than Image objects state: their own object does not state the
   * blobs, or a child has none. With the manifests (digest numbers) that state it.
   */
  laterImagesWithoutBlobs(): { image: number; manifests: number[] }[] {
    return this.later()
      .map((image) => ({ image, manifests: this.unstatedBy(image) }))
      .filter(({ manifests }) => manifests.length > 0);
  }

  private later(): number[] {
    return Array.from({ length: this.images.count - this.firstLater }, (_, at) => this.firstLater + at);
  }

  private unstatedBy(image: number): number[] {
    const { images } = this;
    if (images.unreadable.has(image) || images.gaps.possible.has(image)) return [images.name(image)];
    const unstated: number[] = [];
    images.eachChild(image, (child) => {
      const known = images.indexOf(child);
      if (known === -1 || images.unreadable.has(known)) unstated.push(child);
    });
    return unstated;
  }

  private addNeeds(image: number): void {
    this.images.eachChild(image, (child) => this.children.add(child));
    for (const blob of this.needsOf(image)) this.blobs.add(blob);
  }

  /** Returns the manifest, the config and the layers of an image; of an index also those of its children. */
  private needsOf(image: number): Set<number> {
    const { images } = this;
    const needs = new Set([images.name(image)]);
    images.eachNeed(image, (blob) => needs.add(blob));
    images.eachChild(image, (child) => {
      needs.add(child);
      const known = images.indexOf(child);
      if (known !== -1) images.eachNeed(known, (blob) => needs.add(blob));
    });
    return needs;
  }
}
