import { lstat, readdir } from 'node:fs';
import type { Dirent, Stats } from 'node:fs';
import { RegadmError } from '../../model/errors.js';

/** So many file operations at a time: keeps network storage busy; a local disk does not mind. */
export const PARALLEL = 16;

/** Runs `work` on every item, at most `PARALLEL` at a time. The first failure ends it. */
export async function forEachParallel<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const iterator = items[Symbol.iterator]();
  let failed = false;
  const worker = async (): Promise<void> => {
    for (let next = iterator.next(); !next.done && !failed; next = iterator.next()) {
      await work(next.value).catch((error: unknown) => {
        failed = true;
        throw error;
      });
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
}

// Callback functions of node:fs cost half of what fs/promises does, which shows with tens of thousands of files.

/** Names in a folder; none when it is not there (any more) or is no folder. @throws RegadmError STORAGE_UNREADABLE */
export function namesIn(path: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    readdir(path, (error, names) => (error ? settleMissing(error, path, resolve, reject, []) : resolve(names)));
  });
}

/** The same with kinds: symbolic links are said to be such, not followed. @throws RegadmError STORAGE_UNREADABLE */
export function entriesIn(path: string): Promise<Dirent[]> {
  return new Promise((resolve, reject) => {
    readdir(path, { withFileTypes: true }, (error, entries) =>
      error ? settleMissing(error, path, resolve, reject, []) : resolve(entries),
    );
  });
}

/** What is at a path itself (a symbolic link is not followed); undefined when nothing. @throws RegadmError STORAGE_UNREADABLE */
export function statOf(path: string): Promise<Stats | undefined> {
  return new Promise((resolve, reject) => {
    lstat(path, (error, stats) => (error ? settleMissing(error, path, resolve, reject, undefined) : resolve(stats)));
  });
}

/** True for the errors of a path that has vanished. */
export function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

function settleMissing<T>(
  error: NodeJS.ErrnoException,
  path: string,
  resolve: (value: T) => void,
  reject: (error: Error) => void,
  missing: T,
): void {
  if (isMissing(error)) return resolve(missing);
  const action =
    error.code === 'EACCES' || error.code === 'EPERM' ? 'may not be read' : `cannot be read (${error.code})`;
  reject(
    new RegadmError(`the registry's storage cannot be seen whole: ${path} ${action}`, {
      code: 'STORAGE_UNREADABLE',
      suggestions: [
        'run regadm as a user that may read the whole storage; nothing was deleted on what was seen so far',
      ],
      cause: error,
    }),
  );
}
