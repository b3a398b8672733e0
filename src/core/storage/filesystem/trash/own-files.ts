import { inDirectory } from '../../../kit/below.js';
import { entriesOf } from '../delete-files.js';
import { ifExists, isTemporary, OWN } from './own-directory.js';
import { deleteEmptyDirectories } from './places.js';
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
    if (isTemporary(entry.name) || isOthers(below)) continue;
    if (entry.isFile()) found.push(below.join('/'));
    else if (entry.isDirectory()) await inDirectory(path, [entry.name], (next) => addFiles(next, below, found));
  }
}

/** True for what is not a file of regadm: blobs, and how versions are recorded. */
function isOthers(names: readonly string[]): boolean {
  return names[0] === VERSIONS || (names[0] === 'trash' && names[2] === 'blobs');
}

/** Deletes files of regadm, and directories in the trash that become empty. @throws the file system's error */
export async function deleteOwnFiles(base: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const names = path.split('/');
    await new VersionedFile(base, path).delete();
    await deleteEmptyDirectories(base, [OWN, ...names.slice(0, -1)], 2);
  }
}
