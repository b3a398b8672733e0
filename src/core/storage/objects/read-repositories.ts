import { forEachParallel } from '../../kit/parallel.js';
import { messageOf } from '../../model/errors.js';
import { repositoryDirectory } from '../layout.js';
import { parseKey, type ParsedKey, type RepositoryKey } from './keys.js';
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
export function readRepositories(
  source: Source,
  selection: Selection,
  take: (key: RepositoryKey, object: StoredObject) => void,
): Promise<Map<string, string>> {
  return readRepositoryObjects(source, selection, (key, object) => {
    if ('repository' in key && selection.names.has(key.repository)) take(key, object);
  });
}

/** The same for all objects, those that are not of the layout included. Can pass on those of other repositories. */
export async function readRepositoryObjects(
  source: Source,
  { names, total }: Selection,
  take: (key: ParsedKey, object: StoredObject) => void,
): Promise<Map<string, string>> {
  const problems = new Map<string, string>();
  const { store, root } = source;
  const { pageSize, concurrency } = store.limits;
  if (names.size > FEW + total / pageSize) {
    try {
      await listRepositories(source, take);
    } catch (error) {
      for (const name of names) problems.set(name, messageOf(error));
    }
    return problems;
  }
  await forEachParallel(names, { concurrency }, async (name) => {
    try {
      for await (const page of store.list(`${repositoryDirectory(root, name)}/_`))
        for (const object of page) take(parseKey(object.key.slice(root.length + 1), object.bytes), object);
    } catch (error) {
      problems.set(name, messageOf(error));
    }
  });
  return problems;
}
