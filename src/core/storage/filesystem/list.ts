import type { Dirent } from 'node:fs';
import type { StorageSnapshot, StoredRepository } from '../../model/registry-storage.js';
import { entriesIn, forEachParallel, namesIn, statOf } from './files.js';
import { HEX, OWN_FOLDERS, repositoryFolder } from './layout.js';

export interface WalkOptions {
  /** Also list layer links; costs a folder read for every repository. */
  layers?: boolean;
  signal?: AbortSignal;
}

/**
 * Lists blobs and repositories. Folders are read, files are not: sizes and ages are looked up later, only for what goes.
 * What vanishes meanwhile is left out; what may not be read ends the walk.
 * @param root the registry's `docker/registry/v2`
 * @throws RegadmError STORAGE_UNREADABLE
 */
export async function walkStorage(root: string, options: WalkOptions = {}): Promise<StorageSnapshot> {
  const leftAlone: string[] = [];
  const blobs = await walkBlobs(root, leftAlone, options);
  const repositories = await walkRepositories(root, leftAlone, options);
  return { blobs, repositories, leftAlone: leftAlone.sort() };
}

async function walkBlobs(root: string, leftAlone: string[], { signal }: WalkOptions): Promise<string[]> {
  for (const { name } of await entriesIn(`${root}/blobs`)) if (name !== 'sha256') leftAlone.push(`blobs/${name}`);
  const prefixes: string[] = [];
  for (const entry of await entriesIn(`${root}/blobs/sha256`)) {
    if (entry.isDirectory() && /^[0-9a-f]{2}$/.test(entry.name)) prefixes.push(entry.name);
    else leftAlone.push(`blobs/sha256/${entry.name}`);
  }
  const blobs: string[] = [];
  await forEachParallel(prefixes, async (prefix) => {
    signal?.throwIfAborted();
    for (const name of await namesIn(`${root}/blobs/sha256/${prefix}`)) {
      if (HEX.test(name) && name.startsWith(prefix)) blobs.push(name);
      else leftAlone.push(`blobs/sha256/${prefix}/${name}`);
    }
  });
  return blobs;
}

/** Level by level, so that few folders are open however deep repositories lie. */
async function walkRepositories(root: string, leftAlone: string[], options: WalkOptions): Promise<StoredRepository[]> {
  const repositories: StoredRepository[] = [];
  let level = [''];
  while (level.length > 0) {
    const below: string[] = [];
    await forEachParallel(level, async (name) => {
      options.signal?.throwIfAborted();
      const entries = await entriesIn(`${root}/repositories${name && `/${name}`}`);
      const own = sortEntries(entries, name, below, leftAlone);
      if (own.length > 0) repositories.push(await readRepository(root, name, own, leftAlone, options));
    });
    level = below;
  }
  return repositories;
}

/** Tells a repository's own folders (returned) from folders below it (`below`) and from what is not the layout's (`leftAlone`). */
function sortEntries(entries: Dirent[], name: string, below: string[], leftAlone: string[]): string[] {
  const own: string[] = [];
  for (const entry of entries) {
    const path = name ? `${name}/${entry.name}` : entry.name;
    if (!entry.isDirectory()) leftAlone.push(`repositories/${path}`);
    else if (!entry.name.startsWith('_')) below.push(path);
    else if (name && (OWN_FOLDERS as readonly string[]).includes(entry.name)) own.push(entry.name);
    else leftAlone.push(`repositories/${path}`);
  }
  return own;
}

async function readRepository(
  root: string,
  name: string,
  own: string[],
  leftAlone: string[],
  options: WalkOptions,
): Promise<StoredRepository> {
  const repository: StoredRepository = { name, uploads: [] };
  const path = repositoryFolder(root, name);
  const digestsIn = async (folder: string, steps: string[]): Promise<string[]> => {
    const entries = await entriesBelow(`${path}/${folder}`, steps);
    const isLink = (entry: Dirent): boolean => entry.isDirectory() && HEX.test(entry.name);
    for (const entry of entries)
      if (!isLink(entry)) leftAlone.push(`repositories/${name}/${folder}/${[...steps, entry.name].join('/')}`);
    return entries.filter(isLink).map((entry) => entry.name);
  };
  if (own.includes('_manifests')) repository.manifests = await digestsIn('_manifests', ['revisions', 'sha256']);
  if (options.layers && own.includes('_layers')) repository.layers = await digestsIn('_layers', ['sha256']);
  if (own.includes('_uploads')) repository.uploads = await foldersIn(`${path}/_uploads`);
  return repository;
}

async function foldersIn(folder: string): Promise<string[]> {
  return (await entriesIn(folder)).filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** Entries of a folder some steps below another; none when a step is missing or a symbolic link. */
async function entriesBelow(folder: string, steps: string[]): Promise<Dirent[]> {
  let path = folder;
  for (const step of steps) {
    path += `/${step}`;
    if (!(await statOf(path))?.isDirectory()) return [];
  }
  return entriesIn(path);
}
