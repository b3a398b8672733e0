import type { ImageStream, Snapshot } from '../model/table/snapshot.js';

/** Size of layers and configs as Image objects state it; they do not state the size of manifests. */
export interface SpaceOf {
  /** Images that its tag items list, and children of listed indexes. */
  images: number;
  tagItems: number;
  /** Bytes of all blobs that its images need, without duplicates. */
  bytes: number;
  /** The part of `bytes` that no other owner needs: deleting this owner would free it. */
  unique: number;
}

/** Owner number that means several owners. */
const SEVERAL = -1;

/** Measures owners one after the other, in one pass over their images and blobs. */
export class SpaceMeter {
  private readonly owners: SpaceOf[] = [];
  /** Number of the owner that counted a blob last, from 1; 0 for none. */
  private readonly lastOwner: Int32Array;
  /** Number of the owner that counted an image last, from 1; 0 for none. */
  private readonly lastOwnerOfImage: Int32Array;
  /** Number of the only owner of a blob, from 1; 0 for none, or SEVERAL. */
  private readonly onlyOwner: Int32Array;

  constructor(
    private readonly snapshot: Snapshot,
    private readonly sizes: Float64Array,
  ) {
    this.lastOwner = new Int32Array(sizes.length);
    this.onlyOwner = new Int32Array(sizes.length);
    this.lastOwnerOfImage = new Int32Array(snapshot.images.count);
  }

  /** Starts the next owner, to which later additions belong. */
  startOwner(): void {
    this.owners.push({ images: 0, tagItems: 0, bytes: 0, unique: 0 });
  }

  /** Adds the images that a stream lists; `onImage` is called for each image that is new to the owner. */
  addStream({ tags }: ImageStream, onImage?: (image: number) => void): void {
    const owner = this.owners.at(-1)!;
    for (const { items } of tags) {
      owner.tagItems += items.length;
      for (const item of items) {
        const image = this.snapshot.images.indexOf(item.image);
        if (image !== -1) this.addImage(image, onImage);
      }
    }
  }

  /** Adds an image with its blobs and the children of an index. */
  addImage(image: number, onImage?: (image: number) => void): void {
    const { images } = this.snapshot;
    const owner = this.owners.length;
    if (this.lastOwnerOfImage[image] === owner) return;
    this.lastOwnerOfImage[image] = owner;
    if (images.hasDigestName(image)) this.owners[owner - 1]!.images++;
    onImage?.(image);
    images.eachBlob(image, (blob) => this.addBlob(blob));
    images.eachChild(image, (digest) => {
      const child = images.indexOf(digest);
      if (child !== -1) this.addImage(child, onImage);
    });
  }

  /** Returns the owners in their order. Called once, at the end. */
  results(): SpaceOf[] {
    this.onlyOwner.forEach((owner, blob) => {
      if (owner > 0) this.owners[owner - 1]!.unique += this.sizes[blob]!;
    });
    return this.owners;
  }

  private addBlob(blob: number): void {
    const owner = this.owners.length;
    if (this.lastOwner[blob] === owner) return;
    this.lastOwner[blob] = owner;
    this.onlyOwner[blob] = this.onlyOwner[blob] === 0 ? owner : SEVERAL;
    this.owners[owner - 1]!.bytes += this.sizes[blob]!;
  }
}
