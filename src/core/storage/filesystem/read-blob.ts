import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { inDirectory } from './below.js';
import { fileProblem, isMissing } from './files.js';
import { blobData, blobDirectory, namesBelow } from '../layout.js';

/** Neither follows a symbolic link nor waits for the writer of a pipe. */
const READ = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/**
 * Reads a blob. Symbolic links are not followed.
 * @returns undefined if it does not exist
 * @throws Error that names the file and why it cannot be read
 */
export async function readBlob(root: string, hex: string, limitBytes: number): Promise<Buffer | undefined> {
  const names = namesBelow(root, blobDirectory(root, hex));
  try {
    return await inDirectory(root, names, (directory) => readFile(`${directory}/data`, limitBytes));
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw new Error(`${blobData(root, hex)}: ${fileProblem(cause)}`, { cause });
  }
}

async function readFile(path: string, limitBytes: number): Promise<Buffer> {
  const file = await open(path, READ);
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw new Error('it is not a file');
    if (stats.size > limitBytes) throw new Error(`it is longer than ${limitBytes} bytes`);
    return await file.readFile();
  } finally {
    await file.close();
  }
}
