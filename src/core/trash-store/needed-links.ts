import { childrenOf, imagesPulledFrom, type ClusterUsage } from '../orphans/plan/usage.js';
import type { LinkFile } from '../storage/trash.js';

/**
 * Chooses the removed links that are needed now: a push that had not ended when they were removed has ended, or a tag
 * lists the image again. The registry serves a manifest only through its link. A link whose name has another algorithm
 * is needed if any image names that: nothing else states which blob it means.
 * @param removed by the hex of the blob that they lead to
 */
export function neededLinks(removed: ReadonlyMap<string, readonly LinkFile[]>, usage: ClusterUsage): LinkFile[] {
  const pulled = new Map<string, ReadonlySet<string>>();
  const manifestsOf = (repository: string): ReadonlySet<string> => {
    const known = pulled.get(repository);
    if (known) return known;
    const listed = imagesPulledFrom(repository, usage);
    const all = new Set([...listed, ...childrenOf(listed, usage)]);
    pulled.set(repository, all);
    return all;
  };
  const isUsed = (repository: string): boolean => usage.streams.has(repository) || usage.sources.has(repository);
  const needed: LinkFile[] = [];
  for (const [hex, links] of removed)
    for (const link of links)
      if (
        manifestsOf(link.repository).has(hex) ||
        usage.otherDigests.has(link.path) ||
        (link.kind === 'layer' && isUsed(link.repository) && usage.inUse.has(hex))
      )
        needed.push(link);
  return needed;
}
