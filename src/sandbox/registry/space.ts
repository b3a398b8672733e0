import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Sizes of the files in the registry's storage. */
export interface Space {
  /** Bytes by digest. */
  blobs: Map<string, number>;
  /** Bytes of links and uploads. */
  otherBytes: number;
}

/** Measures the files of the storage, as `du` does. */
export function measureSpace(storageDir: string): Space {
  const root = join(storageDir, 'docker/registry/v2');
  const space: Space = { blobs: new Map(), otherBytes: 0 };
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const { size } = statSync(join(entry.parentPath, entry.name));
    const isBlob = entry.name === 'data' && entry.parentPath.startsWith(join(root, 'blobs'));
    if (isBlob) space.blobs.set(`sha256:${basename(entry.parentPath)}`, size);
    else space.otherBytes += size;
  }
  return space;
}

export function sum(sizes: Iterable<number>): number {
  return [...sizes].reduce((sum, size) => sum + size, 0);
}
