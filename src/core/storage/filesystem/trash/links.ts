import { isDigest } from '../../../model/digest.js';
import { namesBelow, repositoryDirectory } from '../../layout.js';
import type { Deletion, DeletionRun, LinkWrite } from '../../runs.js';
import type { LinkFile } from '../../trash.js';
import { createFile, flush, isOccupied, lacksHardLinks, makeDirectories, writeNew } from '../create.js';
import { changeEach, deleteEach } from '../delete-each.js';
import { deleteLink } from '../delete-files.js';
import { fileProblem } from '../files.js';
import { within, writeProblem } from './own-directory.js';
import { deleteTemporariesIn, withStaging } from './temporaries.js';

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

/** The registry's `docker/registry/v2`, and the directory that contains `docker`. */
interface Roots {
  root: string;
  base: string;
  /** When the run began, by the storage's clock; undefined: unknown, so nothing counts as left by a killed run. */
  startedAt?: number;
}

/** Writes links where there is none. Deletes what a killed run has left next to them. */
export async function restoreLinks(
  roots: Roots,
  links: readonly LinkFile[],
  run: Pick<DeletionRun, 'mayContinue'>,
): Promise<LinkWrite[]> {
  if (links.length === 0) return [];
  return withStaging(roots.base, (staging) => changeEach(links, run, (link) => restoreLink(roots, link, staging)));
}

async function restoreLink({ root, startedAt }: Roots, link: LinkFile, staging?: string): Promise<LinkWrite> {
  const names = placeOf(root, link);
  try {
    await makeDirectories(root, names, { staging });
    const isWritten = await within(root, names, async (directory) => {
      if (startedAt !== undefined) await deleteTemporariesIn(directory, startedAt);
      return writeLinkFile(directory, link.digest, staging);
    });
    return { status: isWritten ? 'written' : 'exists' };
  } catch (cause) {
    throw new Error(`${root}/${names.join('/')}/link: ${writeProblem(cause)}`, { cause });
  }
}

/**
 * Writes a link. Where there are no hard links, it is written under its own name: if that ends in the middle, it is
 * incomplete, and counts for the digest in its path.
 * @returns false if there is one
 */
async function writeLinkFile(directory: string, digest: string, staging?: string): Promise<boolean> {
  try {
    return await createFile(directory, { name: 'link', content: digest }, staging);
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
