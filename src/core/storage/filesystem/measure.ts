import type { StorageSnapshot, StoredSizes } from '../../model/registry-storage.js';
import { forEachParallel } from '../../kit/parallel.js';
import { uploadDirectory } from '../layout.js';
import type { MeasureOptions } from '../storage.js';
import { PARALLEL, entriesIn, statOf } from './files.js';
import { blobFacts } from './inspect.js';

/** Looks up the sizes of the files of blobs and uploads. @throws RegadmError STORAGE_UNREADABLE */
export async function measureFiles(
  root: string,
  { blobs, repositories }: StorageSnapshot,
  { signal, onLookUp }: MeasureOptions = {},
): Promise<StoredSizes> {
  const sizes = new Float64Array(blobs.length).fill(NaN);
  await forEachParallel(blobs, PARALLEL, async (hex, at) => {
    signal?.throwIfAborted();
    sizes[at] = (await blobFacts(root, hex))?.bytes ?? NaN;
    onLookUp?.();
  });
  const paths = repositories.flatMap(({ name, uploads }) => uploads.map((id) => uploadDirectory(root, name, id)));
  const uploads = { count: 0, bytes: 0 };
  await forEachParallel(paths, PARALLEL, async (path) => {
    signal?.throwIfAborted();
    if (!(await statOf(path))?.isDirectory()) return;
    const bytes = await bytesBelow(path);
    uploads.count++;
    uploads.bytes += bytes;
  });
  return { blobs: sizes, uploads };
}

/** Sums the sizes of the files below a directory. Does not follow symbolic links. */
async function bytesBelow(directory: string): Promise<number> {
  let bytes = 0;
  for (const entry of await entriesIn(directory)) {
    const path = `${directory}/${entry.name}`;
    if (entry.isDirectory()) bytes += await bytesBelow(path);
    else if (entry.isFile()) bytes += (await statOf(path))?.size ?? 0;
  }
  return bytes;
}
