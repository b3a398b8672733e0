import { inDirectory } from '../../../kit/below.js';
import { systemRemedy } from '../../../kit/system-error.js';
import { RegadmError } from '../../../model/errors.js';
import { makeDirectories } from '../create.js';
import { fileProblem, statOf, unreadable } from '../files.js';

/** Name of regadm's directory next to `docker`. */
export const OWN = 'regadm';
/**
 * Makes directories of regadm that are missing. The first one has owner and mode of `docker`, so that whoever can
 * delete blobs can also move them; the others, of their parent.
 * @param base the directory that contains `docker`
 */
export function makeOwnDirectories(base: string, names: readonly string[]): Promise<void> {
  return makeDirectories(base, names, { like: `${base}/docker` });
}

/** Calls `act` with the path of a directory that exists. @throws Error if it does not, or is a symbolic link */
export async function within<T>(base: string, names: readonly string[], act: (path: string) => Promise<T>): Promise<T> {
  const found = await inDirectory(base, names, async (path) => ({ result: await act(path) }));
  if (!found) throw new Error(`${names.join('/')} is not a directory; symbolic links are not followed`);
  return found.result;
}

/**
 * Calls `act` with the path of a directory.
 * @returns undefined if it does not exist
 * @throws Error if a part of the path is something else, such as a symbolic link
 */
export async function ifExists<T>(
  base: string,
  names: readonly string[],
  act: (path: string) => Promise<T>,
): Promise<T | undefined> {
  const found = await inDirectory(base, names, async (path) => ({ result: await act(path) }));
  if (found) return found.result;
  for (let depth = 1; depth <= names.length; depth++) {
    const [name, parents] = [names[depth - 1]!, names.slice(0, depth - 1)];
    const stats = await inDirectory(base, parents, (path) => statOf(`${path}/${name}`));
    if (!stats) return undefined;
    if (!stats.isDirectory()) throw new Error(`${names.slice(0, depth).join('/')} is not a directory`);
  }
  // It was created meanwhile.
  return (await inDirectory(base, names, async (path) => ({ result: await act(path) })))?.result;
}

/** Returns the error for a file or directory of regadm that cannot be read. */
export function notRead(error: unknown, path: string): Error {
  return error instanceof RegadmError ? error : unreadable(error as NodeJS.ErrnoException, path);
}

/** Returns the error for a file of regadm that was not written or deleted. */
export function notChanged(cause: unknown, action: 'write' | 'delete', path: string): Error {
  if (cause instanceof RegadmError) return cause;
  return new RegadmError(`cannot ${action} ${path}: ${writeProblem(cause)}`, {
    code: 'STORAGE_ERROR',
    suggestions: [fileProblem(cause) === 'permission denied' ? MAY_WRITE : (systemRemedy(cause) ?? MAY_WRITE)],
    cause,
  });
}

const MAY_WRITE = 'run regadm as a user who can write to the directory that contains "docker"';

const PROBLEMS: ReadonlyMap<string, string> = new Map([
  ['EXDEV', 'it is on another file system, or in another quota, than the blobs: nothing can be moved there'],
  ['ENOSPC', 'the file system is full'],
  ['EDQUOT', 'the quota of the file system is used up'],
  ['EROFS', 'the file system is read-only'],
  ['ENOTDIR', 'a directory on the way is a symbolic link or a file'],
]);

/** Describes why something was not written or moved, without its path. */
export function writeProblem(error: unknown): string {
  return PROBLEMS.get((error as NodeJS.ErrnoException).code ?? '') ?? fileProblem(error);
}
