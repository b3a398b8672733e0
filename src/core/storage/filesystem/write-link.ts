import { linkDirectory, namesBelow } from '../layout.js';
import type { StoredLink } from '../storage.js';
import { inDirectory } from '../../kit/below.js';
import { makeDirectories, writeFile } from './create.js';
import { fileProblem, readSmallFile, statOf } from './files.js';

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
  await makeDirectories(root, names);
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
