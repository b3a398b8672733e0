import { mapParallel } from '../../kit/parallel.js';
import { messageOf } from '../../model/errors.js';
import { reportDeleted } from '../results.js';
import type { Deletion, DeletionRun } from '../storage.js';
import { PARALLEL } from './files.js';

/** Deletes items concurrently; before each one, checks that the run may continue. Never throws. */
export function deleteEach<T, D extends Deletion>(
  items: readonly T[],
  run: DeletionRun,
  remove: (item: T) => Promise<D>,
): Promise<(D | Deletion)[]> {
  return mapParallel(items, PARALLEL.concurrency, async (item) => {
    const deletion = await attempt(item, run, remove);
    reportDeleted([deletion], run);
    return deletion;
  });
}

async function attempt<T, D extends Deletion>(
  item: T,
  { mayContinue }: DeletionRun,
  remove: (item: T) => Promise<D>,
): Promise<D | Deletion> {
  try {
    await mayContinue();
  } catch (error) {
    return { status: 'skipped', reason: messageOf(error) };
  }
  try {
    return await remove(item);
  } catch (error) {
    return { status: 'failed', message: messageOf(error) };
  }
}
