import { link, lstat, rename, rmdir, unlink } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { inDirectory, isMissing } from '../../../kit/below.js';
import { blobDirectory, namesBelow } from '../../layout.js';
import type { DeletionRun } from '../../runs.js';
import type { MoveBack, TrashedBlob } from '../../trash.js';
import { flush, isOccupied, isSameFile, lacksHardLinks, makeDirectories } from '../create.js';
import { changeEach } from '../delete-each.js';
import { deleteIfEmpty } from '../delete-files.js';
import { ifExists, within, writeProblem } from './own-directory.js';
import { deleteEmptied, placeInTrash } from './places.js';
import { withStaging } from './temporaries.js';

/** The registry's `docker/registry/v2`, and the directory that contains `docker`. */
interface Roots {
  root: string;
  base: string;
}

/** Moves blobs back to their places, within the file system. What is in place is never replaced. */
export async function moveBackFromTrash(
  roots: Roots,
  blobs: readonly TrashedBlob[],
  run: Pick<DeletionRun, 'mayContinue' | 'onProgress'>,
): Promise<MoveBack[]> {
  const results = await withStaging(roots.base, (staging) =>
    changeEach(blobs, run, async (blob) => {
      const move = await moveBack(roots, blob, staging);
      run.onProgress?.(1);
      return move;
    }),
  );
  await deleteEmptied(
    roots.base,
    blobs.filter((_, at) => results[at]!.status === 'restored'),
  ).catch(() => undefined);
  return results;
}

async function moveBack({ root, base }: Roots, blob: TrashedBlob, staging?: string): Promise<MoveBack> {
  const [trash, place] = [placeInTrash(blob), namesBelow(root, blobDirectory(root, blob.hex))];
  try {
    const stats = await ifExists(base, trash, (from) => dataOf(from));
    if (!stats) return { status: 'gone' };
    await makeDirectories(root, place, { staging });
    const isBack = await within(base, trash, (from) => within(root, place, (to) => linkBack(from, to)));
    if (isBack === 'no hard links') {
      if (!(await renameBack({ root, base }, trash, place))) return { status: 'exists' };
    } else if (isBack) {
      await ifExists(base, trash.slice(0, -1), (prefix) => deleteIfEmpty(`${prefix}/${blob.hex}`));
    } else return { status: 'exists' };
    return { status: 'restored', bytes: stats.size };
  } catch (error) {
    throw new Error(`cannot move blob sha256:${blob.hex} back to its place: ${writeProblem(error)}`, { cause: error });
  }
}

/** Reads the status of a blob's data. @returns undefined if it does not exist, or is not a file */
async function dataOf(directory: string): Promise<Stats | undefined> {
  const stats = await lstat(`${directory}/data`).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
  });
  return stats?.isFile() ? stats : undefined;
}

/** Gives data in the trash its former name, which fails if something has it. @returns false if a blob has it */
async function linkBack(from: string, to: string): Promise<boolean | 'no hard links'> {
  try {
    await link(`${from}/data`, `${to}/data`);
  } catch (error) {
    if (lacksHardLinks(error)) return 'no hard links';
    if (!isOccupied(error)) throw error;
    if (!(await dataOf(to))) throw new Error('something other than a blob has its name', { cause: error });
    // A run that was killed here has left both names.
    if (!(await isSameFile(`${from}/data`, `${to}/data`))) return false;
  }
  await flush(to);
  await unlink(`${from}/data`);
  return true;
}

/**
 * Moves a blob back with its directory, where there are no hard links: a directory replaces another one only if that is
 * empty. So no content is lost, and none replaced.
 * @returns false if a blob is in place
 */
async function renameBack({ root, base }: Roots, trash: string[], place: string[]): Promise<boolean> {
  const name = place.at(-1)!;
  return within(base, trash.slice(0, -1), (from) =>
    within(root, place.slice(0, -1), async (to) => {
      try {
        await rename(`${from}/${name}`, `${to}/${name}`).catch(async (error: unknown) => {
          if (!isOccupied(error)) throw error;
          // Some file systems do not replace an empty directory either.
          await rmdir(`${to}/${name}`);
          await rename(`${from}/${name}`, `${to}/${name}`);
        });
      } catch (error) {
        if (isOccupied(error) && (await inDirectory(to, [name], dataOf))) return false;
        throw error;
      }
      await flush(to);
      return true;
    }),
  );
}
