import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, rename, rmdir, stat, unlink, type FileHandle } from 'node:fs/promises';
import { linkDirectory, namesBelow } from '../layout.js';
import type { StoredLink } from '../storage.js';
import { inDirectory } from '../../kit/below.js';
import { fileProblem, readSmallFile, statOf } from './files.js';

/** Neither flag exists on all systems. */
const DIRECTORY = constants.O_RDONLY | (constants.O_DIRECTORY ?? 0) | (constants.O_NOFOLLOW ?? 0);

/**
 * Writes a link, and creates the directories that are missing, with owners and modes as the registry's files there
 * have. Every file and directory gets its name when it is complete. Symbolic links are not followed.
 * @throws Error that names the link and why it cannot be written
 */
export async function writeLink(root: string, link: StoredLink): Promise<void> {
  try {
    await write(root, link);
  } catch (cause) {
    throw new Error(`${linkDirectory(root, link)}/link: ${fileProblem(cause)}`, { cause });
  }
}

async function write(root: string, link: StoredLink): Promise<void> {
  const names = namesBelow(root, linkDirectory(root, link));
  for (const [depth, name] of names.entries()) {
    const parent = names.slice(0, depth);
    const exists = await inDirectory(root, names.slice(0, depth + 1), async () => true);
    if (!exists) await inDirectory(root, parent, (path) => makeDirectory(path, name));
  }
  const isWritten = await inDirectory(root, names, async (path) => {
    await writeFile(path, 'link', link.digest);
    return true;
  });
  if (!isWritten) throw new Error('a directory on the way is a symbolic link or a file');
}

/**
 * Reads a link.
 * @returns undefined if nothing has its name
 * @throws Error if something other than a link has it
 */
export async function readExistingLink(root: string, link: StoredLink): Promise<string | undefined> {
  return inDirectory(root, namesBelow(root, linkDirectory(root, link)), async (directory) => {
    const stats = await statOf(`${directory}/link`);
    if (!stats) return undefined;
    const content = await readSmallFile(`${directory}/link`);
    if (content === undefined) throw new Error('something other than a link has its name');
    return content;
  });
}

/** Makes a directory with the owner and the mode of its parent. */
async function makeDirectory(parent: string, name: string): Promise<void> {
  const temporary = `${parent}/${temporaryName()}`;
  await mkdir(temporary, 0o700);
  try {
    await withHandle(temporary, DIRECTORY, async (handle) => {
      const { uid, gid, mode } = await stat(parent);
      await setOwner(handle, { uid, gid, mode: mode & 0o7777 });
    });
    await rename(temporary, `${parent}/${name}`);
  } catch (error) {
    await rmdir(temporary);
    // The registry has made the directory meanwhile, and written to it.
    if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
  await flush(parent);
}

/** Writes a file with the owner of its directory, and the mode that the registry's files have there. */
async function writeFile(directory: string, name: string, content: string): Promise<void> {
  const temporary = `${directory}/${temporaryName()}`;
  try {
    await withHandle(temporary, 'wx', async (handle) => {
      await handle.writeFile(content);
      const { uid, gid, mode } = await stat(directory);
      await setOwner(handle, { uid, gid, mode: mode & 0o666 });
      await handle.sync();
    });
    await rename(temporary, `${directory}/${name}`);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
  await flush(directory);
}

const temporaryName = (): string => `.regadm-${randomUUID()}.tmp`;

async function withHandle(
  path: string,
  flags: string | number,
  act: (handle: FileHandle) => Promise<void>,
): Promise<void> {
  const handle = await open(path, flags, 0o600);
  try {
    await act(handle);
  } finally {
    await handle.close();
  }
}

/** Sets owner and mode. Only root can give a file away; a user of the registry's group owns what it writes. */
async function setOwner(
  handle: FileHandle,
  { uid, gid, mode }: { uid: number; gid: number; mode: number },
): Promise<void> {
  const own = await handle.stat();
  if (own.uid !== uid || own.gid !== gid)
    await handle.chown(uid, gid).catch((error: NodeJS.ErrnoException) => {
      if (!['EPERM', 'EINVAL', 'ENOSYS', 'ENOTSUP'].includes(error.code ?? '')) throw error;
    });
  await handle.chmod(mode);
}

/** Makes the names in a directory durable. */
async function flush(directory: string): Promise<void> {
  // The path can lead through an open directory, so it is followed.
  await withHandle(directory, 'r', (handle) => handle.sync());
}
