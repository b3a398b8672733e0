import { lstat, readdir, rmdir, unlink } from 'node:fs';
import type { Dirent, Stats } from 'node:fs';
import { promisify } from 'node:util';
import { DELETED, GONE, WRITTEN } from '../results.js';
import type { Deletion } from '../storage.js';
import { inDirectory, isMissing } from '../../kit/below.js';
import type { BlobPrefixes } from './blob-prefixes.js';

const deleteFile = promisify(unlink);
const deleteDirectory = promisify(rmdir);
const readStats = promisify(lstat) as (path: string) => Promise<Stats>;
const readEntries = promisify(readdir) as unknown as (
  path: string,
  options: { withFileTypes: true },
) => Promise<Dirent[]>;

/**
 * Deletes a blob's data and its directory. Symbolic links are not followed.
 * @param since data written at this time or later is kept
 * @throws the file system's error
 */
export async function deleteBlob(prefixes: BlobPrefixes, hex: string, since?: number): Promise<Deletion> {
  const prefix = await prefixes.pathFor(hex);
  return prefix === undefined ? GONE : deleteWithDirectory(prefix, [hex, 'data'], since);
}

/**
 * Deletes a link file and its directory. Symbolic links are not followed.
 * @param names the link's directory below `root`
 * @param since a link written at this time or later is kept
 * @throws the file system's error
 */
export async function deleteLink(root: string, names: readonly string[], since?: number): Promise<Deletion> {
  const [name, parents] = [names.at(-1)!, names.slice(0, -1)];
  return (await inDirectory(root, parents, (parent) => deleteWithDirectory(parent, [name, 'link'], since))) ?? GONE;
}

/** Deletes a file in a directory, then the directory. */
async function deleteWithDirectory(
  parent: string,
  [name, file]: readonly [string, string],
  since?: number,
): Promise<Deletion> {
  const deletion = await inDirectory(parent, [name], (directory) => deleteRegularFile(`${directory}/${file}`, since));
  if (deletion === undefined) return GONE;
  await deleteIfEmpty(`${parent}/${name}`);
  return deletion;
}

/** The files of a tree to delete. */
interface TreeFiles {
  /** Accepts a file by its path below the tree's directory. */
  isKnown(parts: string[]): boolean;
  /** Files written at this time or later are kept. */
  since?: number;
}

/**
 * Deletes the files of a tree that `isKnown` accepts by their path below the tree's directory, and the directories that
 * are empty then. Symbolic links and all other files are kept, and no link is followed, even if it replaces a directory
 * during the deletion.
 * @param names the tree's directory below `root`
 * @returns false when there is no such directory
 * @throws the file system's error
 */
export async function deleteTree(root: string, names: readonly string[], files: TreeFiles): Promise<boolean> {
  const [name, parents] = [names.at(-1)!, names.slice(0, -1)];
  return (await inDirectory(root, parents, (parent) => deleteKnown(parent, name, files, []))) ?? false;
}

async function deleteKnown(parent: string, name: string, files: TreeFiles, parts: string[]): Promise<boolean> {
  const found = await inDirectory(parent, [name], async (directory) => {
    for (const entry of await entriesOf(directory)) {
      const below = [...parts, entry.name];
      if (entry.isDirectory()) await deleteKnown(directory, entry.name, files, below);
      else if (entry.isFile() && files.isKnown(below))
        await deleteRegularFile(`${directory}/${entry.name}`, files.since);
    }
    return true;
  });
  if (!found) return false;
  await deleteIfEmpty(`${parent}/${name}`);
  return true;
}

/** Deletes a regular file; keeps a symbolic link of that name, and what was written at `since` or later. */
async function deleteRegularFile(path: string, since = Infinity): Promise<Deletion> {
  const stats = await lstatOf(path);
  if (!stats?.isFile()) return GONE;
  if (stats.mtimeMs >= since) return WRITTEN;
  try {
    await deleteFile(path);
    return DELETED;
  } catch (error) {
    if (isMissing(error)) return GONE;
    throw error;
  }
}

/** Deletes a directory, unless it still has content. */
export async function deleteIfEmpty(directory: string): Promise<void> {
  await deleteDirectory(directory).catch((error: NodeJS.ErrnoException) => {
    if (!isHarmless(error)) throw error;
  });
}

/**
 * Reads the status of a path without following a symbolic link; undefined if it does not exist.
 * @throws the file system's error
 */
export function lstatOf(path: string): Promise<Stats | undefined> {
  return readStats(path).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
}

/** Lists a directory; empty when it does not exist. @throws the file system's error */
export function entriesOf(directory: string): Promise<Dirent[]> {
  return readEntries(directory, { withFileTypes: true }).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
}

/** True when a directory could not be deleted because it no longer exists, or still has content. */
function isHarmless({ code = '' }: NodeJS.ErrnoException): boolean {
  return ['ENOENT', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(code);
}
