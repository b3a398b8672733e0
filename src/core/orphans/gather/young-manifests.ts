import { MANIFEST_LIMIT_BYTES } from '../../kit/limits.js';
import { forEachParallel } from '../../kit/parallel.js';
import { sha256Digest } from '../../model/digest.js';
import type { Storage } from '../../storage/storage.js';
import { digestsIn } from './manifest.js';
import { CONCURRENCY, unreadable } from './manifest-reading.js';

/**
 * Reads manifests that were written recently, and those of their children. They can be of an image whose push has not
 * ended: the blobs that it reuses are old, and no Image object names them yet.
 * @param manifests as hex
 * @returns each blob and child that they name, with the manifest that names it, as hex
 * @throws RegadmError IMAGE_UNREADABLE if a manifest exists but cannot be read
 */
export async function readYoungManifests(
  storage: Pick<Storage, 'readBlob'>,
  manifests: Iterable<string>,
  signal?: AbortSignal,
): Promise<Map<string, string>> {
  const named = new Map<string, string>();
  const seen = new Set(manifests);
  for (let level = [...seen]; level.length > 0;) {
    const next: string[] = [];
    await forEachParallel(level, { concurrency: CONCURRENCY }, async (hex) => {
      signal?.throwIfAborted();
      const { blobs, children } = await readManifest(storage, hex);
      for (const name of [...blobs, ...children]) if (!named.has(name)) named.set(name, hex);
      for (const child of children) {
        if (!seen.has(child)) next.push(child);
        seen.add(child);
      }
    });
    level = next;
  }
  return named;
}

/** Reads a manifest. What is not a manifest names nothing. It is young, so it is kept itself. */
async function readManifest(
  storage: Pick<Storage, 'readBlob'>,
  hex: string,
): Promise<NonNullable<ReturnType<typeof digestsIn>>> {
  const digest = sha256Digest(hex);
  const body = await storage.readBlob(digest, MANIFEST_LIMIT_BYTES).catch((error: unknown) => {
    throw unreadable(`manifest ${digest}`, error);
  });
  return (body && digestsIn(body)) ?? { blobs: [], children: [], others: [], otherChildren: [] };
}
