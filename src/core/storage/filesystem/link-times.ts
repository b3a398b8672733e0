import { forEachParallel } from '../../kit/parallel.js';
import type { Digest } from '../../model/digest.js';
import type { BlobFacts, StoredRepository } from '../../model/registry-storage.js';
import { PARALLEL, namesIn, statOf } from './files.js';
import type { RecentLinks } from '../storage.js';
import { HEX, hexOf, layerLinks, manifestLinks } from '../layout.js';
import { listRepositories } from './list.js';

/**
 * Returns when a link was last written, in ms since the epoch; 0 if it does not exist.
 * @param directory the links of a repository
 */
export async function linkWrittenAt(directory: string, hex: string): Promise<number> {
  return (await statOf(`${directory}/${hex}/link`))?.mtimeMs ?? 0;
}

/**
 * Adds to blobs when a repository last got a link to them. If a push reuses a blob, the registry writes only the link.
 */
export async function addLinkTimes(
  root: string,
  repositories: readonly StoredRepository[],
  blobs: ReadonlyMap<string, BlobFacts>,
): Promise<void> {
  if (blobs.size === 0) return;
  await forEachLinkTime(root, repositories, { isWanted: (hex) => blobs.has(hex) }, (hex, writtenAt) => {
    const blob = blobs.get(hex)!;
    blob.linkedAt = Math.max(blob.linkedAt ?? 0, writtenAt);
  });
}

/** Finds links that were written at a time or later; repositories can be new. */
export async function findLinkedSince(root: string, digests: readonly Digest[], since: number): Promise<RecentLinks> {
  const wanted = new Map(digests.map((digest) => [hexOf(digest), digest]));
  const [blobs, manifests] = [new Set<Digest>(), new Set<string>()];
  const repositories = await listRepositories({ root, ignored: [] });
  const isWanted = (hex: string, isManifest: boolean): boolean => wanted.has(hex) || (isManifest && HEX.test(hex));
  await forEachLinkTime(root, repositories, { isWanted }, (hex, writtenAt, isManifest) => {
    if (writtenAt < since) return;
    const digest = wanted.get(hex);
    if (digest !== undefined) blobs.add(digest);
    if (isManifest) manifests.add(hex);
  });
  return { blobs, manifests };
}

interface WantedLinks {
  isWanted(hex: string, isManifest: boolean): boolean;
}

/** Looks up when links of repositories were written. */
async function forEachLinkTime(
  root: string,
  repositories: readonly StoredRepository[],
  { isWanted }: WantedLinks,
  take: (hex: string, writtenAt: number, isManifest: boolean) => void,
): Promise<void> {
  await forEachParallel(repositories, PARALLEL, async ({ name }) => {
    for (const isManifest of [true, false]) {
      const directory = isManifest ? manifestLinks(root, name) : layerLinks(root, name);
      for (const hex of await namesIn(directory))
        if (isWanted(hex, isManifest)) take(hex, await linkWrittenAt(directory, hex), isManifest);
    }
  });
}
