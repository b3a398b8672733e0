import { lstat, readdir, rmdir, unlink } from 'node:fs/promises';
import { inDirectory } from '../kit/below.js';
import { LOCK_FILE } from './layout.js';

/** Age of the draft of a lock file, in ms, after which no process can still need it. */
const DRAFT_MS = 60 * 60_000;

/**
 * Removes what a process that was killed left unfinished: files, and directories of runs. Recent drafts of lock files
 * belong to processes that run now. Symbolic links are removed, not followed.
 * @throws the file system's error
 */
export async function emptyTemporary(temporary: string): Promise<void> {
  for (const entry of await readdir(temporary, { withFileTypes: true })) {
    if (entry.name.startsWith(`${LOCK_FILE}-`) && (await isRecent(`${temporary}/${entry.name}`))) continue;
    if (!entry.isDirectory()) {
      await unlink(`${temporary}/${entry.name}`).catch(() => undefined);
      continue;
    }
    await inDirectory(temporary, [entry.name], async (directory) => {
      for (const name of await readdir(directory)) await unlink(`${directory}/${name}`);
    });
    await rmdir(`${temporary}/${entry.name}`);
  }
}

async function isRecent(path: string): Promise<boolean> {
  const written = await lstat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => Date.now(),
  );
  return Date.now() - written < DRAFT_MS;
}
