import { forEachParallel } from '../../kit/parallel.js';
import { messageOf } from '../../model/errors.js';
import { blobData, hexOf, layerLinks, manifestLinks, repositoryDirectory } from '../layout.js';
import { GONE, WRITTEN } from '../results.js';
import type { Deletion, DeletionRun, Link } from '../storage.js';
import { parseKey } from './keys.js';
import type { Listing } from './list.js';
import { listDirectory, type Source } from './list-directory.js';

/** Keys of a link: the manifest link and the layer link of its digest. */
export const manifestLinkKey = (root: string, { repository, digest }: Link): string =>
  `${manifestLinks(root, repository)}/${hexOf(digest)}/link`;
export const layerLinkKey = (root: string, { repository, digest }: Link): string =>
  `${layerLinks(root, repository)}/${hexOf(digest)}/link`;

/** When links were written, by key, and why a repository could not be read. */
export interface LinkTimes {
  times: Map<string, number>;
  problems: Map<string, string>;
}

/**
 * Finds out again when the links of repositories were written: one listing per repository, or one look-up per link if
 * listings lag behind.
 */
export async function lookUpLinks(source: Source, links: readonly Link[]): Promise<LinkTimes> {
  const { store, root } = source;
  const found: LinkTimes = { times: new Map(), problems: new Map() };
  const { concurrency, listsLate } = store.limits;
  const look = async (repository: string, work: () => Promise<void>): Promise<void> => {
    await work().catch((error: unknown) => void found.problems.set(repository, messageOf(error)));
  };
  if (listsLate) {
    await forEachParallel(links, { concurrency }, async (link) =>
      look(link.repository, async () => {
        for (const key of [manifestLinkKey(root, link), layerLinkKey(root, link)]) {
          const object = await store.find(key);
          if (object) found.times.set(key, object.writtenAt);
        }
      }),
    );
    return found;
  }
  const repositories = new Set(links.map(({ repository }) => repository));
  await forEachParallel(repositories, { concurrency }, async (repository) =>
    look(repository, async () => {
      for await (const page of store.list(`${repositoryDirectory(root, repository)}/_`))
        for (const { key, bytes, writtenAt } of page)
          if (parseKey(key.slice(root.length + 1), bytes).kind.endsWith('-link')) found.times.set(key, writtenAt);
    }),
  );
  return found;
}

/** Returns the times of a listing for the links, without a request. */
export function listedLinks(root: string, listing: Listing, links: readonly Link[]): LinkTimes {
  const found: LinkTimes = { times: new Map(), problems: new Map() };
  for (const name of new Set(links.map(({ repository }) => repository))) {
    const repository = listing.repositories.get(name);
    if (!repository) continue;
    for (const [directory, { hexes, times }] of [
      [manifestLinks(root, name), repository.manifests],
      [layerLinks(root, name), repository.layers],
    ] as const)
      for (const [at, hex] of hexes.entries()) found.times.set(`${directory}/${hex}/link`, times[at]!);
  }
  return found;
}

/** Number of look-ups that cost less than a listing of the same objects. */
const FEW = 32;

/**
 * Finds the blobs that were written at a time or later, among blobs that were written before.
 * @param total number of blobs in the storage
 * @returns as hex
 */
export async function blobsWrittenSince(
  source: Source,
  hexes: readonly string[],
  { since, total }: { since: number; total: number },
): Promise<Set<string>> {
  const { store, root } = source;
  const young = new Set<string>();
  const { pageSize, concurrency } = store.limits;
  if (hexes.length < FEW + total / pageSize) {
    await forEachParallel(hexes, { concurrency }, async (hex) => {
      if (((await store.find(blobData(root, hex)))?.writtenAt ?? 0) >= since) young.add(hex);
    });
    return young;
  }
  await listDirectory(source, 'blobs/sha256/', {
    startPart: () => (objects) => {
      for (const { key, bytes, writtenAt } of objects) {
        const parsed = writtenAt >= since ? parseKey(key.slice(root.length + 1), bytes) : undefined;
        if (parsed?.kind === 'blob') young.add(parsed.hex);
      }
    },
    isLarge: ([page]) => total > 4 * page!.length,
    split: () => Promise.resolve([...'0123456789abcdef'].map((digit) => `blobs/sha256/${digit}`)),
  });
  return young;
}

/** True if something was written before the time since when everything is kept. */
export const isOld = (writtenAt: number | undefined, { keepWrittenSince = Infinity }: DeletionRun): boolean =>
  writtenAt !== undefined && writtenAt < keepWrittenSince;

/** Returns why a link is not deleted; undefined if it is. */
export function checkLink(
  { repository }: Link,
  key: string,
  { times, problems }: LinkTimes,
  run: DeletionRun,
): Deletion | undefined {
  const message = problems.get(repository);
  if (message !== undefined) return { status: 'failed', message };
  const writtenAt = times.get(key);
  if (writtenAt === undefined) return GONE;
  return isOld(writtenAt, run) ? undefined : WRITTEN;
}
