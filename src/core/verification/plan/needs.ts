import { eachOfFamily, eachPart } from './family.js';
import type { Listed } from './listed.js';

/** An image to verify needs the digest. */
const NEEDED = 1;
/** An Image object, or the manifest of an image that has one, names the digest. */
const NAMED = 2;
/** An image that any tag item lists needs the digest. */
const LISTED = 4;

/** Which digests images need, by digest number. */
export class Needs {
  private readonly flags: Uint8Array;
  /** Number of distinct digests that the images to verify need, manifests included. */
  readonly blobs: number;
  /** Number of images to verify, children of image indexes included. */
  readonly images: number;
  /** Number of images that no stream lists, nor an index that a stream lists. */
  readonly unlisted: number;

  /** @param listed the images, after the manifests that their objects do not show were read */
  constructor(listed: Listed) {
    const { images, digests, streams } = listed.snapshot;
    this.flags = new Uint8Array(digests.size);
    const lost = lostImages(listed);
    for (let image = 0; image < images.count; image++)
      if (!lost.has(images.name(image))) this.mark(listed, images.name(image), NAMED);
    const checked = new Set<number>();
    for (const image of listed.images.keys())
      eachOfFamily(listed.snapshot, image, (member) => {
        checked.add(member);
        this.mark(listed, member, NEEDED);
      });
    const anywhere = new Set<number>();
    for (const { tags } of streams)
      for (const { items } of tags)
        for (const { image } of items)
          eachOfFamily(listed.snapshot, image, (member) => {
            if (anywhere.has(member)) return;
            anywhere.add(member);
            this.mark(listed, member, LISTED);
          });
    this.images = checked.size;
    this.blobs = this.flags.reduce((count, flags) => count + (flags & NEEDED), 0);
    let unlisted = 0;
    for (let image = 0; image < images.count; image++) if (!anywhere.has(images.name(image))) unlisted++;
    this.unlisted = unlisted;
  }

  /** Returns true if an image that any tag item lists needs a digest, whether or not it is to be verified. */
  isNeeded(digest: number): boolean {
    return ((this.flags[digest] ?? 0) & LISTED) !== 0;
  }

  /**
   * Returns true if an Image object, or an index that has one, names a digest. What only a listed image without an
   * Image object names is not named, but needed.
   */
  isNamed(digest: number): boolean {
    return ((this.flags[digest] ?? 0) & NAMED) !== 0;
  }

  private mark({ snapshot }: Listed, image: number, flag: number): void {
    const { images } = snapshot;
    this.flags[image]! |= flag;
    eachPart(snapshot, image, (blob) => (this.flags[blob]! |= flag));
    const index = images.indexOf(image);
    if (index !== -1) images.eachChild(index, (child) => (this.flags[child]! |= flag));
  }
}

/** Returns the listed images that have no Image object, and their children. */
function lostImages({ snapshot, withoutObject }: Listed): Set<number> {
  const lost = new Set<number>();
  for (const top of withoutObject) eachOfFamily(snapshot, top, (image) => void lost.add(image));
  return lost;
}
