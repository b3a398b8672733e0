import { messageOf } from '../model/errors.js';
import type { TrashSession } from './session.js';

/** Maximum number of blobs per batch: one file of the journal, one request that deletes objects. */
const BATCH_SIZE = 1000;

type Skipped = { status: 'skipped'; reason: string };

interface Batches<T, R> {
  items: readonly T[];
  /** Works on a batch. @returns results by position */
  run(batch: readonly T[], mayContinue: () => Promise<void>): Promise<R[]>;
}

/**
 * Works on items in batches. The lease must be held before each batch and before each request.
 * @returns results by position, and why it stopped before the end
 * @throws what stops it before the first batch was begun
 */
export async function runBatches<T, R>(
  session: Pick<TrashSession, 'assertHeld'>,
  { items, run }: Batches<T, R>,
): Promise<{ results: (R | Skipped)[]; stopped?: unknown }> {
  const results: (R | Skipped)[] = [];
  let refusal: { error: unknown } | undefined;
  const mayContinue = async (): Promise<void> => {
    await session.assertHeld().catch((error: unknown) => {
      refusal ??= { error };
      throw error;
    });
  };
  try {
    for (let start = 0; start < items.length; start += BATCH_SIZE) {
      await session.assertHeld();
      results.push(...(await run(items.slice(start, start + BATCH_SIZE), mayContinue)));
      // The driver has skipped the rest of the batch.
      if (refusal) throw refusal.error;
    }
    return { results };
  } catch (error) {
    if (results.length === 0) throw error;
    while (results.length < items.length) results.push({ status: 'skipped', reason: messageOf(error) });
    return { results, stopped: error };
  }
}

/** Runs the end of a change of which parts are done. @returns why it stopped: before, or now */
export async function finish(stopped: unknown, work: () => Promise<void>): Promise<unknown> {
  try {
    await work();
    return stopped;
  } catch (error) {
    return stopped ?? error;
  }
}
