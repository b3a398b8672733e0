import type { SnapshotView } from '../model/table/snapshot.js';

/** Returns the size of every blob that a pushed image needs, by digest number; 0 for all other digests. */
export function storedSizes({ images, digests }: Pick<SnapshotView, 'images' | 'digests'>): Float64Array {
  const sizes = new Float64Array(digests.size);
  const record = (blob: number): void => void (sizes[blob] = images.blobSize(blob));
  for (let image = 0; image < images.count; image++) if (images.managed(image)) images.eachBlob(image, record);
  return sizes;
}
