import type { Candidates, RepositoryRemoval, StorageSnapshot, StoredRepository } from '../../model/registry-storage.js';
import type { ClusterUsage, HardPruneRules } from './plan-types.js';

/**
 * Applies the recorded rules: a repository without image stream goes whole; in the others a manifest link goes unless
 * its image is in use *and* the stream lists it; every blob not in use goes.
 */
export function chooseCandidates(storage: StorageSnapshot, usage: ClusterUsage, rules: HardPruneRules): Candidates {
  const repositories: RepositoryRemoval[] = [];
  const manifestLinks: Candidates['manifestLinks'] = [];
  for (const repository of storage.repositories) {
    const listed = usage.streams.get(repository.name);
    if (!listed) repositories.push({ name: repository.name, reason: reasonToGo(repository.name) });
    else
      for (const hex of unlistedLinks(repository, listed, usage, rules))
        manifestLinks.push({ repository: repository.name, hex });
  }
  return { repositories, manifestLinks, blobs: storage.blobs.filter((hex) => !usage.inUse.has(hex)) };
}

function reasonToGo(name: string): string {
  return name.split('/').length === 2 ? 'its image stream does not exist' : 'its name is not that of an image stream';
}

function unlistedLinks(
  repository: StoredRepository,
  listed: Set<string>,
  usage: ClusterUsage,
  rules: HardPruneRules,
): string[] {
  const kept = rules === 'safe' ? childrenOf(listed, usage) : new Set<string>();
  return (repository.manifests ?? []).filter((hex) => !(usage.inUse.has(hex) && listed.has(hex)) && !kept.has(hex));
}

/** The children of the image indexes among `listed`, and theirs. The registry serves an index only with its children. */
export function childrenOf(listed: Iterable<string>, usage: Pick<ClusterUsage, 'children'>): Set<string> {
  const found = new Set<string>();
  const queue = [...listed];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    for (const child of usage.children.get(next) ?? []) {
      if (!found.has(child)) queue.push(child);
      found.add(child);
    }
  }
  return found;
}

/** Streams that list an image index some child of which they do not list: the registry's own pruner breaks such indexes. */
export function streamsWithUnlistedChildren(usage: ClusterUsage): string[] {
  const broken = [...usage.streams].filter(([, listed]) =>
    [...childrenOf(listed, usage)].some((child) => !listed.has(child)),
  );
  return broken.map(([name]) => name).sort();
}
