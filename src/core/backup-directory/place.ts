import { stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { isMissing } from '../kit/below.js';
import { directoryError } from './errors.js';
import { assertUsable, openTree } from './format.js';
import { toBackup, type Backup } from './open.js';
import { BackupBlobs } from './blobs.js';

/** Maximum unit, in bytes: file systems of a network state the size of their transfers instead. */
const MAX_BLOCK_BYTES = 4096;

/** What is known about a place for a backup before anything is written. */
interface BackupPlace {
  /** Space that the user can still use, in bytes. */
  freeBytes: number;
  /** Unit in which files use space, in bytes. */
  blockBytes: number;
  /** The backup that is there; undefined if there is none yet. */
  backup?: Backup;
}

/**
 * Looks at a directory that need not exist, and changes nothing.
 * @throws RegadmError BACKUP_DIRECTORY if it cannot become a backup
 */
export async function inspectPlace(directory: string): Promise<BackupPlace> {
  try {
    const existing = await nearestDirectory(directory);
    const { bavail, bsize } = await statfs(existing);
    const place = { freeBytes: bavail * bsize, blockBytes: Math.min(bsize, MAX_BLOCK_BYTES) };
    if (existing !== path.resolve(directory)) return place;
    const tree = await openTree(directory);
    try {
      if (await assertUsable(tree, directory)) return { ...place, backup: toBackup(tree, new BackupBlobs(tree)) };
    } catch (error) {
      await tree.close();
      throw error;
    }
    await tree.close();
    return place;
  } catch (error) {
    throw directoryError(directory, error);
  }
}

/** Returns the directory, or its parent if it does not exist. @throws the file system's error if neither exists */
async function nearestDirectory(directory: string): Promise<string> {
  const absolute = path.resolve(directory);
  try {
    if ((await stat(absolute)).isDirectory()) return absolute;
  } catch (error) {
    if (!isMissing(error) || (error as NodeJS.ErrnoException).code === 'ENOTDIR') throw error;
    const parent = path.dirname(absolute);
    if ((await stat(parent)).isDirectory()) return parent;
  }
  throw Object.assign(new Error('not a directory'), { code: 'ENOTDIR' });
}
