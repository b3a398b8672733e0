import { createHash } from 'node:crypto';
import { MANIFEST_LIMIT_BYTES } from '../../kit/limits.js';
import { forEachParallel } from '../../kit/parallel.js';
import { parseDigest, sha256Digest, sha256Hex, type Digest } from '../../model/digest.js';
import { messageOf } from '../../model/errors.js';
import { digestsIn } from '../../orphans/gather/manifest.js';
import type { Storage } from '../../storage/storage.js';
import { blobsInManifest } from '../../verification/plan/by-manifest.js';
import type { Manifest, Manifests } from '../plan/image.js';
import { OtherNames } from './other-names.js';
import type { Removed } from './plan-restore.js';

interface ManifestPorts {
  storage: Pick<Storage, 'readBlob' | 'trash'>;
  reader?: Pick<Storage, 'readBlob'>;
  signal: AbortSignal;
}

/** Maximum number of manifests that are read at the same time: each can have 4 MiB. */
const CONCURRENCY = 16;

/**
 * Reads manifests and the children of image indexes, at any depth. One that cannot be read, or does not match its
 * digest, has a `problem`.
 * @param ports `reader`: reads manifests; default: the storage
 * @param removed states which blobs digests of other algorithms mean
 * @throws the signal's reason; RegadmError STORAGE_UNREADABLE
 */
export async function readManifests(
  { storage, reader = storage, signal }: ManifestPorts,
  hexes: Iterable<string>,
  removed: Removed,
): Promise<Manifests> {
  const names = new OtherNames(removed, storage.trash(), signal);
  const found = new Map<string, Manifest>();
  const seen = new Set(hexes);
  for (let level = [...seen]; level.length > 0;) {
    const next: string[] = [];
    await forEachParallel(level, { concurrency: CONCURRENCY }, async (hex) => {
      signal.throwIfAborted();
      const manifest = await readManifest(reader, hex, names);
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

async function readManifest(
  reader: Pick<Storage, 'readBlob'>,
  hex: string,
  names: OtherNames,
): Promise<Manifest | undefined> {
  let body: Buffer | undefined;
  try {
    body = await reader.readBlob(sha256Digest(hex), MANIFEST_LIMIT_BYTES);
  } catch (error) {
    return unusable(messageOf(error));
  }
  if (!body) return undefined;
  const isIntact = createHash('sha256').update(body).digest('hex') === hex;
  return isIntact ? parse(body, names) : unusable('its content does not match its digest');
}

async function parse(body: Buffer, names: OtherNames): Promise<Manifest> {
  const named = digestsIn(body);
  if (!named) return unusable('it is not a manifest');
  const manifest = { blobs: [] as Manifest['blobs'], children: [...named.children], unknown: [] as string[] };
  const find = async (digest: Digest): Promise<readonly string[]> => {
    const hex = sha256Hex(digest);
    const found = hex === undefined ? await names.find(digest) : [hex];
    if (found.length === 0) manifest.unknown.push(digest);
    return found;
  };
  for (const [digest, { bytes, isForeign }] of blobsInManifest(body) ?? []) {
    const parsed = parseDigest(digest);
    if (!parsed || isForeign) continue;
    for (const hex of await find(parsed)) manifest.blobs.push({ hex, ...(bytes === undefined ? {} : { bytes }) });
  }
  for (const child of named.otherChildren) manifest.children.push(...(await find(child)));
  return manifest;
}

const unusable = (problem: string): Manifest => ({ blobs: [], children: [], problem });
