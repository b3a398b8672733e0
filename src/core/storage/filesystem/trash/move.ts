import { lstat, readdir, rename } from 'node:fs/promises';
import { inDirectory, isMissing } from '../../../kit/below.js';
import { sha256Digest } from '../../../model/digest.js';
import { hexOf } from '../../layout.js';
import type { DeletionRun } from '../../runs.js';
import type { Move } from '../../trash.js';
import { BlobPrefixes } from '../blob-prefixes.js';
import { makeDirectory } from '../create.js';
import { changeEach } from '../delete-each.js';
import { deleteIfEmpty } from '../delete-files.js';
import { makeOwnDirectories, within, writeProblem } from './own-directory.js';
import { prefixesOf } from './places.js';

/** Where blobs move: prefixes of both places. */
interface Ways {
  from: BlobPrefixes;
  to: BlobPrefixes;
}

/**
 * Moves blobs to the trash of a day, within the file system. A blob that the trash of the day has already replaces that
 * copy.
 * @param root the registry's `docker/registry/v2`
 * @param base the directory that contains `docker`
 */
export async function moveToTrash(
  { root, base }: { root: string; base: string },
  hexes: readonly string[],
  date: string,
  run: Pick<DeletionRun, 'mayContinue' | 'onProgress'>,
): Promise<Move[]> {
  const to = new BlobPrefixes(base, prefixesOf(date), (names) => makeOwnDirectories(base, names));
  const ways = { from: new BlobPrefixes(root), to };
  try {
    return await changeEach(hexes, run, async (hex) => {
      const move = await moveBlob(ways, hexOf(sha256Digest(hex)));
      run.onProgress?.(1);
      return move;
    });
  } finally {
    await ways.from.close();
    await ways.to.close();
  }
}

async function moveBlob({ from, to }: Ways, hex: string): Promise<Move> {
  const source = await from.pathFor(hex);
  const facts = source === undefined ? undefined : await factsOf(source, hex);
  if (source === undefined || !facts) return { status: 'gone' };
  try {
    const target = await to.pathFor(hex);
    if (target === undefined) throw new Error('a directory on the way to the trash is a symbolic link');
    const isMoved =
      (facts.isAlone && (await moveDirectory(source, target, hex))) || (await moveData(source, target, hex));
    return isMoved ? { status: 'moved', bytes: facts.bytes } : { status: 'gone' };
  } catch (error) {
    if (isMissing(error) && !(await factsOf(source, hex))) return { status: 'gone' };
    throw new Error(`cannot move blob sha256:${hex} to the trash: ${writeProblem(error)}`, { cause: error });
  }
}

/** Looks at a blob. @returns undefined if it does not exist */
async function factsOf(prefix: string, hex: string): Promise<{ bytes: number; isAlone: boolean } | undefined> {
  return inDirectory(prefix, [hex], async (directory) => {
    const stats = await lstat(`${directory}/data`).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
    });
    if (!stats?.isFile()) return undefined;
    return { bytes: stats.size, isAlone: (await readdir(directory)).length === 1 };
  });
}

/**
 * Moves a blob with its directory: in a full file system, there is no space for a new one.
 * @returns false if the trash has such a directory already, or if directories cannot be moved
 */
async function moveDirectory(source: string, target: string, hex: string): Promise<boolean> {
  return rename(`${source}/${hex}`, `${target}/${hex}`).then(
    () => true,
    () => false,
  );
}

/** Moves only the data of a blob, then deletes its directory if that is empty. @returns false if it has none */
async function moveData(source: string, target: string, hex: string): Promise<boolean> {
  const isMoved = await inDirectory(source, [hex], async (from) => {
    if (!(await inDirectory(target, [hex], async () => true))) await makeDirectory(target, hex);
    await within(target, [hex], (to) => rename(`${from}/data`, `${to}/data`));
    return true;
  });
  if (isMoved) await deleteIfEmpty(`${source}/${hex}`);
  return isMoved ?? false;
}
