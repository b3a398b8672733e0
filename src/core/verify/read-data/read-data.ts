import { forEachParallel } from '../../kit/parallel.js';
import type { DataSubset } from '../../model/data-subset.js';
import type { Snapshot } from '../../model/table/snapshot.js';
import { formatBytes } from '../../model/values/quantity.js';
import { confirmByManifests } from '../../verification/gather/confirm-by-manifests.js';
import { dropUnlisted } from '../../verification/gather/drop-unlisted.js';
import type { VerificationPorts } from '../../verification/gather/read-cluster.js';
import type { ReadManifest } from '../../verification/gather/read-manifests.js';
import { Problems } from '../../verification/plan/problems.js';
import type { Unchecked, Verification } from '../../verification/plan/types.js';
import { brokenImages, type Verified } from '../../verification/verify-images.js';
import { blame } from './blame.js';
import { BlobsToRead, type BlobToRead } from './blobs-to-read.js';
import { compareManifest } from './compare-manifest.js';
import { readBlob, type OpenContent } from './read-blob.js';
import { counted } from '../../model/values/counted.js';

/** Maximum number of blobs that are read at the same time. */
const CONCURRENCY = 8;
/** Number of blobs in a row that could not be read, after which no other is read: every run ends. */
const MAX_FAILURES = 20;
/** Number of bytes after which progress is reported. */
const REPORTED_BYTES = 8_388_608;

interface ReadDataOptions {
  /** Undefined: everything. */
  subset?: DataSubset;
  open: OpenContent;
  readManifest: ReadManifest;
}

/** What reading found, by digest number. */
interface Found {
  corrupt: Set<number>;
  /** Those that existed when they were looked for, and that are not found when they are read. */
  gone: Map<number, BlobToRead>;
  unchecked: Unchecked[];
  bytes: number;
}

/**
 * Reads the blobs of the verified images and recomputes their digests. A blob is corrupt only if two reads show it, and
 * an image is broken only if the cluster still lists it then. What cannot be read is not called broken.
 * @returns the verification with what was found
 */
export async function readData(
  ports: VerificationPorts,
  verified: Verified,
  { subset, open, readManifest }: ReadDataOptions,
): Promise<Verification> {
  const { listed, problems, verification } = verified;
  const found = await readAll(ports, listed.snapshot, { blobs: new BlobsToRead(verified, subset), open });
  if (found.corrupt.size + found.gone.size > 0) {
    const added = new Problems(listed.snapshot.digests);
    blame(listed, found, added);
    await dropUnlisted(ports, listed, [problems, added]);
    await readAgain(ports, found, { open, problems: added });
    // No size is compared here.
    const context = { listed, unchecked: found.unchecked, signal: ports.signal, bytesOf: () => undefined };
    await confirmByManifests(readManifest, { ...context, problems: added });
    problems.addAll(added);
  }
  const broken = brokenImages(verified);
  return {
    summary: { ...verification.summary, bytesRead: found.bytes, broken: broken.length },
    broken,
    unchecked: [...verification.unchecked, ...found.unchecked],
  };
}

/**
 * Reads blobs again that were not found, and removes the problems about those that are found now, or that cannot be
 * read. Only reading shows it: a registry can answer a look-up from its cache.
 */
async function readAgain(
  { signal }: VerificationPorts,
  { gone, unchecked }: Found,
  { open, problems }: { open: OpenContent; problems: Problems },
): Promise<void> {
  const dropped = new Set<string>();
  await forEachParallel(gone.values(), { concurrency: CONCURRENCY }, async (blob) => {
    const outcome = await readBlob(blob, open, { signal, onBytes: () => undefined });
    if (outcome === 'gone') return;
    dropped.add(blob.digest);
    if (outcome !== 'intact')
      unchecked.push({
        target: `blob ${blob.digest}`,
        message: outcome === 'corrupt' ? 'its content differs from read to read' : outcome.message,
      });
  });
  problems.filter((_, { what, digest }) => !what.startsWith('missing-') || !dropped.has(digest));
}

/** Reads blobs, and then those that only the manifests among them name, whatever part is read. */
async function readAll(
  { reporter, signal }: VerificationPorts,
  snapshot: Snapshot,
  { blobs, open }: { blobs: BlobsToRead; open: OpenContent },
): Promise<Found> {
  const found: Found = { corrupt: new Set(), gone: new Map(), unchecked: [], bytes: 0 };
  let [failures, unread, reported] = [0, 0, 0];
  const onBytes = (bytes: number): void => {
    found.bytes += bytes;
    if (found.bytes - reported < REPORTED_BYTES) return;
    reported = found.bytes;
    reporter.progress(`reading data: ${formatBytes(found.bytes)} of about ${formatBytes(blobs.statedBytes)}`);
  };
  const added = new Map<number, BlobToRead>();
  const readOne = async (blob: BlobToRead): Promise<void> => {
    if (failures >= MAX_FAILURES) return void unread++;
    const onManifest = (body: Buffer): void => {
      for (const one of compareManifest(snapshot, blob, body)) added.set(one.number, one);
    };
    const outcome = await readBlob(blob, open, { signal, onBytes, onManifest });
    if (outcome === 'corrupt') found.corrupt.add(blob.number);
    if (outcome === 'gone') found.gone.set(blob.number, blob);
    failures = typeof outcome === 'object' ? failures + 1 : 0;
    if (typeof outcome === 'object') found.unchecked.push({ target: `blob ${blob.digest}`, ...outcome });
  };
  await forEachParallel(blobs, { concurrency: CONCURRENCY }, readOne);
  await forEachParallel(added.values(), { concurrency: CONCURRENCY }, readOne);
  if (unread > 0)
    found.unchecked.push({
      target: `${counted(unread, 'other blob')}`,
      message: `not read, because ${MAX_FAILURES} blobs in a row could not be read`,
    });
  return found;
}
