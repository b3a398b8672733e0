import { forEachParallel } from '../../kit/parallel.js';
import type { BlobFacts } from '../../model/registry-storage.js';
import { blobData } from '../layout.js';
import type { Source } from './list-directory.js';
import { uncertainOwner, type ContentOwners } from './object-store.js';

/** Blobs by hex. */
type Blobs = Map<string, BlobFacts>;
/** Blobs that are kept, by the reason, as hex. */
type KeptBlobs = Map<string, string[]>;

const NOT_FOUND = 'the listing shows it, but the storage does not find it';
const NOT_OURS = 'its segments are not where the registry writes them';

/**
 * Looks up the blobs that have 0 bytes in the listing, and sets how much their deletion frees: nothing, if a blob that
 * stays has the same segments. Removes blobs that cannot be deleted.
 * @returns the removed blobs, by the reason
 */
export async function addSizes({ store, root, signal }: Source, blobs: Blobs): Promise<KeptBlobs> {
  const kept: KeptBlobs = new Map();
  const segments = new Map<string, string>();
  const unknown = [...blobs].filter(([, { bytes }]) => bytes === 0);
  await forEachParallel(unknown, { concurrency: store.limits.concurrency }, async ([hex, facts]) => {
    const object = await store.find(blobData(root, hex), signal);
    if (!object) keep(hex, NOT_FOUND, blobs, kept);
    else if (object.segments === 'unknown') keep(hex, NOT_OURS, blobs, kept);
    else {
      facts.bytes = object.bytes;
      if (object.segments !== undefined) segments.set(hex, object.segments);
    }
  });
  const owners = segments.size > 0 ? await store.findOwners?.(signal) : undefined;
  if (owners?.uncertain !== undefined)
    for (const hex of segments.keys()) keep(hex, uncertainOwner(owners.uncertain), blobs, kept);
  else if (owners) countOnce(segments, owners, blobs);
  return kept;
}

function keep(hex: string, reason: string, blobs: Blobs, kept: KeptBlobs): void {
  blobs.delete(hex);
  const hexes = kept.get(reason) ?? [];
  hexes.push(hex);
  kept.set(reason, hexes);
}

/** Sets 0 bytes for blobs that share their segments, except for the newest one if all of them are to be deleted. */
function countOnce(segments: ReadonlyMap<string, string>, owners: ContentOwners, blobs: Blobs): void {
  const left = new Map<string, number>();
  const writtenAt = (hex: string): number => blobs.get(hex)!.writtenAt;
  for (const [hex, own] of [...segments].sort(([a], [b]) => writtenAt(a) - writtenAt(b))) {
    const others = (left.get(own) ?? owners.blobsWith(own).size) - 1;
    if (others > 0) blobs.get(hex)!.bytes = 0;
    left.set(own, others);
  }
}
