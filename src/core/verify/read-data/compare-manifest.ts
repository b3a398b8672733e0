import { parseDigest, sha256Hex } from '../../model/digest.js';
import type { Snapshot } from '../../model/table/snapshot.js';
import { addManifest } from '../../verification/gather/read-manifests.js';
import { blobsInManifest } from '../../verification/plan/by-manifest.js';
import { eachPart } from '../../verification/plan/family.js';
import type { BlobToRead } from './blobs-to-read.js';

/**
 * Compares what the manifest of an image names with what its Image object states. If they differ, the manifest decides:
 * the snapshot then states what it names.
 * @returns the blobs that only the manifest names, and that registries store
 */
export function compareManifest(snapshot: Snapshot, manifest: BlobToRead, body: Buffer): BlobToRead[] {
  const named = blobsInManifest(body);
  // An index names no blobs.
  if (!named || named.size === 0) return [];
  const { digests } = snapshot;
  const stated = new Set<string>();
  eachPart(snapshot, manifest.number, (blob) => void stated.add(digests.text(blob)));
  const added = [...named].filter(([text, { isForeign }]) => !isForeign && !stated.has(text)).map(([text]) => text);
  if (added.length === 0 && [...stated].every((text) => named.has(text))) return [];
  addManifest(snapshot, manifest.number, body);
  return added.flatMap((text) => {
    const digest = parseDigest(text);
    if (digest === undefined || sha256Hex(digest) === undefined) return [];
    return [{ number: digests.intern(digest), digest, repository: manifest.repository, isManifest: false }];
  });
}
