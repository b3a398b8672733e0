import { forEachParallel, mapParallel } from '../../kit/parallel.js';
import type { Digest } from '../../model/digest.js';
import { hexOf, isLinkSize, layerLinks, linkDirectory, manifestLinks, namesBelow } from '../layout.js';
import type { StoredLink, Survey, SurveyVisitor } from '../storage.js';
import { inDirectory } from '../../kit/below.js';
import { PARALLEL, readSmallFile, statOf, unreadable } from './files.js';
import { blobFacts } from './inspect.js';
import { forEachPrefix, forEachRepository, type Listing } from './list.js';

/**
 * Lists blobs with the sizes of their files, and repositories with the links that have a file.
 * @param root the registry's `docker/registry/v2`
 * @throws RegadmError STORAGE_UNREADABLE
 */
export async function surveyFiles(root: string, visitor: SurveyVisitor): Promise<Survey> {
  const { signal, onListed, onBlob, onRepository } = visitor;
  const listing: Listing = { root, signal, onListed, layerLinks: true, ignored: [] };
  await forEachPrefix(listing, async (hexes) => {
    for (const hex of hexes) {
      signal?.throwIfAborted();
      const facts = await blobFacts(root, hex);
      if (facts) onBlob(hex, facts.bytes);
    }
  });
  await forEachRepository(listing, async ({ name, manifests = [], layers = [] }) => {
    onRepository({
      name,
      manifests: await linksIn(manifestLinks(root, name), manifests, signal),
      layers: await linksIn(layerLinks(root, name), layers, signal),
    });
  });
  return { ignored: listing.ignored.sort() };
}

/** Returns the links of a directory that have a file with the length of a digest. */
async function linksIn(directory: string, hexes: readonly string[], signal?: AbortSignal): Promise<string[]> {
  const areLinks: boolean[] = [];
  await forEachParallel(hexes, PARALLEL, async (hex, at) => {
    signal?.throwIfAborted();
    const stats = await statOf(`${directory}/${hex}/link`);
    areLinks[at] = stats !== undefined && stats.isFile() && isLinkSize(stats.size);
  });
  return hexes.filter((_, at) => areLinks[at]);
}

/** Looks up the sizes of blobs; undefined for one that does not exist. @throws RegadmError STORAGE_UNREADABLE */
export function findBlobFiles(
  root: string,
  digests: readonly Digest[],
  signal?: AbortSignal,
): Promise<(number | undefined)[]> {
  return mapParallel(digests, PARALLEL.concurrency, async (digest) => {
    signal?.throwIfAborted();
    return (await blobFacts(root, hexOf(digest)))?.bytes;
  });
}

/** Reads links; true for one that contains its digest. @throws RegadmError STORAGE_UNREADABLE */
export function findLinkFiles(root: string, links: readonly StoredLink[], signal?: AbortSignal): Promise<boolean[]> {
  return mapParallel(links, PARALLEL.concurrency, async (link) => {
    signal?.throwIfAborted();
    return (await readLink(root, link)) === link.digest;
  });
}

/** Reads the content of a link without white space. @returns undefined if it does not exist, or is not a small file */
async function readLink(root: string, link: StoredLink): Promise<string | undefined> {
  const path = linkDirectory(root, link);
  try {
    return await inDirectory(root, namesBelow(root, path), (directory) => readSmallFile(`${directory}/link`));
  } catch (error) {
    throw unreadable(error as NodeJS.ErrnoException, `${path}/link`);
  }
}
