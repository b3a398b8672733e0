import { inDirectory } from '../../kit/below.js';
import { parseDigest } from '../../model/digest.js';
import { namesBelow, tagsDirectory } from '../layout.js';
import type { StoredTag } from '../storage.js';
import { entriesIn, readSmallFile, unreadable } from './files.js';

/** Reads the tags of a repository. Symbolic links are not followed. @throws RegadmError STORAGE_UNREADABLE */
export async function readTagFiles(root: string, repository: string, signal?: AbortSignal): Promise<StoredTag[]> {
  const path = tagsDirectory(root, repository);
  const names = namesBelow(root, path);
  const tags: StoredTag[] = [];
  try {
    const entries = (await inDirectory(root, names, entriesIn)) ?? [];
    for (const { name } of entries.filter((entry) => entry.isDirectory())) {
      signal?.throwIfAborted();
      const read = (directory: string): Promise<string | undefined> => readSmallFile(`${directory}/link`);
      const digest = parseDigest(await inDirectory(root, [...names, name, 'current'], read));
      if (digest !== undefined) tags.push({ name, digest });
    }
  } catch (error) {
    throw signal?.aborted ? error : unreadable(error as NodeJS.ErrnoException, path);
  }
  return tags;
}
