import type { SnapshotView } from '../../model/table/snapshot.js';
import { sortDigests } from '../../model/table/sort-digests.js';

/** Links to delete in a repository: digest numbers in the order of their texts. */
interface LinkPlan {
  readonly layerLinks: readonly number[];
  readonly manifestLinks: readonly number[];
}

/** The tag items of a stream before and after its update, as digests of images. */
interface StreamItems {
  /** Items that are removed, or that an interrupted run has removed. */
  removed: Iterable<number>;
  /** Items that the stream continues to list, and what tags of other streams pull from its repository. */
  remaining: Iterable<number>;
  /** Beyond `oc`: the children of a remaining index keep their links, too. */
  includeChildren: boolean;
}

/** Plans the deletion of links in a stream's repository that no remaining item needs. */
export function planLinks(
  snapshot: Pick<SnapshotView, 'images' | 'digests'>,
  { removed, remaining, includeChildren }: StreamItems,
): LinkPlan {
  const { images, digests } = snapshot;
  const needed = neededDigests(snapshot, remaining, includeChildren);
  const layers = new Set<number>();
  const manifests = new Set<number>();
  for (const digest of removed) {
    const image = images.indexOf(digest);
    if (image === -1) continue;
    images.eachBlob(image, (blob) => {
      if (!needed.has(blob)) layers.add(blob);
    });
    if (!needed.has(digest)) manifests.add(digest);
  }
  const sorted = (set: Set<number>): readonly number[] => Object.freeze(sortDigests([...set], digests));
  return { layerLinks: sorted(layers), manifestLinks: sorted(manifests) };
}

/**
 * Returns all digests that images need in their repository: their manifests, configs and layers, and those of children
 * if requested.
 */
export function neededDigests(
  { images }: Pick<SnapshotView, 'images'>,
  listed: Iterable<number>,
  includeChildren: boolean,
): Set<number> {
  const needed = new Set<number>();
  // Apart from the blobs, so that an image whose digest is that of a blob is included, too.
  const manifests = new Set(listed);
  for (const digest of manifests) {
    needed.add(digest);
    const image = images.indexOf(digest);
    if (image === -1) continue;
    images.eachNeed(image, (blob) => needed.add(blob));
    if (includeChildren) images.eachChild(image, (child) => manifests.add(child));
  }
  return needed;
}
