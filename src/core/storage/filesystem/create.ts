import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { link, lstat, mkdir, open, rename, rmdir, stat, unlink, type FileHandle } from 'node:fs/promises';
import { inDirectory } from '../../kit/below.js';

/** Neither flag exists on all systems. */
const DIRECTORY = constants.O_RDONLY | (constants.O_DIRECTORY ?? 0) | (constants.O_NOFOLLOW ?? 0);
/** Codes of a file system without hard links, or of a file that has as many as are possible. */
const NO_HARD_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

const temporaryName = (): string => `.regadm-${randomUUID()}.tmp`;
const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? '';

/** True if a directory could not be put in the place of another one because that has content. */
export const isOccupied = (error: unknown): boolean => ['ENOTEMPTY', 'EEXIST'].includes(codeOf(error));

/** True if a hard link could not be made because the file system has none, or no more. */
export const lacksHardLinks = (error: unknown): boolean => NO_HARD_LINKS.has(codeOf(error));

/** True if two directories are in different file systems, or quotas. */
const isElsewhere = (error: unknown): boolean => codeOf(error) === 'EXDEV';

/** Directories that are being made, by their paths. */
const making = new Map<string, Promise<void>>();

/** How directories are made. */
interface MakeOptions {
  /** The directory whose owner and mode the first one gets; default: its parent. */
  like?: string;
  /** Directory for what has not got its name yet, so that a killed run leaves it there; default: the parent. */
  staging?: string;
}

/**
 * Makes the directories of a path that are missing, each with the owner and the mode of its parent.
 * @throws Error if a part of the path is a file or, mostly, a symbolic link, and the error of the file system
 */
export async function makeDirectories(
  root: string,
  names: readonly string[],
  options: MakeOptions = {},
): Promise<void> {
  for (let depth = 1; depth <= names.length; depth++) {
    const key = `${root}/${names.slice(0, depth).join('/')}`;
    // A directory gets its name in place of an empty one: of two that are made at once, the first would be lost.
    const known = making.get(key);
    const made = known ?? makeMissing(root, names.slice(0, depth), options).finally(() => making.delete(key));
    if (!known) making.set(key, made);
    await made;
  }
}

async function makeMissing(root: string, names: readonly string[], { like, staging }: MakeOptions): Promise<void> {
  if (await inDirectory(root, names, async () => true)) return;
  const [name, parents] = [names.at(-1)!, names.slice(0, -1)];
  await inDirectory(root, parents, (path) =>
    makeDirectory(path, name, { staging, ...(parents.length === 0 ? { like } : {}) }),
  );
}

interface NewDirectory extends MakeOptions {
  /** Writes what the directory contains when it gets its name. Returns how to remove that again. */
  fill(directory: string): Promise<() => Promise<void>>;
}

/** Makes a directory, which gets its name when it is complete; one with content that exists stays as it is. */
export async function makeDirectory(
  parent: string,
  name: string,
  { like = parent, staging = parent, fill = async () => async () => undefined }: Partial<NewDirectory> = {},
): Promise<void> {
  const temporary = `${staging}/${temporaryName()}`;
  await mkdir(temporary, 0o700);
  let empty = async (): Promise<void> => undefined;
  try {
    await withHandle(temporary, DIRECTORY, async (handle) => {
      const { uid, gid, mode } = await stat(like);
      await setOwner(handle, { uid, gid, mode: mode & 0o7777 });
    });
    empty = await fill(temporary);
    await rename(temporary, `${parent}/${name}`);
  } catch (error) {
    await empty().catch(() => undefined);
    await rmdir(temporary).catch(() => undefined);
    if (staging !== parent && isElsewhere(error)) return makeDirectory(parent, name, { like, fill });
    // The registry, or another run, has made the directory meanwhile, and written to it.
    if (!isOccupied(error)) throw error;
  }
  await flush(parent);
}

/**
 * Writes a file under its own name, durably, with the owner of its directory and the mode that the registry's files
 * have there. Its directory entry is durable only after `flush`.
 * @param like the directory whose owner it gets
 */
export async function writeNew(
  directory: string,
  name: string,
  content: string | Buffer,
  like = directory,
): Promise<void> {
  const file = `${directory}/${name}`;
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(content);
    const { uid, gid, mode } = await stat(like);
    await setOwner(handle, { uid, gid, mode: mode & 0o666 });
    await handle.sync();
  } catch (error) {
    await unlink(file).catch(() => undefined);
    throw error;
  } finally {
    await handle.close();
  }
}

/**
 * Writes a file as `writeNew`, which gets its name when it is complete and replaces what has it.
 * @param staging directory for what has not got its name yet
 */
export async function writeFile(
  directory: string,
  { name, content }: { name: string; content: string },
  staging = directory,
): Promise<void> {
  const temporary = temporaryName();
  await writeNew(staging, temporary, content, directory);
  try {
    await rename(`${staging}/${temporary}`, `${directory}/${name}`);
  } catch (error) {
    await unlink(`${staging}/${temporary}`).catch(() => undefined);
    if (staging !== directory && isElsewhere(error)) return writeFile(directory, { name, content });
    throw error;
  }
  await flush(directory);
}

/**
 * Writes a file as `writeNew`, which gets its name when it is complete, and replaces nothing.
 * @param staging directory for what has not got its name yet
 * @returns false if something has its name
 * @throws the file system's error; `lacksHardLinks` recognizes that of a file system that cannot do this
 */
export async function createFile(
  directory: string,
  { name, content }: { name: string; content: string | Buffer },
  staging = directory,
): Promise<boolean> {
  const temporary = `${staging}/${temporaryName()}`;
  await writeNew(staging, temporary.slice(staging.length + 1), content, directory);
  try {
    await link(temporary, `${directory}/${name}`);
  } catch (error) {
    if (staging !== directory && isElsewhere(error)) return await createFile(directory, { name, content });
    // The response of an NFS server can be lost, and the repeated request finds the same file.
    if (codeOf(error) !== 'EEXIST') throw error;
    if (!(await isSameFile(temporary, `${directory}/${name}`))) return false;
  } finally {
    await unlink(temporary).catch(() => undefined);
  }
  await flush(directory);
  return true;
}

/** True if both names lead to one file. Symbolic links are not followed. */
export async function isSameFile(one: string, other: string): Promise<boolean> {
  const [first, second] = await Promise.all([one, other].map((file) => lstat(file, { bigint: true })));
  return first!.dev === second!.dev && first!.ino === second!.ino;
}

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
export async function flush(directory: string): Promise<void> {
  // The path can lead through an open directory, so it is followed.
  await withHandle(directory, 'r', (handle) => handle.sync());
}
