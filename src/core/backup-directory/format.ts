import { readdir } from 'node:fs/promises';
import { isRecord } from '../model/values/json.js';
import { directoryError, notABackup } from './errors.js';
import { flushDirectory, readSmallFile, writeWhole } from './files.js';
import { BACKUP_FILE, FORMAT_VERSION, LOCK_FILE, OWN_DIRECTORY, TEMPORARY } from './layout.js';
import { Tree } from './tree.js';

/** Maximum size of `backup.json`, in bytes. */
const LIMIT_BYTES = 4096;
/** Entries that an empty directory can have: those of a new file system, and those of a backup that was just begun. */
const IN_EMPTY = new Set(['lost+found', OWN_DIRECTORY]);
const IN_NEW = new Set<string>([LOCK_FILE, TEMPORARY[1]]);

/** Opens a directory, and checks that it can be read. @throws RegadmError BACKUP_DIRECTORY */
export async function openTree(directory: string): Promise<Tree> {
  try {
    const tree = await Tree.open(directory);
    await readdir(tree.root);
    return tree;
  } catch (error) {
    throw directoryError(directory, error);
  }
}

/**
 * Checks that a directory is a backup, or is empty.
 * @returns whether it is a backup
 * @throws RegadmError BACKUP_DIRECTORY
 */
export async function assertUsable(tree: Tree, directory: string): Promise<boolean> {
  const entries = await readdir(tree.root);
  const own = await tree.find([OWN_DIRECTORY]);
  const ownEntries = own === undefined ? [] : await readdir(own);
  if (ownEntries.includes(BACKUP_FILE)) {
    await assertVersion(tree, directory);
    return true;
  }
  const foreign = entries.find((name) => !IN_EMPTY.has(name)) ?? ownEntries.find((name) => !IN_NEW.has(name));
  if (foreign === undefined && entries.includes(OWN_DIRECTORY) === (own !== undefined)) return false;
  throw notABackup(
    directory,
    `it contains ${foreign ?? OWN_DIRECTORY}, but no regadm/${BACKUP_FILE}`,
    'name an empty directory, or one that does not exist',
  );
}

/** Checks the version of a backup's format. @throws RegadmError BACKUP_DIRECTORY */
export async function assertVersion(tree: Tree, directory: string): Promise<void> {
  const own = await tree.find([OWN_DIRECTORY]);
  const text = own === undefined ? undefined : await readSmallFile(`${own}/${BACKUP_FILE}`, LIMIT_BYTES);
  if (text === undefined)
    throw notABackup(directory, `it has no regadm/${BACKUP_FILE}`, 'name the directory of prune images --backup');
  const content = parse(text.toString('utf8'));
  if (isRecord(content) && content.kind === 'BackupDirectory' && content.version === FORMAT_VERSION) return;
  const version = isRecord(content) && typeof content.version === 'number' ? content.version : undefined;
  throw version === undefined
    ? notABackup(directory, `regadm/${BACKUP_FILE} cannot be read`, 'name another directory')
    : notABackup(
        directory,
        `it has version ${version} of the format, and this regadm knows version ${FORMAT_VERSION}`,
        'use a newer regadm',
      );
}

/** Writes the version of the format, unless it is there. @throws the file system's error */
export async function writeVersion(own: string, temporary: string): Promise<void> {
  if (await readSmallFile(`${own}/${BACKUP_FILE}`, LIMIT_BYTES)) return;
  const content = { apiVersion: 'regadm/v1', kind: 'BackupDirectory', version: FORMAT_VERSION };
  await writeWhole({ temporary, directory: own, name: BACKUP_FILE }, (file) =>
    file.writeFile(`${JSON.stringify(content)}\n`),
  );
  await flushDirectory(own);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
