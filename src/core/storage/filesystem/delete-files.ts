import { lstat, readdir, rmdir, unlink } from 'node:fs';
import type { Dirent, Stats } from 'node:fs';
import { promisify } from 'node:util';
import type { Deletion } from '../storage.js';
import { DELETED, GONE } from './delete-each.js';
import { isMissing } from './files.js';
import { blobData, blobDirectory } from './layout.js';

const deleteFile = promisify(unlink);
const deleteDirectory = promisify(rmdir);
const readStats = promisify(lstat) as (path: string) => Promise<Stats>;
const readEntries = promisify(readdir) as unknown as (
  path: string,
  options: { withFileTypes: true },
) => Promise<Dirent[]>;

/**
 * Deletes a blob's data and its directory. The plan has checked that `data` is a regular file; the directory is checked
 * again, because a symbolic link in its place would be followed. Uses callbacks because there can be very many blobs
 * (see files.ts).
 * @throws the file system's error
 */
export function deleteBlob(root: string, hex: string): Promise<Deletion> {
  const directory = blobDirectory(root, hex);
  return new Promise((resolve, reject) => {
    lstat(directory, (statError, stats) => {
      if (statError ? isMissing(statError) : !stats.isDirectory()) return resolve(GONE);
      if (statError) return reject(statError);
      unlink(blobData(root, hex), (unlinkError) => {
        if (unlinkError && !isMissing(unlinkError)) return reject(unlinkError);
        rmdir(directory, (rmdirError) =>
          rmdirError && !isHarmless(rmdirError) ? reject(rmdirError) : resolve(unlinkError ? GONE : DELETED),
        );
      });
    });
  });
}

/** Deletes a link file and its directory, which must not be a symbolic link. @throws the file system's error */
export async function deleteLink(directory: string): Promise<Deletion> {
  if (!(await lstatOf(directory))?.isDirectory()) return GONE;
  const deletion = await deleteRegularFile(`${directory}/link`);
  await deleteIfEmpty(directory);
  return deletion;
}

/**
 * Deletes the files of a tree that `isKnown` accepts by their path below `directory`, and the directories that are
 * empty then. Symbolic links and all other files are kept.
 * @returns false when there is no such directory
 * @throws the file system's error
 */
export async function deleteTree(directory: string, isKnown: (parts: string[]) => boolean): Promise<boolean> {
  if (!(await lstatOf(directory))?.isDirectory()) return false;
  await deleteKnown(directory, isKnown, []);
  return true;
}

async function deleteKnown(path: string, isKnown: (parts: string[]) => boolean, parts: string[]): Promise<void> {
  for (const entry of await entriesOf(path)) {
    const below = [...parts, entry.name];
    if (entry.isDirectory()) await deleteKnown(`${path}/${entry.name}`, isKnown, below);
    else if (entry.isFile() && isKnown(below)) await deleteRegularFile(`${path}/${entry.name}`);
  }
  await deleteIfEmpty(path);
}

/** Deletes a regular file; keeps a symbolic link of that name. */
async function deleteRegularFile(path: string): Promise<Deletion> {
  if (!(await lstatOf(path))?.isFile()) return GONE;
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
