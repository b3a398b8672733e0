import { createHash } from 'node:crypto';
import { forEachParallel } from '../../kit/parallel.js';
import { RegadmError, messageOf } from '../../model/errors.js';
import type { Amount, StoredSizes } from '../../model/registry-storage.js';
import { blobData } from '../layout.js';
import type { Listing } from './list.js';
import type { Source } from './list-directory.js';
import type { StoredObject, StoredSegment } from './object-store.js';

/** Segments that no object names, but were written less than this ago, in ms: a push can be writing them. */
const YOUNG_MS = 3_600_000;

/** Calls `onLookUp` for each blob that is looked up. */
type OnLookUp = (() => void) | undefined;

/**
 * Measures blobs and uploads of a listing. What the listing shows takes no request. The content of other objects is
 * looked up, with one request each.
 * @throws RegadmError if an object cannot be looked up
 */
export async function measureListing(source: Source, listing: Listing, onLookUp?: OnLookUp): Promise<StoredSizes> {
  if (listing.measured) return listing.measured;
  const named = new Named();
  const blobs = listing.blobs.sizes();
  if (source.store.limits.hidesSizes) await addHiddenSizes(source, listing, { blobs, named, onLookUp });
  const uploads = await measureUploads(source, listing, named);
  // If an upload cannot be looked up, its segments are not known.
  const unnamed = uploads.bytes === undefined ? undefined : await findUnnamed(source, named);
  if (unnamed && uploads.bytes !== undefined) uploads.bytes += unnamed.young;
  listing.measured = { blobs, uploads, leftovers: unnamed?.leftovers };
  return listing.measured;
}

/** The segments that blobs and uploads name, as 52 bits of their hashes: there can be millions. */
class Named {
  /**
   * True if an object has segments that are not listed as such, or disappeared: then its segments can look left behind,
   * because they are being deleted, or because an object that was not listed names them now.
   */
  isIncomplete = false;
  private readonly hashes = new Set<number>();

  /** @param object undefined if it disappeared */
  add(object: StoredObject | undefined): void {
    if (!object || object.segments === 'unknown') this.isIncomplete = true;
    else if (object.segments !== undefined) this.hashes.add(hashOf(object.segments));
  }

  has(segments: string): boolean {
    return this.hashes.has(hashOf(segments));
  }
}

const hashOf = (text: string): number =>
  Number.parseInt(createHash('sha256').update(text).digest('hex').slice(0, 13), 16);

async function addHiddenSizes(
  { store, root, signal }: Source,
  { blobs: index }: Listing,
  { blobs, named, onLookUp }: { blobs: Float64Array; named: Named; onLookUp: OnLookUp },
): Promise<void> {
  await forEachParallel(index.hexes, { concurrency: store.limits.concurrency }, async (hex, at) => {
    if (blobs[at] !== 0) return;
    signal?.throwIfAborted();
    const object = await store.find(blobData(root, hex), signal);
    onLookUp?.();
    blobs[at] = object?.bytes ?? NaN;
    if (object) index.setSize(at, object.bytes);
    named.add(object);
  });
}

async function measureUploads(
  { store, signal }: Source,
  { repositories, blobUploads, uploadSizes }: Listing,
  named: Named,
): Promise<StoredSizes['uploads']> {
  let count = blobUploads.size;
  for (const { uploads } of repositories.all()) count += uploads.size;
  let { bytes } = uploadSizes;
  const { concurrency, hidesSizes, hidesUploads } = store.limits;
  if (hidesUploads) return { count, problem: `${store.name} does not list open uploads, so they are not counted` };
  try {
    await forEachParallel(uploadSizes.open, { concurrency }, async (upload) => {
      signal?.throwIfAborted();
      const size = await store.measureUpload(upload, signal);
      bytes += size;
    });
    await forEachParallel(hidesSizes ? uploadSizes.empty : [], { concurrency }, async (key) => {
      signal?.throwIfAborted();
      const object = await store.find(key, signal);
      bytes += object?.bytes ?? 0;
      named.add(object);
    });
  } catch (error) {
    // Nothing else depends on it: everything but this number is known.
    if (!(error instanceof RegadmError) || signal?.aborted) throw error;
    return { count, problem: messageOf(error) };
  }
  return { count, bytes };
}

/** Finds segments that no blob and no upload names. @returns undefined if the store has none, or it is not certain */
async function findUnnamed(
  { store, signal }: Source,
  named: Named,
): Promise<{ leftovers: Amount; young: number } | undefined> {
  if (!store.listSegments || named.isIncomplete) return undefined;
  const contents = new Map<string, Amount & { newest: number }>();
  for await (const page of store.listSegments(signal)) {
    signal?.throwIfAborted();
    for (const segment of page) if (!named.has(segment.segments)) addTo(contents, segment);
  }
  const since = Date.now() - YOUNG_MS;
  const found = { leftovers: { count: 0, bytes: 0 }, young: 0 };
  for (const { count, bytes, newest } of contents.values()) {
    if (newest >= since) found.young += bytes;
    else {
      found.leftovers.count += count;
      found.leftovers.bytes += bytes;
    }
  }
  return found;
}

function addTo(
  contents: Map<string, Amount & { newest: number }>,
  { segments, bytes, writtenAt }: StoredSegment,
): void {
  const known = contents.get(segments);
  if (!known) {
    contents.set(segments, { count: 1, bytes, newest: writtenAt });
    return;
  }
  known.count++;
  known.bytes += bytes;
  known.newest = Math.max(known.newest, writtenAt);
}
