import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

/** Mode of files with data of a cluster: only their owner can read them. */
const OWNER_ONLY = 0o600;

/** Names of files that the shell has opened already, e.g. `3> plan.json`. */
const OPEN_FILE = /^\/(?:dev|proc\/self)\/fd\/\d+$/;

/**
 * Opens a file for output, with mode 0600 if it does not exist. A link is followed only to a character device or a
 * pipe, because whoever can write to the directory could otherwise choose which file is overwritten.
 * @param how `w` replaces the content, `a` appends
 * @throws Error if the file is a link to anything else, and the error of the file system
 */
export async function openPrivateFile(file: string, how: 'w' | 'a'): Promise<FileHandle> {
  const flags = constants.O_WRONLY | constants.O_CREAT | (how === 'a' ? constants.O_APPEND : constants.O_TRUNC);
  // O_NOFOLLOW does not exist on Windows.
  const noFollow = OPEN_FILE.test(file) ? 0 : (constants.O_NOFOLLOW ?? 0);
  try {
    return await open(file, flags | noFollow, OWNER_ONLY);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ELOOP') return openLinkedDevice(file, error);
    if (code === 'ENXIO')
      throw new Error('it is a socket, which cannot be opened; name a file or a pipe', { cause: error });
    throw error;
  }
}

/** Checks what was opened, because a link can be replaced at any time. Nothing is created or truncated before that. */
async function openLinkedDevice(link: string, cause: unknown): Promise<FileHandle> {
  const handle = await open(link, constants.O_WRONLY | constants.O_APPEND).catch(() => undefined);
  const target = await handle?.stat();
  if (handle && (target?.isCharacterDevice() || target?.isFIFO())) return handle;
  await handle?.close();
  throw new Error('it is a symbolic link, which is not followed; name its target instead', { cause });
}
