import type { Reason } from '../../../graph/reason.js';
import type { LiveView } from './live-view.js';

/** An image that has appeared since the plan was computed, and needs blobs that were deleted. */
interface LateImage {
  /** Image number. */
  image: number;
  /** Digest numbers of the deleted blobs that it needs. */
  needed: number[];
}

/**
 * Finds the images that have appeared since the plan was computed and need one of these blobs (digest numbers).
 * @param more what images (image numbers) need besides what Image objects state
 */
export function findLateImages(
  view: LiveView,
  blobs: ReadonlySet<number>,
  more: ReadonlyMap<number, ReadonlySet<number>>,
): LateImage[] {
  view.learnImages();
  return view.needs.laterImagesThatNeed(blobs, more);
}

/** Returns the tag that lists an image, as `NAMESPACE/STREAM:TAG`; undefined if no known stream lists it. */
export function tagOfImage({ images, streams }: LiveView, image: number): string | undefined {
  const listing: Reason | undefined = streams.listingItem(images.name(image));
  return listing?.rule === 'tag-item' ? `${listing.stream}:${listing.tag}` : undefined;
}
