import { forEachParallel } from '../../kit/parallel.js';
import type { Digest } from '../../model/digest.js';
import type { RepositoryName } from '../../model/names/repository-name.js';
import { repositoryIn } from '../plan/targets.js';
import type { ListedImages } from '../ports.js';
import type { GatherInput } from './input.js';
import { imageObject } from './list-images.js';
import { needsIn, readPushedNeeds, type Needs } from './needs.js';
import type { Selection } from './read-backup.js';

/** What is known when the registry is asked. */
interface Known {
  needs: Needs;
  selected: Selection;
  listed: ListedImages;
}

/** Maximum concurrent requests for manifests. */
const CONCURRENCY = 4;

/**
 * Reads from the registry the manifests that the backup does not have, with the children of indexes: a backup of
 * `--prune-registry=false` has only API objects.
 * @returns the children that were not known before
 */
export async function addPushedNeeds(
  { ports, registry, assertReadable }: GatherInput,
  known: Known,
  signal: AbortSignal,
): Promise<Set<Digest>> {
  const added = new Set<Digest>();
  const { needs } = known;
  const isOpen = ([name]: [Digest, unknown]): boolean => needs.get(name) === 'missing';
  for (let places = new Map([...placesOf(known)].filter(isOpen)); places.size > 0;) {
    await assertReadable([...new Set([...places.values()].flat())]);
    const opened = await registry();
    const children = new Map<Digest, RepositoryName[]>();
    await forEachParallel(places, { concurrency: CONCURRENCY }, async ([name, repositories]) => {
      const read = await readPushedNeeds(opened, { name, repositories }, signal);
      needs.set(name, read);
      for (const child of needsIn(read)?.children ?? []) if (!needs.has(child)) children.set(child, repositories);
    });
    for (const child of children.keys()) {
      added.add(child);
      const object = await ports.cluster.findImage(child);
      if (object) known.listed.images.set(child, imageObject(object));
    }
    places = children;
  }
  return added;
}

/** Returns the repositories in which the manifest of each image can be. */
function placesOf({ selected: { images, items }, listed }: Known): Map<Digest, RepositoryName[]> {
  const places = new Map<Digest, Set<RepositoryName>>();
  const add = (name: Digest, repository: RepositoryName | undefined): void => {
    if (repository) places.set(name, (places.get(name) ?? new Set()).add(repository));
  };
  for (const name of new Set([...images.keys(), ...listed.images.keys()])) {
    const facts = images.get(name) ?? listed.images.get(name);
    if (facts?.managed) add(name, repositoryIn(facts.reference));
  }
  for (const { stream, item } of items) if (places.has(item.image)) add(item.image, stream);
  return new Map([...places].map(([name, repositories]) => [name, [...repositories]]));
}
