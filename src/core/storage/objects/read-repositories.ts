import { forEachParallel } from '../../kit/parallel.js';
import { messageOf } from '../../model/errors.js';
import { repositoryDirectory } from '../layout.js';
import { parseKey, type RepositoryKey } from './keys.js';
import { listRepositories } from './list.js';
import type { Source } from './list-directory.js';
import type { StoredObject } from './object-store.js';

/** Number of repositories that cost few requests if each is listed on its own. */
const FEW = 32;

/** The repositories to read. */
interface Selection {
  names: ReadonlySet<string>;
  /** Number of keys of all repositories in the storage. */
  total: number;
}

/**
 * Lists the keys of some repositories again: each on its own, or all together if these are fewer requests.
 * @param take receives the keys of the repositories; those of one that cannot be read can be incomplete
 * @returns why repositories cannot be read, by name
 */
export async function readRepositories(
  source: Source,
  { names, total }: Selection,
  take: (key: RepositoryKey, object: StoredObject) => void,
): Promise<Map<string, string>> {
  const problems = new Map<string, string>();
  const { store, root } = source;
  const { pageSize, concurrency } = store.limits;
  if (names.size > FEW + total / pageSize) {
    try {
      await listRepositories(source, (key, object) => {
        if ('repository' in key && names.has(key.repository)) take(key, object);
      });
    } catch (error) {
      for (const name of names) problems.set(name, messageOf(error));
    }
    return problems;
  }
  await forEachParallel(names, { concurrency }, async (name) => {
    try {
      for await (const page of store.list(`${repositoryDirectory(root, name)}/_`))
        for (const object of page) {
          const key = parseKey(object.key.slice(root.length + 1), object.bytes);
          if ('repository' in key && key.repository === name) take(key, object);
        }
    } catch (error) {
      problems.set(name, messageOf(error));
    }
  });
  return problems;
}
