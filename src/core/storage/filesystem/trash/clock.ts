import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, open, unlink } from 'node:fs/promises';
import { makeOwnDirectories, OWN, within } from './own-directory.js';

/** Not O_EXCL: servers of NFS keep a number in the times of a file that is created with it. */
const CREATE = constants.O_WRONLY | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0);

/** Reads the clock of the file system, which is the server's on a network: the time of a file just created. */
export async function storageTime(base: string): Promise<number> {
  await makeOwnDirectories(base, [OWN]);
  return within(base, [OWN], async (directory) => {
    const file = `${directory}/.regadm-${randomUUID()}.tmp`;
    const handle = await open(file, CREATE, 0o600);
    try {
      return Math.floor((await handle.stat()).mtimeMs);
    } finally {
      await handle.close();
      await unlink(file).catch(() => undefined);
    }
  });
}

/**
 * Describes the file system's number of `docker` and what is below it, and when that was created. A copy has other
 * numbers, or was created at another time; a mount at another path has the same.
 * @param root the registry's `docker/registry/v2`
 */
export async function identityOfRoot(root: string): Promise<string> {
  const parts = [root, `${root}/..`, `${root}/../..`];
  const stats = await Promise.all(parts.map((path) => lstat(path, { bigint: true })));
  // File systems that do not know when a directory was created state 0, and the numbers have to suffice.
  return `directory ${stats.map(({ ino }) => ino).join('.')} created ${stats[0]!.birthtimeNs}`;
}
