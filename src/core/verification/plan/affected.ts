import type { SnapshotView } from '../../model/table/snapshot.js';
import { eachOfFamily, eachPart } from './family.js';
import type { Listed, ListedRepository } from './listed.js';

/** What a prune has deleted. */
export interface Deleted {
  /** Repositories that lost tag items or links, as `namespace/name`. */
  readonly repositories: ReadonlySet<string>;
  /** Yields the deleted manifests and blobs, and everything that the deleted images name. */
  digests(): Iterable<string>;
}

/** Keeps only the images that share a repository or a blob with what was deleted. */
export function affectedBy<View extends SnapshotView>(listed: Listed<View>, deleted: Deleted): Listed<View> {
  const affected = new Set<number>();
  for (const { name, pushed, tagged } of listed.repositories.values())
    if (deleted.repositories.has(name)) for (const image of [...pushed, ...tagged]) affected.add(image);
  const gone = new Set<number>();
  for (const digest of deleted.digests()) gone.add(listed.snapshot.digests.find(digest));
  for (const image of listed.images.keys())
    if (!affected.has(image) && needsOneOf(listed.snapshot, image, gone)) affected.add(image);
  return only(listed, affected);
}

function needsOneOf(snapshot: SnapshotView, image: number, digests: ReadonlySet<number>): boolean {
  let isFound = false;
  eachOfFamily(snapshot, image, (member) => {
    isFound ||= digests.has(member);
    eachPart(snapshot, member, (blob) => (isFound ||= digests.has(blob)));
  });
  return isFound;
}

function only<View extends SnapshotView>(listed: Listed<View>, images: ReadonlySet<number>): Listed<View> {
  const keep = (some: ReadonlySet<number>): Set<number> => new Set([...some].filter((image) => images.has(image)));
  const repositories = new Map<string, ListedRepository>();
  for (const { name, pushed, tagged } of listed.repositories.values()) {
    const repository = { name, pushed: keep(pushed), tagged: keep(tagged) };
    if (repository.pushed.size + repository.tagged.size > 0) repositories.set(name, repository);
  }
  return {
    ...listed,
    repositories,
    images: new Map([...listed.images].filter(([image]) => images.has(image))),
    withoutObject: keep(listed.withoutObject),
  };
}
