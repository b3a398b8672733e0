import { isDigest } from '../../../model/digest.js';
import { namesBelow, repositoryDirectory } from '../../layout.js';
import type { Deletion, DeletionRun, LinkWrite } from '../../runs.js';
import type { LinkFile } from '../../trash.js';
import { createFile, flush, isOccupied, lacksHardLinks, makeDirectories, writeNew } from '../create.js';
import { changeEach, deleteEach } from '../delete-each.js';
import { deleteLink } from '../delete-files.js';
import { fileProblem } from '../files.js';
import { within, writeProblem } from './own-directory.js';

/** Deletes links, whatever they contain, with their directories, as the offline hard prune does. */
export function deleteLinks(root: string, links: readonly LinkFile[], run: DeletionRun): Promise<Deletion[]> {
  return deleteEach(links, run, async (link) => {
    const names = placeOf(root, link);
    try {
      return await deleteLink(root, names, run.keepWrittenSince);
    } catch (cause) {
      throw new Error(`${root}/${names.join('/')}/link: ${fileProblem(cause)}`, { cause });
    }
  });
}

/** Writes links where there is none. */
export function restoreLinks(
  root: string,
  links: readonly LinkFile[],
  run: Pick<DeletionRun, 'mayContinue'>,
): Promise<LinkWrite[]> {
  return changeEach(links, run, async (link): Promise<LinkWrite> => {
    const names = placeOf(root, link);
    try {
      await makeDirectories(root, names);
      const isWritten = await within(root, names, (directory) => writeLinkFile(directory, link.digest));
      return { status: isWritten ? 'written' : 'exists' };
    } catch (cause) {
      throw new Error(`${root}/${names.join('/')}/link: ${writeProblem(cause)}`, { cause });
    }
  });
}

/**
 * Writes a link. Where there are no hard links, it is written under its own name: if that ends in the middle, it is
 * incomplete, and counts for the digest in its path.
 * @returns false if there is one
 */
async function writeLinkFile(directory: string, digest: string): Promise<boolean> {
  try {
    return await createFile(directory, 'link', digest);
  } catch (error) {
    if (!lacksHardLinks(error)) throw error;
  }
  try {
    await writeNew(directory, 'link', digest);
  } catch (error) {
    if (isOccupied(error)) return false;
    throw error;
  }
  await flush(directory);
  return true;
}

/** Returns the directory of a link, as components below `docker/registry/v2`. */
function placeOf(root: string, { kind, repository, path }: LinkFile): string[] {
  if (!isDigest(path)) throw new Error(`${JSON.stringify(path)} is not a digest`);
  const own = kind === 'layer' ? ['_layers'] : ['_manifests', 'revisions'];
  return [...namesBelow(root, repositoryDirectory(root, repository)), ...own, ...path.split(':')];
}
