import { lstat, readdir } from 'node:fs';
import type { Dirent, Stats } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isMissing } from '../../kit/below.js';
import { RegadmError, messageOf } from '../../model/errors.js';

/** Maximum concurrent file operations: enough to keep network storage busy without slowing down a local disk. */
export const PARALLEL = { concurrency: 16 };

// The callback functions of node:fs take half the time of fs/promises, which matters for tens of thousands of files.

/**
 * Lists the names in a directory; empty when it does not exist or is not a directory.
 * @throws RegadmError STORAGE_UNREADABLE
 */
export function namesIn(path: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    readdir(path, (error, names) =>
      error ? settleMissing(error, path, { resolve, reject, missing: [] }) : resolve(names),
    );
  });
}

/**
 * Lists the entries of a directory with their kinds; does not follow symbolic links.
 * @throws RegadmError STORAGE_UNREADABLE
 */
export function entriesIn(path: string): Promise<Dirent[]> {
  return new Promise((resolve, reject) => {
    readdir(path, { withFileTypes: true }, (error, entries) =>
      error ? settleMissing(error, path, { resolve, reject, missing: [] }) : resolve(entries),
    );
  });
}

/**
 * Reads the status of a path without following a symbolic link; undefined if it does not exist.
 * @throws RegadmError STORAGE_UNREADABLE
 */
export function statOf(path: string): Promise<Stats | undefined> {
  return new Promise((resolve, reject) => {
    lstat(path, (error, stats) =>
      error ? settleMissing(error, path, { resolve, reject, missing: undefined }) : resolve(stats),
    );
  });
}

/** Maximum size of a link or a `startedat` file, in bytes. */
const SMALL = 1024;

/** Reads a small regular file; undefined when there is none. @throws RegadmError STORAGE_UNREADABLE */
export async function readSmallFile(path: string): Promise<string | undefined> {
  const stats = await statOf(path);
  if (!stats?.isFile() || stats.size > SMALL) return undefined;
  return readFile(path, 'utf8').then(
    (text) => text.trim(),
    (error: NodeJS.ErrnoException) => {
      if (isMissing(error)) return undefined;
      throw unreadable(error, path);
    },
  );
}

interface Settle<T> {
  resolve(value: T): void;
  reject(error: Error): void;
  missing: T;
}

function settleMissing<T>(error: NodeJS.ErrnoException, path: string, { resolve, reject, missing }: Settle<T>): void {
  if (isMissing(error)) resolve(missing);
  else reject(unreadable(error, path));
}

/** Creates the error for a part of the storage that cannot be read. */
export function unreadable(error: NodeJS.ErrnoException, path: string): RegadmError {
  return new RegadmError(`cannot read the whole storage of the registry: ${path}: ${fileProblem(error)}`, {
    code: 'STORAGE_UNREADABLE',
    suggestions: ['run regadm as a user who can read the whole storage; nothing was deleted'],
    cause: error,
  });
}

/** Describes why a file cannot be read, without its path. */
export function fileProblem(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EACCES' || code === 'EPERM' ? 'permission denied' : (code ?? messageOf(error));
}
