import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, open, rename, unlink, type FileHandle } from 'node:fs/promises';
import { isMissing } from '../kit/below.js';

/** Neither follows a symbolic link nor waits for the writer of a pipe. */
const READ = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
/** Mode of files with data of a cluster: only their owner can read them. */
const OWNER_ONLY = 0o600;
/** Size of the parts in which a file is read, in bytes. */
const CHUNK_BYTES = 256 * 1024;
/** Codes of file systems that cannot flush a directory, and of systems that do not open one. */
const NOT_FLUSHABLE = new Set(['EINVAL', 'ENOTSUP', 'EISDIR', 'EPERM']);

/**
 * Opens a regular file for reading. Symbolic links are not followed.
 * @returns undefined if it does not exist
 * @throws Error if it is not a regular file, and the file system's error
 */
export async function openRegularFile(path: string): Promise<FileHandle | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, READ);
  } catch (error) {
    if (isMissing(error)) return undefined;
    if ((error as NodeJS.ErrnoException).code === 'ELOOP')
      throw new Error('it is a symbolic link, which is not followed', { cause: error });
    throw error;
  }
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw new Error('it is not a regular file');
}

/**
 * Reads a small regular file.
 * @returns undefined if it does not exist
 * @throws Error if it is not a regular file or is too long, and the file system's error
 */
export async function readSmallFile(path: string, limitBytes: number): Promise<Buffer | undefined> {
  const file = await openRegularFile(path);
  if (!file) return undefined;
  try {
    if ((await file.stat()).size > limitBytes) throw new Error(`it is longer than ${limitBytes} bytes`);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/**
 * Reads an open file, and closes it at its end, or when the reader stops. The reader waits until it is closed; a stream
 * would close it a moment later.
 * @throws the file system's error
 */
export async function* readOpenFile(file: FileHandle): AsyncGenerator<Buffer> {
  try {
    for (;;) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** Returns the size of a regular file; undefined if there is none. @throws the file system's error */
export async function sizeOfFile(path: string): Promise<number | undefined> {
  try {
    const stats = await lstat(path);
    return stats.isFile() ? stats.size : undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Creates a file that must not exist, with mode 0600. @throws the file system's error */
export function createFile(path: string): Promise<FileHandle> {
  return open(path, 'wx', OWNER_ONLY);
}

/** Where a file is written, and where it appears as a whole. */
interface Places {
  /** Path of the directory for temporary files, on the same file system. */
  temporary: string;
  /** Path of the directory in which the file appears. */
  directory: string;
  name: string;
}

/**
 * Writes a file so that it appears as a whole and survives a power failure: under a temporary name, flushed, then
 * renamed. The temporary file is removed if anything fails. The caller flushes the directory.
 * @throws what `write` throws, or the file system's error
 */
export async function writeWhole(places: Places, write: (file: FileHandle) => Promise<void>): Promise<void> {
  const temporary = `${places.temporary}/${places.name}.${randomBytes(4).toString('hex')}`;
  const file = await createFile(temporary);
  try {
    try {
      await write(file);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, `${places.directory}/${places.name}`);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}

/** Flushes the entries of a directory to the disk, if its file system can. @throws the file system's error */
export async function flushDirectory(path: string): Promise<void> {
  try {
    const directory = await open(path, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  } catch (error) {
    if (!NOT_FLUSHABLE.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
