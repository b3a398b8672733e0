import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { inDirectory, isMissing } from '../../kit/below.js';
import { fileProblem } from './files.js';
import { blobDirectory, namesBelow } from '../layout.js';
import type { OpenBlob } from '../storage.js';

/** Neither follows a symbolic link nor waits for the writer of a pipe. */
const READ = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
/** Size of the chunks of an opened blob, in bytes. */
const CHUNK_BYTES = 262_144;

/**
 * Reads a blob. Symbolic links are not followed.
 * @returns undefined if it does not exist
 * @throws Error that names the file and why it cannot be read
 */
export function readBlob(root: string, hex: string, limitBytes: number): Promise<Buffer | undefined> {
  return readData(root, namesBelow(root, blobDirectory(root, hex)), limitBytes);
}

/** Reads the data of a blob, as `readBlob`, in a directory below another one. */
export async function readData(
  root: string,
  names: readonly string[],
  limitBytes: number,
): Promise<Buffer | undefined> {
  const opened = await openData(root, names);
  if (!opened) return undefined;
  const { file, bytes } = opened;
  try {
    if (bytes > limitBytes) throw new Error(`it is longer than ${limitBytes} bytes`);
    return await file.readFile();
  } catch (cause) {
    throw unreadable(root, names, cause);
  } finally {
    await file.close();
  }
}

/**
 * Opens a blob, whose content is read in chunks. Symbolic links are not followed.
 * @returns undefined if it does not exist
 * @throws Error that names the file and why it cannot be read
 */
export async function openBlob(root: string, hex: string, signal?: AbortSignal): Promise<OpenBlob | undefined> {
  const names = namesBelow(root, blobDirectory(root, hex));
  const opened = await openData(root, names);
  if (!opened) return undefined;
  const { file, bytes } = opened;
  async function* content(): AsyncGenerator<Buffer> {
    let length = 0;
    try {
      for (;;) {
        signal?.throwIfAborted();
        const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES);
        if (bytesRead === 0) break;
        length += bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
      if (length !== bytes) throw new Error(`it has ${length} bytes instead of ${bytes}: it changed while it was read`);
    } catch (cause) {
      throw signal?.aborted ? cause : unreadable(root, names, cause);
    } finally {
      await file.close();
    }
  }
  return { bytes, content: content() };
}

async function openData(
  root: string,
  names: readonly string[],
): Promise<{ file: FileHandle; bytes: number } | undefined> {
  try {
    return await inDirectory(root, names, (directory) => openFile(`${directory}/data`));
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw unreadable(root, names, cause);
  }
}

async function openFile(path: string): Promise<{ file: FileHandle; bytes: number }> {
  const file = await open(path, READ);
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw new Error('it is not a file');
    return { file, bytes: stats.size };
  } catch (error) {
    await file.close();
    throw error;
  }
}

function unreadable(root: string, names: readonly string[], cause: unknown): Error {
  return new Error(`${root}/${names.join('/')}/data: ${fileProblem(cause)}`, { cause });
}
