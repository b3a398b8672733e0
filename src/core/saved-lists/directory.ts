import { constants } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { messageOf } from '../model/errors.js';
import { LIMITS, limitOf, rejectTooLarge } from './limits.js';
import type { FileReceiver } from './source.js';

/** `O_NOFOLLOW` does not exist on all systems; a pipe must not block. */
const READ = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/**
 * Reads the files below a directory that matter, in the order of their paths. Links below it are not followed.
 * @throws Error if the directory cannot be read
 */
export async function readDirectory(dir: string, receiver: FileReceiver, limits = LIMITS): Promise<void> {
  const root = await realpath(dir);
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries
    .map((entry) => ({ entry, relative: path.relative(root, path.join(entry.parentPath, entry.name)) }))
    .sort((a, b) => (a.relative < b.relative ? -1 : 1));
  for (const { entry, relative } of files) {
    const name = relative.split(path.sep).join('/');
    if (entry.isSymbolicLink() && (receiver.wants(name) || (await isDirectory(path.join(root, relative)))))
      receiver.unreadable(name, 'is a link, which is not followed', 'replace-link');
    else if (entry.isDirectory() || entry.isSymbolicLink() || !receiver.wants(name)) continue;
    else if (entry.isFile()) await readOne({ root, relative, name }, receiver, limits);
    else receiver.unreadable(name, 'is not a file');
  }
}

/** True if a link leads to a directory. */
async function isDirectory(link: string): Promise<boolean> {
  try {
    return (await stat(link)).isDirectory();
  } catch {
    return false;
  }
}

async function readOne(
  { root, relative, name }: { root: string; relative: string; name: string },
  receiver: FileReceiver,
  limits: typeof LIMITS,
): Promise<void> {
  const file = path.join(root, relative);
  try {
    // A directory on the way can have been replaced by a link since it was listed.
    if ((await realpath(file)) !== file) return receiver.unreadable(name, 'is below a link, which is not followed');
    const handle = await open(file, READ);
    try {
      const { size } = await handle.stat();
      if (size > limitOf(name, limits)) rejectTooLarge(name, limits, receiver);
      else receiver.file(name, await handle.readFile());
    } finally {
      await handle.close();
    }
  } catch (error) {
    receiver.unreadable(name, `cannot be read: ${messageOf(error)}`);
  }
}
