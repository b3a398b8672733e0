import type { Reason } from '../../../graph/reason.js';
import type { LiveView } from './live-view.js';

/** An image that has appeared since the plan was computed, and needs blobs that were deleted. */
interface LateImage {
  name: string;
  /** Digests of the deleted blobs that it needs. */
  needed: string[];
  /** The tag item that lists it, as a reason; absent if no known stream does. */
  listing?: Reason;
}

/** Finds the images that have appeared since the plan was computed and need one of these blobs (digest numbers). */
export function findLateImages(view: LiveView, blobs: ReadonlySet<number>): LateImage[] {
  view.learnImages();
  const { images, needs, digests, streams } = view;
  return needs.laterImagesThatNeed(blobs).map(({ image, needed }) => ({
    name: images.nameText(image),
    needed: needed.map((blob) => digests.text(blob)),
    listing: streams.listingItem(images.name(image)),
  }));
}
