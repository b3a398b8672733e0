import { directoryError, locked } from '../../backup-directory/errors.js';
import { blobPlace } from '../../backup-directory/layout.js';
import { openBackupToExamine, type ExaminedBackup } from '../../backup-directory/manage.js';
import type { Digest } from '../../model/digest.js';
import { messageOf } from '../../model/errors.js';
import { compareText } from '../../model/values/compare-text.js';
import type { FoundFile } from '../../backup-directory/inventory.js';
import { readContents, type Contents, type Reading } from '../contents/read-contents.js';
import { damagedImages } from '../plan/damaged-images.js';
import { layoutDamage } from './layout-damage.js';
import { readBlobs } from './read-blobs.js';
import type { BackupVerification, DamagedFile } from './report.js';

/**
 * Reads every file of a backup, and finds what is missing or damaged. Changes nothing.
 * @throws RegadmError BACKUP_DIRECTORY, BACKUP_LOCKED if another process writes, and the reason of the signal
 */
export async function verifyBackup(directory: string, reading: Reading): Promise<BackupVerification> {
  const backup = await openBackupToExamine(directory);
  try {
    return await verify(backup, reading);
  } catch (error) {
    reading.signal.throwIfAborted();
    throw directoryError(directory, error);
  } finally {
    await backup.close();
  }
}

async function verify(backup: ExaminedBackup, reading: Reading): Promise<BackupVerification> {
  const startedAt = new Date();
  const state = await backup.assertUnused();
  const damaged: DamagedFile[] = [];
  const onDamage = (file: string, problem: unknown): void => void damaged.push({ file, message: messageOf(problem) });
  const contents = await readContents(backup, reading, onDamage);
  // Only this reads the descriptors.
  const check = await backup.checkLayout(contents.runs, onDamage);
  const hasDamagedRecords = damaged.length > 0;
  const layout = layoutDamage(check, {
    runs: contents.runs.length,
    hasDamagedRecords,
    wasInterrupted: state === 'abandoned',
  });
  damaged.push(...layout.damaged);
  const problems = await readBlobs(backup.blobs, contents.blobs, reading);
  const broken = new Map([...problems].map(([digest, message]) => [digest, { file: fileOf(digest), message }]));
  const found = damagedImages(contents, {
    broken,
    fileOf,
    unlisted: layout.unlisted,
    described: check.described,
  });
  damaged.push(...broken.values(), ...found.missing);
  if (damaged.length > 0) await assertUnchanged(backup, contents);
  return {
    contents,
    startedAt,
    finishedAt: new Date(),
    damaged: damaged.sort((a, b) => compareText(a.file, b.file) || compareText(a.message, b.message)),
    images: found.images,
    leftovers: filesOf(contents, 'temporary'),
    unrecognized: filesOf(contents, 'other'),
    interrupted: layout.interrupted,
  };
}

function fileOf(digest: Digest): string {
  const { directory, name } = blobPlace(digest);
  return [...directory, name].join('/');
}

function filesOf({ files }: Contents, kind: FoundFile['kind']): string[] {
  return files
    .filter((found) => found.kind === kind)
    .map(({ file }) => file)
    .sort(compareText);
}

/**
 * Another process can have begun to write, and to remove what was listed before.
 * @throws RegadmError BACKUP_LOCKED
 */
async function assertUnchanged(backup: ExaminedBackup, { runs, directory }: Contents): Promise<void> {
  await backup.assertUnused();
  const now = new Set((await backup.runs(() => {})).map(({ id }) => id));
  if (runs.every(({ id }) => now.has(id))) return;
  throw locked(directory, 'another process that removes runs', 'run the command again');
}
