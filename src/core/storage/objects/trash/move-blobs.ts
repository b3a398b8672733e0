import { mapParallel } from '../../../kit/parallel.js';
import { messageOf } from '../../../model/errors.js';
import type { Deletion, DeletionRun } from '../../runs.js';
import type { Move, MoveBack, TrashedBlob } from '../../trash.js';
import type { ObjectStore } from '../object-store.js';
import { CarefulDeleter } from './careful-deleter.js';
import { Copies, type Copied, type Copy } from './copies.js';
import { placeOf, trashOf, type TrashSource } from './place.js';

type Run = Pick<DeletionRun, 'mayContinue' | 'onProgress'>;

/** Times are rounded to seconds, and an object is written some time after its request was sent. */
const CLOCK_MS = 2000;

/** Moves blobs to the trash: copies many, then deletes these from their place. */
export async function moveBlobs(source: TrashSource, blobs: readonly TrashedBlob[], run: Run): Promise<Move[]> {
  const copies = blobs.map((blob) => ({
    from: placeOf(source, blob.hex),
    to: trashOf(source, blob),
    bytes: source.sizeOf(blob.hex),
  }));
  return (await transfer(source.store, copies, run)).map((moved): Move => {
    if (moved.status === 'exists') return { status: 'failed', message: 'the trash has it already' };
    if (moved.status !== 'copied') return moved;
    const { deletion, bytes } = moved;
    if (deletion.status === 'failed')
      return { status: 'failed', message: `it was copied to the trash, but not deleted: ${deletion.message}` };
    return deletion.status === 'skipped' ? deletion : { status: 'moved', bytes };
  });
}

/**
 * Moves blobs back to their place, unless something is there. One that was copied counts as restored, even if its copy
 * in the trash could not be deleted.
 */
export async function moveBlobsBack(source: TrashSource, blobs: readonly TrashedBlob[], run: Run): Promise<MoveBack[]> {
  const copies = blobs.map((blob) => ({ from: trashOf(source, blob), to: placeOf(source, blob.hex), isNew: true }));
  return (await transfer(source.store, copies, run)).map((moved): MoveBack =>
    moved.status === 'copied' ? { status: 'restored', bytes: moved.bytes } : moved,
  );
}

type Transferred = Exclude<Copied, { status: 'copied' }> | { status: 'copied'; bytes: number; deletion: Deletion };

/** Copies objects and deletes those that were copied, in batches. */
async function transfer(store: ObjectStore, all: readonly Copy[], run: Run): Promise<Transferred[]> {
  if (all.length === 0) return [];
  const start = await store.now().catch((error: unknown) => error as Error);
  if (typeof start !== 'number') return all.map(() => ({ status: 'failed', message: messageOf(start) }));
  const copies = new Copies(store, run.mayContinue);
  const deleter = new CarefulDeleter(store, { writtenBy: () => start - CLOCK_MS, keepsSegments: true });
  const { mayContinue } = run;
  // On Swift, a blob that was pushed again has other segments than its copy.
  const keepWrittenSince = start + CLOCK_MS / 2;
  const results: Transferred[] = [];
  // Read for each batch: a store can find out that it has only small ones.
  for (let first = 0; first < all.length; first = results.length) {
    const batch = all.slice(first, first + store.limits.batchSize);
    const copied = await mapParallel(batch, store.limits.concurrency, (copy) => copies.copy(copy));
    const keys = batch.filter((_, at) => copied[at]!.status === 'copied').map(({ from }) => from);
    const deletions = (await deleter.delete(keys, { mayContinue, keepWrittenSince })).values();
    for (const each of copied)
      results.push(each.status === 'copied' ? { ...each, deletion: deletions.next().value as Deletion } : each);
    const done = copied.filter(({ status }) => status !== 'failed' && status !== 'skipped').length;
    if (done > 0) run.onProgress?.(done);
  }
  return results;
}
