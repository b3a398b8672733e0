import type { Dirent } from 'node:fs';
import type { StorageSnapshot, StoredRepository } from '../../model/registry-storage.js';
import type { ListOptions } from '../storage.js';
import { forEachParallel } from '../../kit/parallel.js';
import { PARALLEL, entriesIn, namesIn, statOf } from './files.js';
import { HEX, OWN_DIRECTORIES, repositoryDirectory } from '../layout.js';

/** A listing in progress. */
export interface Listing extends ListOptions {
  root: string;
  ignored: string[];
}

/**
 * Lists blobs and repositories. Reads directories, not files: sizes and ages are looked up later, only for candidates.
 * @param root the registry's `docker/registry/v2`
 * @throws RegadmError STORAGE_UNREADABLE
 */
export async function listStorage(root: string, options: ListOptions = {}): Promise<StorageSnapshot> {
  const listing: Listing = { ...options, root, ignored: [] };
  const blobs: string[] = [];
  await forEachPrefix(listing, (hexes) => void blobs.push(...hexes));
  const repositories = await listRepositories(listing);
  return { blobs, repositories, ignored: listing.ignored.sort() };
}

/** Calls `take` with the names of the directories of blobs below each prefix. */
export async function forEachPrefix(
  { root, ignored, signal, onListed }: Listing,
  take: (hexes: string[]) => void | Promise<void>,
): Promise<void> {
  for (const { name } of await entriesIn(`${root}/blobs`)) if (name !== 'sha256') ignored.push(`blobs/${name}`);
  const prefixes: string[] = [];
  for (const entry of await entriesIn(`${root}/blobs/sha256`)) {
    if (entry.isDirectory() && /^[0-9a-f]{2}$/.test(entry.name)) prefixes.push(entry.name);
    else ignored.push(`blobs/sha256/${entry.name}`);
  }
  await forEachParallel(prefixes, PARALLEL, async (prefix) => {
    signal?.throwIfAborted();
    const names = await namesIn(`${root}/blobs/sha256/${prefix}`);
    onListed?.(names.length);
    const isBlob = (name: string): boolean => HEX.test(name) && name.startsWith(prefix);
    for (const name of names) if (!isBlob(name)) ignored.push(`blobs/sha256/${prefix}/${name}`);
    await take(names.filter(isBlob));
  });
}

/** Lists all repositories. */
export async function listRepositories(listing: Listing): Promise<StoredRepository[]> {
  const repositories: StoredRepository[] = [];
  await forEachRepository(listing, (repository) => void repositories.push(repository));
  return repositories;
}

/** Calls `take` with each repository. */
export function forEachRepository(
  listing: Listing,
  take: (repository: StoredRepository) => void | Promise<void>,
): Promise<void> {
  return forEachOwnDirectories(listing, async (name, own) => take(await readRepository(listing, name, own)));
}

/**
 * Calls `take` with the name of each repository and those of its own directories. Reads them level by level, so that
 * few directories are open at a time even if repositories are deeply nested.
 */
export async function forEachOwnDirectories(
  listing: Listing,
  take: (repository: string, own: string[]) => Promise<void>,
): Promise<void> {
  let level = [''];
  while (level.length > 0) {
    const nested: string[] = [];
    await forEachParallel(level, PARALLEL, async (name) => {
      listing.signal?.throwIfAborted();
      const entries = await entriesIn(`${listing.root}/repositories${name && `/${name}`}`);
      const sorted = sortEntries(entries, name);
      nested.push(...sorted.nested);
      listing.ignored.push(...sorted.ignored);
      if (sorted.own.length > 0) await take(name, sorted.own);
    });
    level = nested;
  }
}

/** Separates a repository's own directories, nested repositories, and entries that are not part of the layout. */
function sortEntries(entries: Dirent[], name: string): { own: string[]; nested: string[]; ignored: string[] } {
  const own: string[] = [];
  const nested: string[] = [];
  const ignored: string[] = [];
  for (const entry of entries) {
    const path = name ? `${name}/${entry.name}` : entry.name;
    if (!entry.isDirectory()) ignored.push(`repositories/${path}`);
    else if (!entry.name.startsWith('_')) nested.push(path);
    else if (name && (OWN_DIRECTORIES as readonly string[]).includes(entry.name)) own.push(entry.name);
    else ignored.push(`repositories/${path}`);
  }
  return { own, nested, ignored };
}

async function readRepository(listing: Listing, name: string, own: string[]): Promise<StoredRepository> {
  const repository: StoredRepository = { name, uploads: [] };
  if (own.includes('_manifests'))
    repository.manifests = await readLinks(listing, name, ['_manifests', 'revisions', 'sha256']);
  if (listing.layerLinks && own.includes('_layers'))
    repository.layers = await readLinks(listing, name, ['_layers', 'sha256']);
  if (own.includes('_uploads'))
    repository.uploads = await directoriesIn(`${repositoryDirectory(listing.root, name)}/_uploads`);
  return repository;
}

/** Lists the digests of a directory of links, as hex. */
async function readLinks({ root, ignored, onListed }: Listing, name: string, steps: string[]): Promise<string[]> {
  const isLink = (entry: Dirent): boolean => entry.isDirectory() && HEX.test(entry.name);
  const entries = await entriesBelow(repositoryDirectory(root, name), steps);
  onListed?.(entries.length);
  for (const entry of entries)
    if (!isLink(entry)) ignored.push(`repositories/${name}/${[...steps, entry.name].join('/')}`);
  return entries.filter(isLink).map((entry) => entry.name);
}

async function directoriesIn(path: string): Promise<string[]> {
  return (await entriesIn(path)).filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** Lists a directory below another; empty if a directory on the way does not exist or is a symbolic link. */
async function entriesBelow(directory: string, steps: string[]): Promise<Dirent[]> {
  let path = directory;
  for (const step of steps) {
    path += `/${step}`;
    if (!(await statOf(path))?.isDirectory()) return [];
  }
  return entriesIn(path);
}
