import { rename, unlink } from 'node:fs/promises';
import type { Digest } from '../model/digest.js';
import { BackupBlobs } from './blobs.js';
import { directoryError } from './errors.js';
import { flushDirectory } from './files.js';
import { assertVersion, openTree } from './format.js';
import { writeIndex } from './index-file.js';
import { listFiles, listTemporary, type FoundFile } from './inventory.js';
import { blobPlace, OWN_DIRECTORY, RUNS, TEMPORARY } from './layout.js';
import { checkLayout, type LayoutCheck } from './layout-check.js';
import { DirectoryLock, inspectLock } from './lock.js';
import { toBackup, type Backup } from './open.js';
import type { BackupRun, OnDamage } from './runs.js';
import { emptyTemporary } from './temporary.js';
import type { Tree } from './tree.js';

/** A backup directory that is looked through as a whole, and not changed. */
export interface ExaminedBackup extends Backup {
  /** Every file below the directory, with its size. @throws the file system's error */
  files(): AsyncGenerator<FoundFile>;
  /** Compares `oci-layout` and `index.json` with what runs saved. @throws RegadmError BACKUP_DAMAGED */
  checkLayout(runs: readonly BackupRun[], onDamage?: OnDamage): Promise<LayoutCheck>;
  /**
   * Tells whether the last process that wrote was killed.
   * @throws RegadmError BACKUP_LOCKED if another process writes
   */
  assertUnused(): Promise<'free' | 'abandoned'>;
}

/** A backup directory from which old runs are removed; no other process writes to it until it is closed. */
export interface ShrinkableBackup extends ExaminedBackup {
  /** Checks that no other process has taken the lock away. @throws RegadmError BACKUP_LOCKED */
  assertHeld(): Promise<void>;
  /** Writes `oci-layout`, and `index.json` with what these runs saved. @throws RegadmError, the file system's error */
  writeIndex(runs: readonly BackupRun[]): Promise<void>;
  /** Removes a run as a whole: its records are temporary files afterward. @throws the file system's error */
  removeRun(id: string): Promise<void>;
  /** Removes a blob. @throws the file system's error */
  removeBlob(digest: Digest): Promise<void>;
  /** Removes temporary files. @returns those that are left */
  removeTemporary(): Promise<Set<string>>;
}

/**
 * Opens a backup directory to look through it.
 * @throws RegadmError BACKUP_DIRECTORY if it is not one, or is one of another version
 */
export async function openBackupToExamine(directory: string): Promise<ExaminedBackup> {
  const tree = await openTree(directory);
  try {
    await assertVersion(tree, directory);
    return toExamined(tree);
  } catch (error) {
    await tree.close();
    throw directoryError(directory, error);
  }
}

/**
 * Opens a backup directory to remove old runs. Unlike a backup, this neither creates the directory nor removes
 * temporary files.
 * @throws RegadmError BACKUP_DIRECTORY, BACKUP_LOCKED
 */
export async function openBackupToShrink(directory: string): Promise<ShrinkableBackup> {
  const tree = await openTree(directory);
  try {
    await assertVersion(tree, directory);
    const [own, temporary] = [await tree.make([OWN_DIRECTORY]), await tree.make(TEMPORARY)];
    const lock = await DirectoryLock.acquire({ own, temporary, directory: tree.root });
    return toShrinkable(tree, lock);
  } catch (error) {
    await tree.close();
    throw directoryError(directory, error);
  }
}

function toExamined(tree: Tree): ExaminedBackup {
  return {
    ...toBackup(tree, new BackupBlobs(tree)),
    files: () => listFiles(tree),
    checkLayout: (runs, onDamage) => checkLayout(tree, runs, onDamage),
    assertUnused: async () => {
      const own = await tree.find([OWN_DIRECTORY]);
      return own === undefined ? 'free' : inspectLock(own, tree.root);
    },
  };
}

function toShrinkable(tree: Tree, lock: DirectoryLock): ShrinkableBackup {
  return {
    ...toExamined(tree),
    assertUnused: async () => (lock.wasAbandoned ? 'abandoned' : 'free'),
    assertHeld: () => lock.assertHeld(),
    writeIndex: (runs) => writeIndex(tree, runs),
    removeRun: async (id) => {
      const [runs, temporary] = [await tree.make(RUNS), await tree.make(TEMPORARY)];
      await rename(`${runs}/${id}`, `${temporary}/${id}`);
      await flushDirectory(runs);
      await flushDirectory(temporary);
    },
    removeBlob: async (digest) => {
      const { directory, name } = blobPlace(digest);
      await unlink(`${await tree.make(directory)}/${name}`);
    },
    removeTemporary: async () => {
      await emptyTemporary(await tree.make(TEMPORARY)).catch(() => undefined);
      const left = new Set<string>();
      for await (const { file } of listTemporary(tree)) left.add(file);
      return left;
    },
    close: async () => {
      await lock.release();
      await tree.close();
    },
  };
}
