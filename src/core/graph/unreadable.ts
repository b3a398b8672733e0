import type { Failure } from '../model/document.js';
import { describeStreams } from '../model/names/describe-streams.js';
import { describeStreamKey } from '../model/table/invalid-name-warnings.js';
import type { ImageView, Snapshot, SnapshotView } from '../model/table/snapshot.js';
import { indexParents, type IndexParents } from './held.js';

/**
 * Returns the images that need an unreadable one, as digest numbers: itself, and the indexes that contain it. A stream
 * that lists one of them is not changed: its links could be those of the unreadable image.
 * @param parents the result of `indexParents`, if it is known
 * @returns the unreadable image (its number) for each
 */
export function needingUnreadable(images: ImageView, parents?: IndexParents): Map<number, number> {
  const found = new Map<number, number>();
  if (images.unreadable.size === 0) return found;
  for (const image of images.unreadable.keys()) found.set(images.name(image), image);
  const above = parents ?? indexParents({ images });
  for (const [digest, image] of found) {
    for (const parent of above.get(digest) ?? []) {
      const name = images.name(parent);
      if (!found.has(name)) found.set(name, image);
    }
  }
  return found;
}

/** Returns a description of the image streams that are not changed because of each unreadable image. */
export function placesOfUnreadable({ images, streams }: Pick<SnapshotView, 'images' | 'streams'>): Map<number, string> {
  const needing = needingUnreadable(images);
  const listing = new Map<number, Set<string>>([...images.unreadable.keys()].map((image) => [image, new Set()]));
  if (needing.size > 0) {
    for (const stream of streams) {
      for (const { items } of stream.tags) {
        for (const item of items) {
          const image = needing.get(item.image);
          if (image !== undefined) listing.get(image)!.add(describeStreamKey(stream));
        }
      }
    }
  }
  return new Map([...listing].map(([image, keys]) => [image, describeStreams([...keys])]));
}

/** Returns the unreadable images as failures, because objects are skipped because of them; with the remedy. */
export function unreadableFailures(snapshot: SnapshotView): Failure[] {
  const { images } = snapshot;
  if (images.unreadable.size === 0) return [];
  const places = placesOfUnreadable(snapshot);
  return [...images.unreadable].map(([image, problem]) => {
    const name = images.nameText(image);
    const where = places.get(image)!;
    return {
      target: `image ${name} (${where})`,
      message: `${problem}; the image streams that list it are not changed, and no image is deleted; delete the tags that list it, or the image, or pass --ignore-unreadable=${name} after you have looked at it`,
    };
  });
}

/**
 * Accepts unreadable images (`--ignore-unreadable`): they count as images without blobs.
 * @returns one warning for each
 */
export function acceptUnreadable(snapshot: Snapshot, names: readonly string[] = []): string[] {
  const { images } = snapshot;
  const accepted = names.map((name) => images.find(name)).filter((image) => images.unreadable.has(image));
  if (accepted.length === 0) return [];
  const places = placesOfUnreadable(snapshot);
  return accepted.map((image) => {
    const line = `image ${images.nameText(image)} (${places.get(image)}): ${images.unreadable.get(image)}; because of --ignore-unreadable, it counts as an image without layers`;
    images.unreadable.delete(image);
    return line;
  });
}
