import { createHash } from 'node:crypto';
import { MANIFEST_LIMIT_BYTES } from '../../kit/limits.js';
import { forEachParallel } from '../../kit/parallel.js';
import { parseDigest, sha256Digest, sha256Hex } from '../../model/digest.js';
import { messageOf } from '../../model/errors.js';
import { digestsIn } from '../../orphans/gather/manifest.js';
import type { Storage } from '../../storage/storage.js';
import { blobsInManifest } from '../../verification/plan/by-manifest.js';
import type { Manifest, Manifests } from '../plan/image.js';

/** Maximum number of manifests that are read at the same time: each can have 4 MiB. */
const CONCURRENCY = 16;

/**
 * Reads manifests and the children of image indexes, at any depth. One that cannot be read, or does not match its
 * digest, has a `problem`.
 * @throws the signal's reason
 */
export async function readManifests(
  storage: Pick<Storage, 'readBlob'>,
  hexes: Iterable<string>,
  signal: AbortSignal,
): Promise<Manifests> {
  const found = new Map<string, Manifest>();
  const seen = new Set(hexes);
  for (let level = [...seen]; level.length > 0;) {
    const next: string[] = [];
    await forEachParallel(level, { concurrency: CONCURRENCY }, async (hex) => {
      signal.throwIfAborted();
      const manifest = await readManifest(storage, hex);
      if (!manifest) return;
      found.set(hex, manifest);
      for (const child of manifest.children) {
        if (!seen.has(child)) next.push(child);
        seen.add(child);
      }
    });
    level = next;
  }
  signal.throwIfAborted();
  return found;
}

async function readManifest(storage: Pick<Storage, 'readBlob'>, hex: string): Promise<Manifest | undefined> {
  try {
    const body = await storage.readBlob(sha256Digest(hex), MANIFEST_LIMIT_BYTES);
    if (!body) return undefined;
    const isIntact = createHash('sha256').update(body).digest('hex') === hex;
    return isIntact ? parse(body) : unusable('its content does not match its digest');
  } catch (error) {
    return unusable(messageOf(error));
  }
}

function parse(body: Buffer): Manifest {
  const named = digestsIn(body);
  if (!named) return unusable('it is not a manifest');
  const blobs = [...(blobsInManifest(body) ?? [])].flatMap(([digest, { bytes, isForeign }]) => {
    const parsed = parseDigest(digest);
    const hex = parsed && sha256Hex(parsed);
    return hex === undefined || isForeign ? [] : [{ hex, ...(bytes === undefined ? {} : { bytes }) }];
  });
  return { blobs, children: named.children };
}

const unusable = (problem: string): Manifest => ({ blobs: [], children: [], problem });
