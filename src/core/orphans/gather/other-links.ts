import { sha256Hex } from '../../model/digest.js';
import type { Storage } from '../../storage/storage.js';
import type { LinkFile } from '../../storage/trash.js';
import type { ClusterUsage } from '../plan/usage.js';
import { ManifestReading } from './manifest-reading.js';

/** Links whose names are not the digests that they contain. */
interface OtherLinks {
  inPlace: readonly LinkFile[];
  /** Those that regadm has removed, as it has recorded them. */
  removed: readonly LinkFile[];
}

/** Where links and manifests are read. */
export interface OtherLinkPorts {
  storage: Pick<Storage, 'trash'>;
  /** Reads manifests, those in the trash too. */
  manifests: Pick<Storage, 'readBlob'>;
  /** Reads the links that regadm has removed and recorded. Called only if an image names another algorithm. */
  removedLinks?(): Promise<readonly LinkFile[]>;
  signal: AbortSignal;
}

/** Counts the names by other algorithms that are known. If there are more later, the links must be read again. */
export function countOtherNames({ otherDigests, otherChildren }: ClusterUsage): number {
  return [...otherChildren.values()].reduce((sum, { size }) => sum + size, otherDigests.size);
}

/**
 * Reads the links of a storage for those whose names have another algorithm, and adds what images use through them.
 * Reads nothing if no image names such a digest.
 * @throws RegadmError STORAGE_UNREADABLE, IMAGE_UNREADABLE
 */
export async function readOtherLinks(
  { storage, manifests, removedLinks, signal }: OtherLinkPorts,
  usage: ClusterUsage,
): Promise<void> {
  if (usage.otherDigests.size === 0) return;
  const inPlace: LinkFile[] = [];
  // Manifests of children can name more such digests.
  const mayNameMore = usage.otherChildren.size > 0;
  const onLink = (link: LinkFile): void => {
    const isOther = !link.path.startsWith('sha256:');
    if ((mayNameMore && isOther) || usage.otherDigests.has(link.path)) inPlace.push({ ...link });
  };
  await storage.trash().walkLinks({ onLink, signal });
  await addOtherLinks({ manifests, signal }, usage, { inPlace, removed: (await removedLinks?.()) ?? [] });
}

/**
 * Adds to the usage the blobs to which links with names in use lead, and the repositories that have these links:
 * nothing else in the storage states which blob such a name means. Adds also what the children of image indexes name
 * that such links lead to.
 * @throws RegadmError IMAGE_UNREADABLE if a child exists but cannot be read
 */
export async function addOtherLinks(
  { manifests, signal }: Pick<OtherLinkPorts, 'manifests' | 'signal'>,
  usage: ClusterUsage,
  { inPlace, removed }: OtherLinks,
): Promise<void> {
  const reading = new ManifestReading(manifests, usage, signal);
  for (;;) {
    for (const link of removed) useLinked(usage, link);
    for (const link of inPlace) if (useLinked(usage, link)) usage.linkingOthers.add(link.repository);
    const indexes = addLinkedChildren(usage, [...inPlace, ...removed]);
    if (indexes.length === 0) return;
    await reading.addChildren(indexes);
  }
}

/** Adds the blob that a link leads to. @returns false if no image names the link */
function useLinked({ inUse, otherDigests }: ClusterUsage, { path, digest }: LinkFile): boolean {
  const image = otherDigests.get(path);
  const hex = sha256Hex(digest);
  if (image === undefined || hex === undefined) return false;
  if (!inUse.has(hex)) inUse.set(hex, image);
  return true;
}

/** Adds the manifests to which links lead to the children of image indexes. @returns the indexes that got more */
function addLinkedChildren({ children, otherChildren }: ClusterUsage, links: readonly LinkFile[]): string[] {
  if (otherChildren.size === 0) return [];
  const blobs = new Map<string, string[]>();
  for (const { path, digest } of links) {
    const hex = sha256Hex(digest);
    if (hex !== undefined) blobs.set(path, [...(blobs.get(path) ?? []), hex]);
  }
  const changed: string[] = [];
  for (const [index, names] of otherChildren) {
    const known = new Set(children.get(index));
    const before = known.size;
    for (const name of names) for (const hex of blobs.get(name) ?? []) known.add(hex);
    if (known.size === before) continue;
    children.set(index, [...known]);
    changed.push(index);
  }
  return changed;
}
