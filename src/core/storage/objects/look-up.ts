import { forEachParallel } from '../../kit/parallel.js';
import { messageOf } from '../../model/errors.js';
import { blobData, hexOf, layerLinks, manifestLinks } from '../layout.js';
import { BLOB_EXISTS, GONE, WRITTEN } from '../results.js';
import type { Deletion, DeletionRun, Link } from '../storage.js';
import { parseKey } from './keys.js';
import type { Listing } from './list.js';
import { listDirectory, type Source } from './list-directory.js';
import { readRepositories } from './read-repositories.js';

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
 * Finds out again when links were written: by a listing, or by one look-up per link if listings lag behind.
 * @param total number of keys of all repositories in the storage
 */
export async function lookUpLinks(source: Source, links: readonly Link[], total: number): Promise<LinkTimes> {
  const { store, root } = source;
  const { concurrency, listsLate } = store.limits;
  const times = new Map<string, number>();
  if (!listsLate) {
    const names = new Set(links.map(({ repository }) => repository));
    const problems = await readRepositories(source, { names, total }, ({ kind }, { key, writtenAt }) => {
      if (kind === 'manifest-link' || kind === 'layer-link') times.set(key, writtenAt);
    });
    return { times, problems };
  }
  const problems = new Map<string, string>();
  await forEachParallel(links, { concurrency }, async (link) => {
    try {
      for (const key of [manifestLinkKey(root, link), layerLinkKey(root, link)]) {
        const object = await store.find(key);
        if (object) times.set(key, object.writtenAt);
      }
    } catch (error) {
      problems.set(link.repository, messageOf(error));
    }
  });
  return { times, problems };
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

/** Looks up blobs. @returns results for those that exist or cannot be looked up, by hex */
export async function findExisting({ store, root }: Source, hexes: Iterable<string>): Promise<Map<string, Deletion>> {
  const found = new Map<string, Deletion>();
  await forEachParallel(hexes, store.limits, async (hex) => {
    try {
      if (await store.find(blobData(root, hex))) found.set(hex, BLOB_EXISTS);
    } catch (error) {
      found.set(hex, { status: 'failed', message: messageOf(error) });
    }
  });
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
    startPart: () => ({
      take(objects) {
        for (const { key, bytes, writtenAt } of objects) {
          const parsed = writtenAt >= since ? parseKey(key.slice(root.length + 1), bytes) : undefined;
          if (parsed?.kind === 'blob') young.add(parsed.hex);
        }
      },
    }),
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
