import { mapParallel } from '../../kit/parallel.js';
import { sha256Digest } from '../../model/digest.js';
import { DELETED, GONE, WRITTEN, reportDeleted } from '../results.js';
import type { Deletion, DeletionRun, RepositoryDeletion } from '../storage.js';
import type { KeyDeleter } from './delete-keys.js';
import type { Source } from './list-directory.js';
import type { OpenUpload } from './object-store.js';
import { readRepositories } from './read-repositories.js';

/** The parts of a repository that are old enough to be deleted. */
interface Contents {
  /** Links and uploads, with the hex of manifest links. */
  keys: { key: string; manifest?: string }[];
  uploads: OpenUpload[];
  /** True if something was written since. */
  hasYoung: boolean;
}

interface Removal extends Source {
  deleter: KeyDeleter;
  run: DeletionRun;
  /** Open uploads by the name of the repository. */
  uploads: ReadonlyMap<string, OpenUpload[]>;
  /** Number of keys of all repositories in the storage. */
  total: number;
}

/**
 * Deletes the keys of repositories, first all manifest links, and aborts their open uploads. Keeps repositories nested
 * below them.
 */
export async function deleteRepositories(names: readonly string[], removal: Removal): Promise<RepositoryDeletion[]> {
  const { store, deleter, run } = removal;
  const contents = await readContents(names, removal);
  const all = contents.flatMap((each) => ('keys' in each ? each.keys : []));
  const ordered = [...all.filter(({ manifest }) => manifest), ...all.filter(({ manifest }) => !manifest)];
  const deletions = await deleter.delete(
    ordered.map(({ key }) => key),
    run,
  );
  const results = new Map(ordered.map(({ key }, at) => [key, deletions[at]!]));
  return mapParallel(contents, 1, async (each) => {
    if (!('keys' in each)) return each;
    const aborted: Deletion[] = [];
    for (const upload of each.uploads) aborted.push(await deleter.act(run, () => store.abortUpload(upload)));
    const deletion = combine(each, results, aborted);
    reportDeleted([deletion], run);
    return deletion;
  });
}

/** Lists repositories again. @returns what is old enough to be deleted, or why a repository cannot be read */
async function readContents(
  names: readonly string[],
  { run, uploads, total, ...source }: Removal,
): Promise<(Contents | RepositoryDeletion)[]> {
  const { keepWrittenSince: since = Infinity } = run;
  const found = new Map<string, Contents>(
    names.map((name) => {
      const open = (uploads.get(name) ?? []).filter(({ startedAt }) => startedAt < since);
      return [name, { keys: [], uploads: open, hasYoung: false }];
    }),
  );
  const problems = await readRepositories(source, { names: new Set(names), total }, (parsed, { key, writtenAt }) => {
    const contents = found.get(parsed.repository)!;
    if (writtenAt >= since) contents.hasYoung = true;
    else contents.keys.push(parsed.kind === 'manifest-link' ? { key, manifest: parsed.hex } : { key });
  });
  return names.map((name) => {
    const message = problems.get(name);
    return message === undefined ? found.get(name)! : { status: 'failed', message };
  });
}

/** Names the key in a failure: the repository has many. */
function named(key: string, result: Deletion): Deletion {
  if (result.status !== 'failed' || result.message.includes(key)) return result;
  return { ...result, message: `${result.message}: ${key}` };
}

function combine(
  { keys, hasYoung }: Contents,
  results: Map<string, Deletion>,
  aborted: Deletion[],
): RepositoryDeletion {
  const all = [...keys.map(({ key }) => named(key, results.get(key)!)), ...aborted];
  const bad = all.find(({ status }) => status === 'failed') ?? all.find(({ status }) => status === 'skipped');
  if (bad?.status === 'failed') {
    const left = keys.filter(({ key }) => ['failed', 'skipped'].includes(results.get(key)!.status));
    return { ...bad, remainingManifests: left.flatMap(({ manifest }) => (manifest ? [sha256Digest(manifest)] : [])) };
  }
  if (bad) return bad;
  if (all.length === 0) return hasYoung ? WRITTEN : GONE;
  return all.every(({ status }) => status === 'gone') ? GONE : DELETED;
}
