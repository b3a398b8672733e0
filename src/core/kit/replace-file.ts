import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
  type Stats,
} from 'node:fs';
import { randomUUID } from 'node:crypto';
import path from 'node:path';

/** Mode of a new file, which other users may read, unless the caller says otherwise. */
const READABLE_BY_ALL = 0o644;
/** The bit of a directory in which only owners can replace files, such as /tmp. */
const STICKY = 0o1000;

/**
 * Replaces a file as a whole: its readers, and a process that is killed, leave either the old content or the new one.
 * An existing file keeps its mode and, if possible, its owner. Does not wait for events, so that it also works while
 * the process exits.
 * @param mode of a file that does not exist yet
 * @throws Error if the file exists and is not a regular file, and the error of the file system
 */
export function replaceFile(file: string, text: string, mode = READABLE_BY_ALL): void {
  const temporary = writeTemporary(file, text, mode);
  try {
    renameSync(temporary, file);
  } catch (error) {
    unlinkSync(temporary);
    throw error;
  }
  flushDirectory(path.dirname(file));
}

/** Checks that `replaceFile` can replace a file with a text of this length; the file itself does not change. */
export function assertReplaceable(file: string, text: string): void {
  unlinkSync(writeTemporary(file, text));
}

/**
 * Reads a file that can be replaced.
 * @returns undefined if it does not exist
 * @throws Error if it is not a regular file or is too long, and the error of the file system
 */
export function readReplaceable(file: string, limitBytes: number): string | undefined {
  if (!existing(file)) return undefined;
  // Whoever can write to the directory could have replaced it meanwhile. The flags do not exist on Windows.
  const handle = openSync(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  try {
    const opened = fstatSync(handle);
    if (!opened.isFile()) throw new Error('it is not a regular file');
    if (opened.size > limitBytes) throw new Error(`it is longer than ${limitBytes} bytes`);
    return readFileSync(handle, 'utf8');
  } finally {
    closeSync(handle);
  }
}

function writeTemporary(file: string, text: string, mode = READABLE_BY_ALL): string {
  const former = existing(file);
  if (former) assertMayReplace(file, former);
  const temporary = path.join(path.dirname(file), `.regadm-${randomUUID()}.tmp`);
  const handle = openSync(temporary, 'wx', 0o600);
  try {
    writeFileSync(handle, text);
    if (former) keepOwner(handle, former);
    fchmodSync(handle, former ? former.mode & 0o777 : mode);
    fsyncSync(handle);
  } catch (error) {
    unlinkSync(temporary);
    throw error;
  } finally {
    closeSync(handle);
  }
  return temporary;
}

/** Returns what is known about a file; undefined if it does not exist. A link is not followed. */
function existing(file: string): Stats | undefined {
  if (/(?:^|[/\\])$/.test(file)) throw new Error('it is not the name of a file');
  const found = lstatSync(file, { throwIfNoEntry: false });
  if (found?.isSymbolicLink()) throw new Error('it is a symbolic link, which is not followed; name its target instead');
  if (found && !found.isFile()) throw new Error('it exists and is not a regular file, so it cannot be replaced');
  return found;
}

/** The system would refuse only the last step. */
function assertMayReplace(file: string, { uid }: Stats): void {
  const user = process.geteuid?.() ?? 0;
  const directory = statSync(path.dirname(file));
  if (user !== 0 && directory.mode & STICKY && ![uid, directory.uid].includes(user))
    throw new Error('it belongs to another user, and only owners can replace files in its directory');
}

/** Only root can give a file to another user. For everybody else, the file changes its owner. */
function keepOwner(handle: number, { uid, gid }: Stats): void {
  try {
    fchownSync(handle, uid, gid);
  } catch (error) {
    if (!['EPERM', 'EINVAL', 'ENOSYS', 'ENOTSUP'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

/** The new file is in place already: a file system that cannot flush a directory is not a failure. */
function flushDirectory(directory: string): void {
  try {
    const handle = openSync(directory, 'r');
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch {
    // Windows does not open directories.
  }
}
