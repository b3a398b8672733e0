import { mkdir } from 'node:fs/promises';
import { BackupBlobs, WritableBlobs } from './blobs.js';
import { directoryError } from './errors.js';
import { assertUsable, assertVersion, openTree, writeVersion } from './format.js';
import { updateIndex } from './index-file.js';
import { OWN_DIRECTORY, TEMPORARY } from './layout.js';
import { DirectoryLock } from './lock.js';
import type { RecordKind, RecordTypes } from './records.js';
import { RunWriter } from './run-writer.js';
import { readRecords, readRuns, type BackupRun, type OnDamage, type RunHeader } from './runs.js';
import { emptyTemporary } from './temporary.js';
import { OWNER_ONLY, type Tree } from './tree.js';

/** A backup directory that is read. */
export interface Backup {
  /** Its absolute path. */
  readonly directory: string;
  readonly blobs: BackupBlobs;
  /** What each run states about itself, the oldest first. @throws RegadmError BACKUP_DAMAGED */
  runs(onDamage?: OnDamage): Promise<BackupRun[]>;
  /** The records of one kind of a run, one by one. @throws RegadmError BACKUP_DAMAGED */
  records<Kind extends RecordKind>(
    run: Pick<BackupRun, 'id' | 'counts'>,
    kind: Kind,
    onDamage?: OnDamage,
  ): AsyncGenerator<RecordTypes[Kind]>;
  close(): Promise<void>;
}

/** A backup directory that this process writes to; no other process does until it is closed. */
export interface WritableBackup extends Backup {
  readonly blobs: WritableBlobs;
  /** Begins a run. @throws RegadmError BACKUP_DIRECTORY */
  startRun(header: RunHeader): Promise<RunWriter>;
  /**
   * Writes everything of a run to the disk and lets it appear, then writes `index.json`. Damage of other runs does not
   * prevent it.
   * @throws RegadmError
   */
  commit(run: RunWriter): Promise<void>;
}

/**
 * Opens a backup directory for reading.
 * @throws RegadmError BACKUP_DIRECTORY if it is not one, or is one of another version
 */
export async function openBackup(directory: string): Promise<Backup> {
  const tree = await openTree(directory);
  try {
    await assertVersion(tree, directory);
    return toBackup(tree, new BackupBlobs(tree));
  } catch (error) {
    await tree.close();
    throw directoryError(directory, error);
  }
}

/**
 * Opens a backup directory for writing, and creates it if it does not exist. Removes what a process that was killed
 * left unfinished.
 * @throws RegadmError BACKUP_DIRECTORY, BACKUP_LOCKED
 */
export async function openBackupForWriting(directory: string): Promise<WritableBackup> {
  await mkdir(directory, { mode: OWNER_ONLY }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw directoryError(directory, error);
  });
  const tree = await openTree(directory);
  let lock: DirectoryLock | undefined;
  try {
    await assertUsable(tree, directory);
    const own = await tree.make([OWN_DIRECTORY]);
    const temporary = await tree.make(TEMPORARY);
    lock = await DirectoryLock.acquire({ own, temporary, directory: tree.root });
    await emptyTemporary(temporary);
    await writeVersion(own, temporary);
    if (lock.wasAbandoned) await updateIndex(tree);
    return toWritable(tree, lock);
  } catch (error) {
    await lock?.release();
    await tree.close();
    throw directoryError(directory, error);
  }
}

/** Returns a backup that reads below these directories. */
export function toBackup<Blobs extends BackupBlobs>(tree: Tree, blobs: Blobs): Backup & { blobs: Blobs } {
  return {
    directory: tree.root,
    blobs,
    runs: (onDamage) => readRuns(tree, onDamage),
    records: (run, kind, onDamage) => readRecords(tree, run, kind, onDamage),
    close: () => tree.close(),
  };
}

function toWritable(tree: Tree, lock: DirectoryLock): WritableBackup {
  const blobs = new WritableBlobs(tree);
  const orExplain = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw directoryError(tree.root, error);
    });
  const commit = async (run: RunWriter): Promise<void> => {
    await blobs.flush();
    await lock.assertHeld();
    await run.commit();
    await updateIndex(tree);
  };
  return {
    ...toBackup(tree, blobs),
    startRun: (header) => orExplain(RunWriter.create(tree, header)),
    commit: (run) => orExplain(commit(run)),
    close: async () => {
      await lock.release();
      await tree.close();
    },
  };
}
