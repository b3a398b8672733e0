import { mapParallel } from '../../kit/parallel.js';
import { reduceWholeImage } from '../../model/image-manifest.js';
import type { Snapshot } from '../../model/table/snapshot.js';
import type { ClusterApi } from '../api.js';
import { getImage } from '../get-image.js';

/** Maximum concurrent requests for single images. */
const CONCURRENT_GETS = 16;

/**
 * Reads the images of tag items that are not in the list, because they can be newer than the list.
 * @throws as `getImage`
 */
export async function addMissingImages(
  api: ClusterApi,
  { images, digests, streams }: Snapshot,
  signal?: AbortSignal,
): Promise<void> {
  const missing = new Set<number>();
  for (const { tags } of streams) {
    for (const { items } of tags) for (const { image } of items) if (images.indexOf(image) === -1) missing.add(image);
  }
  // The API server has no image of another name that a prune would delete.
  const names = [...missing].filter((id) => digests.isDigest(id)).map((id) => digests.digest(id));
  const found = await mapParallel(names, CONCURRENT_GETS, (name) => getImage(api, name, signal));
  for (const object of found) if (object) images.add(reduceWholeImage(object));
}
