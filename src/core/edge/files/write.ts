import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeDirectory } from '../../kit/make-directory.js';
import { RegadmError, messageOf, refusal } from '../../model/errors.js';

/**
 * Writes files below a directory, which is created if it does not exist. Each file is written atomically.
 * @param overwrite false: writes nothing if one of the files exists with other contents
 * @returns the paths, in the order of `files`
 * @throws RegadmError FILE_EXISTS (exit status 4) or UNWRITABLE
 */
export async function writeFiles(directory: string, files: Map<string, string>, overwrite: boolean): Promise<string[]> {
  const entries = [...files].map(([name, text]) => ({ path: join(directory, name), text }));
  if (!overwrite) await refuseChanges(entries);
  for (const { path, text } of entries) {
    await writeAtomically(path, text).catch((cause) => {
      throw new RegadmError(`cannot write ${path}: ${messageOf(cause)}`, { code: 'UNWRITABLE', cause });
    });
  }
  return entries.map(({ path }) => path);
}

async function refuseChanges(entries: { path: string; text: string }[]): Promise<void> {
  for (const { path, text } of entries) {
    const existing = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
      throw new RegadmError(`cannot read ${path}: ${messageOf(error)}`, { code: 'UNREADABLE_FILE', cause: error });
    });
    if (existing !== undefined && existing !== text) {
      throw refusal('FILE_EXISTS', `${path} exists with other contents; nothing was written`, [
        'pass --overwrite, or another --output-dir',
      ]);
    }
  }
}

async function writeAtomically(path: string, text: string): Promise<void> {
  makeDirectory(dirname(path));
  const partial = `${path}.partial-${process.pid}`;
  await rm(partial, { force: true });
  // `wx` fails if the file exists, so that no link is followed.
  await writeFile(partial, text, { flag: 'wx' });
  await rename(partial, path);
}
