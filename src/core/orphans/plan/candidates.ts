import type {
  Candidates,
  LinkCandidate,
  RepositoryRemoval,
  StorageSnapshot,
  StoredRepository,
} from '../../model/registry-storage.js';
import type { HardPruneRules } from './types.js';
import { childrenOf, imagesPulledFrom, type ClusterUsage } from './usage.js';

/**
 * Chooses the unused data, by the rules of the recorded cases. A repository without an image stream is deleted as a
 * whole. In other repositories, a manifest link is kept only if its image is in use *and* the stream lists it. Every
 * blob that is not in use is deleted.
 *
 * With the rules `safe`, the children of listed indexes keep their links, and a tag of another stream that names a
 * repository, as `oc tag` writes it, counts like one of its own stream. A repository is kept, too, if it has a link
 * whose name has another algorithm and is in use. Links without a manifest are deleted too if no Image object and no
 * image stream knows them: a prune of images leaves those of the children of removed indexes.
 */
export function chooseCandidates(snapshot: StorageSnapshot, usage: ClusterUsage, rules: HardPruneRules): Candidates {
  const repositories: RepositoryRemoval[] = [];
  const manifestLinks: Candidates['manifestLinks'] = [];
  for (const repository of snapshot.repositories) {
    const { name, manifests = [] } = repository;
    const unused = unusedLinks(repository, usage, rules);
    const isNeeded = unused.length < manifests.length || usage.linkingOthers.has(name);
    const isUsed = usage.streams.has(name) || (rules === 'safe' && isNeeded);
    if (isUsed) manifestLinks.push(...unused);
    else repositories.push({ name, reason: removalReason(name) });
  }
  return { repositories, manifestLinks, blobs: snapshot.blobs.filter((hex) => !usage.inUse.has(hex)) };
}

function removalReason(name: string): string {
  return name.split('/').length === 2
    ? 'its image stream does not exist'
    : 'its name cannot be that of an image stream';
}

function unusedLinks(
  { name, manifests = [] }: StoredRepository,
  usage: ClusterUsage,
  rules: HardPruneRules,
): LinkCandidate[] {
  const isSafe = rules === 'safe';
  const pulled = isSafe ? imagesPulledFrom(name, usage) : (usage.streams.get(name) ?? new Set<string>());
  const children = isSafe ? childrenOf(pulled, usage) : new Set<string>();
  return manifests
    .filter((hex) => !(usage.inUse.has(hex) && pulled.has(hex)) && !children.has(hex))
    .map((hex) => ({ repository: name, hex, evenDangling: isSafe && !pulled.has(hex) && !usage.images.has(hex) }));
}
