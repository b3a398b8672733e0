import type { Snapshot } from '../../model/table/snapshot.js';

/** A repository's links that go, as digest numbers in the order of their texts. */
export interface LinkPlan {
  layerLinks: number[];
  manifestLinks: number[];
}

/**
 * Links of a stream's repository that no remaining item needs.
 * @param removed digests of images whose items go, or went in a run that was interrupted
 * @param remaining digests of images that the stream goes on listing
 * @param withChildren beyond `oc`: what a listed index names keeps its links too
 */
export function planLinks(
  snapshot: Snapshot,
  removed: Iterable<number>,
  remaining: Iterable<number>,
  withChildren: boolean,
): LinkPlan {
  const { images, digests } = snapshot;
  const needed = neededBy(snapshot, remaining, withChildren);
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
  const sorted = (set: Set<number>): number[] => [...set].sort((a, b) => digests.compare(a, b));
  return { layerLinks: sorted(layers), manifestLinks: sorted(manifests) };
}

/** Every digest that images need in their repository: themselves, configs, layers, and with `withChildren` what their indexes name. */
export function neededBy({ images }: Snapshot, listed: Iterable<number>, withChildren: boolean): Set<number> {
  const needed = new Set<number>();
  const add = (digest: number): void => {
    if (needed.has(digest)) return;
    needed.add(digest);
    const image = images.indexOf(digest);
    if (image === -1) return;
    images.eachBlob(image, (blob) => needed.add(blob));
    if (withChildren) images.eachChild(image, add);
  };
  for (const digest of listed) add(digest);
  return needed;
}
