import { unlink } from 'node:fs/promises';
import { inDirectory } from '../../../kit/below.js';
import { entriesOf } from '../delete-files.js';
import { ifExists, notChanged, OWN } from './own-directory.js';
import { isTemporary } from './temporaries.js';
import { deleteEmptyDirectories, TRASH } from './places.js';
import { VersionedFile, VERSIONS } from './versions.js';

/**
 * Lists the files of regadm below a directory of its own, as paths. Omits blobs, and what regadm did not write.
 * @throws the file system's error
 */
export async function listOwnFiles(base: string, directory: string): Promise<string[]> {
  const names = directory.split('/').filter((name) => name !== '');
  const found: string[] = [];
  await ifExists(base, [OWN, ...names], (path) => addFiles(path, names, found));
  return found.sort();
}

async function addFiles(path: string, names: readonly string[], found: string[]): Promise<void> {
  for (const entry of await entriesOf(path)) {
    const below = [...names, entry.name];
    if (entry.name.startsWith('.') || isOthers(below)) continue;
    if (entry.isFile()) found.push(below.join('/'));
    else if (entry.isDirectory()) await inDirectory(path, [entry.name], (next) => addFiles(next, below, found));
  }
}

/** True for what is not a file of regadm: blobs, and how versions are recorded. */
function isOthers(names: readonly string[]): boolean {
  return names[0] === VERSIONS || (names[0] === 'trash' && names[2] === 'blobs');
}

/** Deletes files of regadm, and directories in the trash that become empty. @throws RegadmError STORAGE_ERROR */
export async function deleteOwnFiles(base: string, paths: readonly string[]): Promise<void> {
  const directories = new Set<string>();
  for (const path of paths) {
    await deleting(base, path, () => new VersionedFile(base, path).delete());
    directories.add(path.split('/').slice(0, -1).join('/'));
  }
  for (const directory of directories) {
    const names = directory.split('/');
    if (names[0] !== 'trash') continue;
    await deleting(base, directory, async () => {
      await deleteTemporaries(base, [OWN, ...names]);
      await deleteEmptyDirectories(base, [OWN, ...names], TRASH.length);
    });
  }
}

/** @throws RegadmError STORAGE_ERROR that names what cannot be deleted */
async function deleting(base: string, path: string, act: () => Promise<void>): Promise<void> {
  await act().catch((error: unknown) => {
    throw notChanged(error, 'delete', `${base}/${OWN}/${path}`);
  });
}

/** Deletes unfinished files in a directory that has nothing else: those of a run that was killed. */
async function deleteTemporaries(base: string, names: readonly string[]): Promise<void> {
  await ifExists(base, names, async (path) => {
    const entries = await entriesOf(path);
    if (!entries.every((entry) => entry.isFile() && isTemporary(entry.name))) return;
    for (const { name } of entries) await unlink(`${path}/${name}`);
  });
}
