import { mapParallel } from '../../kit/parallel.js';
import { parseDigest } from '../../model/digest.js';
import { tagsDirectory } from '../layout.js';
import type { StoredTag } from '../storage.js';
import type { Source } from './list-directory.js';
import { LINK_LIMIT_BYTES } from './survey.js';

/** Reads the tags of a repository. @throws RegadmError */
export async function readTagObjects({ store, root, signal }: Source, repository: string): Promise<StoredTag[]> {
  const prefix = `${tagsDirectory(root, repository)}/`;
  const names: string[] = [];
  for await (const page of store.list(prefix, signal))
    for (const { key } of page) {
      const name = /^([^/]+)\/current\/link$/.exec(key.slice(prefix.length))?.[1];
      if (name !== undefined && key.startsWith(prefix)) names.push(name);
    }
  const tags = await mapParallel(names, store.limits.concurrency, async (name): Promise<StoredTag[]> => {
    const content = await store.read(`${prefix}${name}/current/link`, LINK_LIMIT_BYTES, signal);
    const digest = parseDigest(content?.toString('utf8').trim());
    return digest === undefined ? [] : [{ name, digest }];
  });
  return tags.flat();
}
