import { forEachParallel } from '../../../kit/parallel.js';
import { messageOf } from '../../../model/errors.js';
import { GONE, reportDeleted } from '../../results.js';
import type { Deletion, DeletionRun } from '../../runs.js';
import type { TrashedBlob } from '../../trash.js';
import { CarefulDeleter } from './careful-deleter.js';
import { isForeign, parseTrashed, placeOf, trashOf, type TrashSource } from './place.js';

type ListedBlob = TrashedBlob & { bytes: number };

/**
 * Lists the blobs in the trash. Looks up the sizes that listings hide.
 * @returns the paths of what does not belong in the trash
 * @throws RegadmError
 */
export async function listTrashed(
  { store, base }: TrashSource,
  take: (blob: ListedBlob) => void,
  signal?: AbortSignal,
): Promise<string[]> {
  const foreign: string[] = [];
  for await (const page of store.list(`${base}trash/`, signal)) {
    signal?.throwIfAborted();
    await forEachParallel(page, store.limits, async ({ key, bytes }) => {
      const blob = parseTrashed(base, key);
      if (!blob) {
        if (isForeign(base, key)) foreign.push(`regadm/${key.slice(base.length)}`);
        return;
      }
      const isHidden = bytes === 0 && store.limits.hidesSizes;
      const size = isHidden ? (await store.find(key, signal))?.bytes : bytes;
      if (size !== undefined) take({ ...blob, bytes: size });
    });
  }
  return foreign;
}

/** Number of blobs that are looked up one by one. */
const FEW = 32;

/** Returns the keys of blobs that the trash has. @throws RegadmError */
async function existing({ store, base }: TrashSource, keys: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>();
  if (keys.length <= FEW) {
    await forEachParallel(keys, store.limits, async (key) => {
      if (await store.find(key)) found.add(key);
    });
    return found;
  }
  const wanted = new Set(keys);
  const days = new Set(keys.map((key) => key.slice(0, base.length + 'trash/2026-11-26/'.length)));
  for (const day of days)
    for await (const page of store.list(`${day}blobs/`))
      for (const { key } of page) if (wanted.has(key)) found.add(key);
  return found;
}

/** Deletes blobs in the trash. Where the content is in segments, keeps those of a blob that is in its place, too. */
export async function deleteTrashed(
  source: TrashSource,
  blobs: readonly TrashedBlob[],
  run: Pick<DeletionRun, 'mayContinue' | 'onProgress'>,
): Promise<Deletion[]> {
  const { store } = source;
  const keys = blobs.map((blob) => trashOf(source, blob));
  try {
    const found = await existing(source, keys);
    const inPlace = store.limits.hidesSizes ? await findInPlace(source, blobs) : new Set<string>();
    const results: Deletion[] = [];
    for (const isCopy of [true, false]) {
      const positions = [...keys.keys()].filter((at) => inPlace.has(blobs[at]!.hex) === isCopy);
      // Only the holder of the lease writes to the trash.
      const deleter = new CarefulDeleter(store, { writtenBy: () => Infinity, keepsSegments: isCopy });
      const deletions = await deleter.delete(
        positions.map((at) => keys[at]!),
        run,
      );
      for (const [index, at] of positions.entries())
        results[at] = deletions[index]!.status === 'deleted' && !found.has(keys[at]!) ? GONE : deletions[index]!;
    }
    reportDeleted(results, run);
    return results;
  } catch (error) {
    return keys.map(() => ({ status: 'failed', message: messageOf(error) }));
  }
}

/** Returns the blobs that are in their place, as hex. @throws RegadmError */
async function findInPlace(source: TrashSource, blobs: readonly TrashedBlob[]): Promise<Set<string>> {
  const found = new Set<string>();
  await forEachParallel(blobs, source.store.limits, async ({ hex }) => {
    if (await source.store.find(placeOf(source, hex))) found.add(hex);
  });
  return found;
}
