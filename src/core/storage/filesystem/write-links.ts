import path from 'node:path';
import { inDirectory } from '../../kit/below.js';
import { blobFacts } from './inspect.js';
import { hexOf, linkDirectory, namesBelow } from '../layout.js';
import type { DeletionRun, LinkWrite, StoredLink } from '../storage.js';
import { writeEach } from '../write-each.js';
import { makeDirectories, writeFile } from './create.js';
import { PARALLEL, fileProblem, readSmallFile, statOf } from './files.js';
import { storageTime } from './trash/clock.js';
import { deleteOldTemporaries, deleteTemporariesIn, withStaging } from './trash/temporaries.js';

/** Where the links of a run are written. */
interface Place {
  /** The registry's `docker/registry/v2`. */
  root: string;
  /** Directory for what has not got its name yet; undefined: next to its place. */
  staging: string | undefined;
  /** When the run began, by the storage's clock; undefined: unknown, so nothing counts as left by a killed run. */
  startedAt: number | undefined;
}

/** Writes links that do not exist although their blobs do. Deletes what a killed run has left next to them. */
export async function writeLinks(
  root: string,
  links: readonly StoredLink[],
  run: Pick<DeletionRun, 'mayContinue'>,
): Promise<LinkWrite[]> {
  if (links.length === 0) return [];
  const base = path.resolve(root, '../../..');
  const startedAt = await storageTime(base).catch(() => undefined);
  if (startedAt !== undefined) await deleteOldTemporaries(base, startedAt);
  return withStaging(base, (staging) =>
    writeEach(
      links,
      { ...PARALLEL, ...run },
      {
        hasBlob: async ({ digest }) => (await blobFacts(root, hexOf(digest))) !== undefined,
        read: (link) => readExistingLink(root, link),
        write: (link) => writeLink({ root, staging, startedAt }, link),
      },
    ),
  );
}

/**
 * Writes a link, and creates the directories that are missing, with owners and modes as the registry's files there
 * have. Every file and directory gets its name when it is complete. Symbolic links are not followed.
 * @throws Error that names the link and why it cannot be written
 */
async function writeLink(place: Place, link: StoredLink): Promise<void> {
  try {
    await write(place, link);
  } catch (cause) {
    throw new Error(`${linkDirectory(place.root, link)}/link: ${fileProblem(cause)}`, { cause });
  }
}

async function write({ root, staging, startedAt }: Place, link: StoredLink): Promise<void> {
  const names = namesBelow(root, linkDirectory(root, link));
  await makeDirectories(root, names, { staging });
  const isWritten = await inDirectory(root, names, async (directory) => {
    if (startedAt !== undefined) await deleteTemporariesIn(directory, startedAt);
    await writeFile(directory, { name: 'link', content: link.digest }, staging);
    return true;
  });
  if (!isWritten) throw new Error('a directory on the way is a symbolic link or a file');
}

/**
 * Reads a link.
 * @returns undefined if nothing has its name
 * @throws Error if something other than a link has it
 */
async function readExistingLink(root: string, link: StoredLink): Promise<string | undefined> {
  return inDirectory(root, namesBelow(root, linkDirectory(root, link)), async (directory) => {
    const stats = await statOf(`${directory}/link`);
    if (!stats) return undefined;
    const content = await readSmallFile(`${directory}/link`);
    if (content === undefined) throw new Error('something other than a link has its name');
    return content;
  });
}
