import { mapParallel } from '../../../kit/parallel.js';
import { messageOf } from '../../../model/errors.js';
import { GONE, WRITTEN, reportDeleted } from '../../results.js';
import type { Deletion, DeletionRun, LinkWrite } from '../../runs.js';
import type { LinkFile } from '../../trash.js';
import { linkKey } from '../keys.js';
import { readRepositoryObjects } from '../read-repositories.js';
import { CarefulDeleter } from './careful-deleter.js';
import type { TrashSource } from './place.js';

/** Times of listings can have fractions of seconds, and others not. */
const CLOCK_MS = 1000;

/**
 * Deletes links. When they were written is known from a new listing, or, if listings lag behind, from a look-up of each
 * one.
 * @param total number of keys of all repositories
 */
export async function deleteLinkObjects(
  source: TrashSource,
  links: readonly LinkFile[],
  { run, total }: { run: DeletionRun; total: number },
): Promise<Deletion[]> {
  const keys = links.map((link) => linkKey(source.root, link));
  const { keepWrittenSince: since = Infinity } = run;
  const times = new Map<string, number>();
  const problems = source.store.limits.listsLate
    ? new Map<string, string>()
    : await readTimes(source, links, total, times);
  const results: Deletion[] = [];
  const old: number[] = [];
  for (const [at, { repository }] of links.entries()) {
    const [problem, writtenAt] = [problems.get(repository), times.get(keys[at]!)];
    if (problem !== undefined) results[at] = { status: 'failed', message: problem };
    else if (source.store.limits.listsLate) old.push(at);
    else if (writtenAt === undefined) results[at] = GONE;
    else if (writtenAt >= since) results[at] = WRITTEN;
    else old.push(at);
  }
  const deletions = await deleteKeys(
    source,
    old.map((at) => keys[at]!),
    { run, times },
  );
  for (const [index, at] of old.entries()) results[at] = deletions[index]!;
  reportDeleted(results, run);
  return results;
}

/** Adds the times of links. @returns why repositories could not be listed */
async function readTimes(
  source: TrashSource,
  links: readonly LinkFile[],
  total: number,
  times: Map<string, number>,
): Promise<Map<string, string>> {
  const wanted = new Set(links.map((link) => linkKey(source.root, link)));
  const names = new Set(links.map(({ repository }) => repository));
  return readRepositoryObjects(source, { names, total }, (_, { key, writtenAt }) => {
    if (wanted.has(key)) times.set(key, writtenAt);
  });
}

async function deleteKeys(
  { store }: TrashSource,
  keys: readonly string[],
  { run, times }: { run: DeletionRun; times: ReadonlyMap<string, number> },
): Promise<Deletion[]> {
  const start = await store.now().catch((error: unknown) => error as Error);
  if (typeof start !== 'number') return keys.map(() => ({ status: 'failed', message: messageOf(start) }));
  const writtenBy = (key: string): number => (times.get(key) ?? start - 2 * CLOCK_MS) + CLOCK_MS;
  return new CarefulDeleter(store, { writtenBy, keepsSegments: true }).delete(keys, run);
}

/**
 * Writes links where there is none.
 * @param check throws if the store does not honor the conditions of writes: it would replace links
 */
export function restoreLinkObjects(
  { store, root }: TrashSource,
  links: readonly LinkFile[],
  { mayContinue, check }: Pick<DeletionRun, 'mayContinue'> & { check(): Promise<void> },
): Promise<LinkWrite[]> {
  return mapParallel(links, store.limits.concurrency, async (link): Promise<LinkWrite> => {
    try {
      await mayContinue();
    } catch (error) {
      return { status: 'skipped', reason: messageOf(error) };
    }
    try {
      await check();
      const result = await store.writeIf(linkKey(root, link), Buffer.from(link.digest), undefined);
      return { status: result === 'written' ? 'written' : 'exists' };
    } catch (error) {
      return { status: 'failed', message: messageOf(error) };
    }
  });
}
