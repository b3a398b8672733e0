import type { Storage } from '../../storage/storage.js';
import type { LinkFile } from '../../storage/trash.js';
import { sha256Hex } from '../../model/digest.js';
import type { ClusterUsage } from '../plan/usage.js';

/**
 * Reads the links of a storage for those whose names have another algorithm and are in use, and adds the blobs that
 * they lead to. Reads nothing if no image names such a digest.
 * @throws RegadmError STORAGE_UNREADABLE
 */
export async function readOtherLinks(
  storage: Pick<Storage, 'trash'>,
  usage: ClusterUsage,
  signal: AbortSignal,
): Promise<void> {
  if (usage.otherDigests.size === 0) return;
  const links: LinkFile[] = [];
  const onLink = (link: LinkFile): void => {
    if (usage.otherDigests.has(link.path)) links.push({ ...link });
  };
  await storage.trash().walkLinks({ onLink, signal });
  addOtherLinks(usage, links);
}

/**
 * Adds to the usage the blobs to which links with names in use lead, and the repositories that have these links:
 * nothing else in the storage states which blob such a name means.
 */
export function addOtherLinks(usage: ClusterUsage, links: readonly LinkFile[]): void {
  for (const { repository, path, digest } of links) {
    const image = usage.otherDigests.get(path);
    const hex = sha256Hex(digest);
    if (image === undefined || hex === undefined) continue;
    if (!usage.inUse.has(hex)) usage.inUse.set(hex, image);
    usage.linkingOthers.add(repository);
  }
}
