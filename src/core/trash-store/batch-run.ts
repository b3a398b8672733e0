import { messageOf } from '../model/errors.js';
import type { TrashSession } from './session.js';

/** Maximum number of blobs per batch: one file of the journal, one request that deletes objects. */
const BATCH_SIZE = 1000;

/** Result of an item that was not reached, or of which it is not known whether it was. */
type Left = { status: 'skipped'; reason: string } | { status: 'failed'; message: string };

interface Batches<T, R> {
  items: readonly T[];
  /** Works on a batch; awaits `mayContinue` before it changes any of its items. @returns results by position */
  run(batch: readonly T[], mayContinue: () => Promise<void>): Promise<R[]>;
}

/**
 * Works on items in batches. The lease must be held before each batch and before each request. After an error, what the
 * batch has changed is not known: its items have failed, and later ones are skipped.
 * @returns results by position, and why it stopped before the end
 * @throws what stops it before any item can have changed
 */
export async function runBatches<T, R>(
  session: Pick<TrashSession, 'assertHeld'>,
  { items, run }: Batches<T, R>,
): Promise<{ results: (R | Left)[]; stopped?: unknown }> {
  const results: (R | Left)[] = [];
  let refusal: { error: unknown } | undefined;
  /** Number of items, from the first one, of which any can have changed. */
  let reached = 0;
  try {
    for (let start = 0; start < items.length; start += BATCH_SIZE) {
      await session.assertHeld();
      const batch = items.slice(start, start + BATCH_SIZE);
      const mayContinue = async (): Promise<void> => {
        await session.assertHeld().catch((error: unknown) => {
          refusal ??= { error };
          throw error;
        });
        reached = start + batch.length;
      };
      results.push(...(await run(batch, mayContinue)));
      // The driver has skipped the rest of the batch.
      if (refusal) throw refusal.error;
    }
    return { results };
  } catch (error) {
    if (results.length === 0 && reached === 0) throw error;
    const reason = messageOf(error);
    const message = `it is not known whether it was changed: ${reason}`;
    while (results.length < reached) results.push({ status: 'failed', message });
    while (results.length < items.length) results.push({ status: 'skipped', reason });
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
