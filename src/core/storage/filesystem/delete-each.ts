import { mapParallel } from '../../kit/parallel.js';
import { messageOf } from '../../model/errors.js';
import { reportDeleted } from '../results.js';
import type { Deletion, DeletionRun } from '../storage.js';
import { PARALLEL } from './files.js';

/** Result of an item that was not changed. */
type Unchanged = { status: 'failed'; message: string } | { status: 'skipped'; reason: string };

/** Deletes items concurrently; before each one, checks that the run may continue. Never throws. */
export function deleteEach<T, D extends Deletion>(
  items: readonly T[],
  run: DeletionRun,
  remove: (item: T) => Promise<D>,
): Promise<(D | Unchanged)[]> {
  return changeEach(items, run, async (item) => {
    const deletion = await remove(item);
    reportDeleted([deletion], run);
    return deletion;
  });
}

/** Changes items concurrently; before each one, checks that the run may continue. Never throws. */
export function changeEach<T, R>(
  items: readonly T[],
  { mayContinue }: Pick<DeletionRun, 'mayContinue'>,
  change: (item: T) => Promise<R>,
): Promise<(R | Unchanged)[]> {
  return mapParallel(items, PARALLEL.concurrency, async (item): Promise<R | Unchanged> => {
    try {
      await mayContinue();
    } catch (error) {
      return { status: 'skipped', reason: messageOf(error) };
    }
    try {
      return await change(item);
    } catch (error) {
      return { status: 'failed', message: messageOf(error) };
    }
  });
}
