import { lstat, rmdir, unlink } from 'node:fs/promises';
import { inDirectory } from '../../../kit/below.js';
import { entriesOf } from '../delete-files.js';
import { makeOwnDirectories, OWN } from './own-directory.js';

/** Directory for files and directories that have not got their name yet. */
const STAGING = [OWN, 'tmp'] as const;
/** Age from which no process is still about to name a file or a directory, in ms. */
const OLD_MS = 24 * 60 * 60 * 1000;

/** Files and directories that have not got their name yet, such as those of a run that was killed. */
export const isTemporary = (name: string): boolean => /^\.regadm-[0-9a-f-]{36}\.tmp$/.test(name);

/**
 * Calls `act` with the path of a directory for what has not got its name yet, so that a killed run leaves nothing next
 * to the registry's files; undefined if there is none: what is about to be written says why.
 * @param base the directory that contains `docker`
 */
export async function withStaging<T>(base: string, act: (staging: string | undefined) => Promise<T>): Promise<T> {
  await makeOwnDirectories(base, STAGING).catch(() => undefined);
  const found = await inDirectory(base, STAGING, async (path) => ({ result: await act(path) }));
  return found ? found.result : act(undefined);
}

/**
 * Deletes what killed runs have left in regadm's directories. What cannot be deleted stays.
 * @param now the storage's clock, in ms since the epoch
 */
export async function deleteOldTemporaries(base: string, now: number): Promise<void> {
  for (const names of [[OWN], STAGING])
    await inDirectory(base, names, (path) => deleteTemporariesIn(path, now)).catch(() => undefined);
}

/**
 * Deletes files and empty directories of regadm that have not got their name for a day. Symbolic links, directories
 * with content, and what others have written is kept.
 * @param now the storage's clock, in ms since the epoch
 */
export async function deleteTemporariesIn(directory: string, now: number): Promise<void> {
  for (const { name } of (await entriesOf(directory)).filter((entry) => isTemporary(entry.name))) {
    const path = `${directory}/${name}`;
    const stats = await lstat(path).catch(() => undefined);
    if (!stats || stats.mtimeMs > now - OLD_MS) continue;
    if (stats.isFile()) await unlink(path).catch(() => undefined);
    else if (stats.isDirectory()) await rmdir(path).catch(() => undefined);
  }
}
