import { indexParents, type IndexParents } from '../graph/held.js';
import { isRepositoryName, type RepositoryName } from '../model/names/repository-name.js';
import type { SnapshotView } from '../model/table/snapshot.js';

/** The parts of a snapshot that state where images can be pulled from. */
type Listings = Pick<SnapshotView, 'images' | 'streams'>;

/**
 * Returns the repositories that each of these images can be pulled from: those of the image streams that list it, or an
 * index that contains it; without any, the one that it was pushed to.
 * @param wanted image numbers
 */
export function repositoriesListing(snapshot: Listings, wanted: readonly number[]): Map<number, Set<RepositoryName>> {
  const found = listingRepositories(snapshot, wanted);
  for (const [image, repositories] of found) {
    const home = repositories.size === 0 ? repositoryOf(snapshot.images.reference(image)) : undefined;
    if (home) repositories.add(home);
  }
  return found;
}

/**
 * Returns the repositories of the image streams that list each of these images, or an index that contains it.
 * @param wanted image numbers
 */
export function listingRepositories(snapshot: Listings, wanted: readonly number[]): Map<number, Set<RepositoryName>> {
  const { streams } = snapshot;
  const pulledAs = imagesPulledAs(snapshot, wanted);
  const found = new Map(wanted.map((image) => [image, new Set<RepositoryName>()]));
  for (const { repositoryName, tags } of streams) {
    if (!repositoryName) continue;
    for (const { items } of tags)
      for (const item of items)
        for (const image of pulledAs.get(item.image) ?? []) found.get(image)!.add(repositoryName);
  }
  return found;
}

/** Returns `namespace/name` of a reference to the registry. */
export function repositoryOf(reference: string): RepositoryName | undefined {
  const name = /^[^/]+\/([^/@:]+\/[^/@:]+)(?:@|:|$)/.exec(reference)?.[1];
  return name !== undefined && isRepositoryName(name) ? name : undefined;
}

/** Returns the images by the digest numbers under which tag items make them available. */
function imagesPulledAs(snapshot: Listings, wanted: readonly number[]): Map<number, number[]> {
  const parents = indexParents(snapshot);
  const pulledAs = new Map<number, number[]>();
  for (const image of wanted) {
    for (const digest of withIndexes(snapshot.images.name(image), snapshot, parents)) {
      const known = pulledAs.get(digest);
      if (known) known.push(image);
      else pulledAs.set(digest, [image]);
    }
  }
  return pulledAs;
}

/** Returns an image and the indexes that contain it, at any depth, as digest numbers. */
function withIndexes(digest: number, { images }: Listings, parents: IndexParents): Set<number> {
  const found = new Set([digest]);
  for (const one of found) for (const parent of parents.get(one) ?? []) found.add(images.name(parent));
  return found;
}
