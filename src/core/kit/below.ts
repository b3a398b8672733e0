import { close, constants, existsSync, lstat, open, stat, type Stats } from 'node:fs';
import { promisify } from 'node:util';

const openFile = promisify(open);
const closeFile = promisify(close);
const statWithoutLink = promisify(lstat);
const statThroughLinks = promisify(stat);

/** `O_DIRECTORY` and `O_NOFOLLOW` do not exist on all systems. */
const DIRECTORY = constants.O_RDONLY | (constants.O_DIRECTORY ?? 0) | (constants.O_NOFOLLOW ?? 0);
/**
 * On Linux, a path through an open directory cannot be redirected: whoever replaces a directory by a symbolic link
 * afterward changes nothing for it. Node has no openat and unlinkat, but /proc/self/fd has the same effect. Without
 * /proc, as in a bare chroot, every directory would seem to be missing, and what it contains to be deleted already.
 */
export const HAS_OPEN_PATHS = process.platform === 'linux' && existsSync('/proc/self/fd');
/** Codes of a directory that is missing, or that is a symbolic link or a file now. */
const NOT_A_DIRECTORY = new Set(['ENOENT', 'ENOTDIR', 'ELOOP']);

/** True for the errors of a path that does not exist. */
export function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** A directory, and a path of it that is valid until it is closed, even if the directory is replaced. */
export interface OpenDirectory {
  readonly path: string;
  close(): Promise<void>;
}

/**
 * Opens a directory below a trusted one, component by component, without following a symbolic link. Elsewhere than on
 * Linux, it compares device and inode instead, so it has to be called immediately before the path is used.
 * @returns undefined if a component is missing, or is not a directory
 * @throws the file system's error
 */
export async function openBelow(from: string, names: readonly string[]): Promise<OpenDirectory | undefined> {
  if (!HAS_OPEN_PATHS) return checkedBelow(from, names);
  let directory: OpenDirectory = { path: from, close: async () => undefined };
  for (const name of names) {
    const next = await openIn(directory, name);
    if (!next) return undefined;
    directory = next;
  }
  return directory;
}

/** Calls `act` with the path of a directory below another one. @returns undefined if there is no such directory */
export async function inDirectory<T>(
  from: string,
  names: readonly string[],
  act: (directory: string) => Promise<T>,
): Promise<T | undefined> {
  const directory = await openBelow(from, names);
  if (!directory) return undefined;
  try {
    return await act(directory.path);
  } finally {
    await directory.close();
  }
}

/** Opens one component and closes its parent. */
async function openIn(parent: OpenDirectory, name: string): Promise<OpenDirectory | undefined> {
  try {
    const descriptor = await openFile(`${parent.path}/${name}`, DIRECTORY);
    return { path: `/proc/self/fd/${descriptor}`, close: () => closeFile(descriptor) };
  } catch (error) {
    if (NOT_A_DIRECTORY.has((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  } finally {
    await parent.close();
  }
}

/**
 * Checks that every component is a directory and no link, then that the whole path leads to the last one of them: a
 * component that was replaced meanwhile leads elsewhere.
 */
async function checkedBelow(from: string, names: readonly string[]): Promise<OpenDirectory | undefined> {
  let path = from;
  let last: Stats | undefined;
  for (const name of names) {
    path += `/${name}`;
    last = await orMissing(statWithoutLink(path));
    if (!last?.isDirectory()) return undefined;
  }
  const reached = await orMissing(statThroughLinks(path));
  if (last && !(reached && sameFile(last, reached))) return undefined;
  return { path, close: async () => undefined };
}

function sameFile(one: Stats, other: Stats): boolean {
  return one.dev === other.dev && one.ino === other.ino;
}

async function orMissing(stats: Promise<Stats>): Promise<Stats | undefined> {
  return stats.catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
}
