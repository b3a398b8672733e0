import { constants } from 'node:fs';
import { lstat, open, stat, type FileHandle } from 'node:fs/promises';

/** Mode of files with data of a cluster: only their owner can read them. */
const OWNER_ONLY = 0o600;

/** Names of files that the shell has opened already, e.g. `> plan.json`. */
const OWN_STREAM = /^\/(?:dev\/(?:stdout|stderr|fd\/\d+)|proc\/self\/fd\/\d+)$/;

/**
 * Opens a file for output, with mode 0600 if it does not exist. A link is followed only to a character device or a
 * pipe, because whoever can write to the directory could otherwise choose which file is overwritten.
 * @param how `w` replaces the content, `a` appends
 * @throws Error if the file is a link to anything else, and the error of the file system
 */
export async function openPrivateFile(file: string, how: 'w' | 'a'): Promise<FileHandle> {
  const followed = OWN_STREAM.test(file) || (await isLinkToDevice(file));
  const flags = constants.O_WRONLY | constants.O_CREAT | (how === 'a' ? constants.O_APPEND : constants.O_TRUNC);
  // O_NOFOLLOW does not exist on Windows.
  try {
    return await open(file, followed ? flags : flags | (constants.O_NOFOLLOW ?? 0), OWNER_ONLY);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ELOOP') throw error;
    throw new Error('it is a symbolic link, which is not followed; name its target instead', { cause: error });
  }
}

/** Writes a file as `openPrivateFile` opens it. */
export async function writePrivateFile(file: string, text: string): Promise<void> {
  const handle = await openPrivateFile(file, 'w');
  try {
    await handle.writeFile(text);
  } finally {
    await handle.close();
  }
}

async function isLinkToDevice(file: string): Promise<boolean> {
  const link = await lstat(file).catch(() => undefined);
  if (!link?.isSymbolicLink()) return false;
  const target = await stat(file).catch(() => undefined);
  return target !== undefined && (target.isCharacterDevice() || target.isFIFO());
}
