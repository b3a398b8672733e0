import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Files of the registry's storage: bytes of each blob, and of everything else together. */
export interface Space {
  /** Digest → bytes, as the files have them. */
  blobs: Map<string, number>;
  /** Links, tags, uploads. */
  otherBytes: number;
}

/** Measures the storage by its files, which is what an administrator's `du` would show. */
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

export function totalOf(sizes: Iterable<number>): number {
  return [...sizes].reduce((sum, size) => sum + size, 0);
}
