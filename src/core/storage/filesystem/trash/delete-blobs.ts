import type { Deletion, DeletionRun } from '../../runs.js';
import type { TrashedBlob } from '../../trash.js';
import { BlobPrefixes } from '../blob-prefixes.js';
import { deleteEach } from '../delete-each.js';
import { deleteBlob } from '../delete-files.js';
import { deleteEmptied, placeInTrash, prefixesOf } from './places.js';

/** Deletes blobs in the trash, day by day, so that few directories are open at a time. */
export async function deleteTrashedBlobs(
  base: string,
  blobs: readonly TrashedBlob[],
  run: Pick<DeletionRun, 'mayContinue' | 'onProgress'>,
): Promise<Deletion[]> {
  const results: Deletion[] = [];
  for (const date of new Set(blobs.map((blob) => blob.date))) {
    const positions = [...blobs.keys()].filter((at) => blobs[at]!.date === date);
    const prefixes = new BlobPrefixes(base, prefixesOf(date));
    try {
      const deletions = await deleteEach(positions, run, (at) =>
        deleteBlob(prefixes, placeInTrash(blobs[at]!).at(-1)!),
      );
      for (const [index, at] of positions.entries()) results[at] = deletions[index]!;
    } finally {
      await prefixes.close();
    }
  }
  // What is left of empty directories is deleted by the next run.
  await deleteEmptied(base, blobs).catch(() => undefined);
  return results;
}
