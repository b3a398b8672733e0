import { mapParallel } from '../../kit/parallel.js';
import { messageOf } from '../../model/errors.js';
import { sha256Digest } from '../../model/digest.js';
import { repositoryDirectory } from '../layout.js';
import { DELETED, GONE, WRITTEN } from '../results.js';
import type { Deletion, DeletionRun, RepositoryDeletion } from '../storage.js';
import type { KeyDeleter } from './delete-keys.js';
import { parseKey } from './keys.js';
import type { Source } from './list-directory.js';
import type { OpenUpload } from './object-store.js';

/** Number of repositories that are deleted together, so that their keys share requests. */
const TOGETHER = 50;

/** The parts of a repository that are old enough to be deleted. */
interface Contents {
  /** Links and uploads, manifest links first, with the hex of manifest links. */
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
}

/** Deletes the keys of repositories and aborts their open uploads. Keeps repositories nested below them. */
export async function deleteRepositories(names: readonly string[], removal: Removal): Promise<RepositoryDeletion[]> {
  const results: RepositoryDeletion[] = [];
  for (let start = 0; start < names.length; start += TOGETHER) {
    const group = names.slice(start, start + TOGETHER);
    const contents = await mapParallel(group, removal.store.limits.concurrency, (name) => readContents(name, removal));
    results.push(...(await deleteGroup(contents, removal)));
    removal.run.onProgress?.(group.length);
  }
  return results;
}

async function readContents(
  name: string,
  { store, root, uploads, run }: Removal,
): Promise<Contents | RepositoryDeletion> {
  const { keepWrittenSince: since = Infinity } = run;
  const [manifests, others]: [Contents['keys'], Contents['keys']] = [[], []];
  let hasYoung = false;
  try {
    for await (const page of store.list(`${repositoryDirectory(root, name)}/_`))
      for (const { key, bytes, writtenAt } of page) {
        const parsed = parseKey(key.slice(root.length + 1), bytes);
        if (parsed.kind === 'foreign' || parsed.kind === 'blob' || parsed.repository !== name) continue;
        if (writtenAt >= since) hasYoung = true;
        else if (parsed.kind === 'manifest-link') manifests.push({ key, manifest: parsed.hex });
        else others.push({ key });
      }
  } catch (error) {
    return { status: 'failed', message: messageOf(error) };
  }
  const open = (uploads.get(name) ?? []).filter(({ startedAt }) => startedAt < since);
  return { keys: [...manifests, ...others], uploads: open, hasYoung };
}

/** Deletes the manifest links of a group, then everything else. */
async function deleteGroup(
  contents: (Contents | RepositoryDeletion)[],
  { store, deleter, run }: Removal,
): Promise<RepositoryDeletion[]> {
  const readable = contents.filter((each): each is Contents => 'keys' in each);
  const all = readable.flatMap(({ keys }) => keys);
  const ordered = [...all.filter(({ manifest }) => manifest), ...all.filter(({ manifest }) => !manifest)];
  const deletions = await deleter.delete(
    ordered.map(({ key }) => key),
    { ...run, onProgress: undefined },
  );
  const results = new Map(ordered.map(({ key }, at) => [key, deletions[at]!]));
  return mapParallel(contents, 1, async (each) => {
    if (!('keys' in each)) return each;
    const aborted: Deletion[] = [];
    for (const upload of each.uploads) aborted.push(await deleter.act(run, () => store.abortUpload(upload)));
    return combine(each, results, aborted);
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
