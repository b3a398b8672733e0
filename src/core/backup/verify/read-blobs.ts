import { createHash } from 'node:crypto';
import type { BackupBlobs } from '../../backup-directory/blobs.js';
import { forEachParallel } from '../../kit/parallel.js';
import type { Digest } from '../../model/digest.js';
import { messageOf } from '../../model/errors.js';
import { DIFFERENT, isDamage } from '../contents/image-content.js';
import type { Reading } from '../contents/read-contents.js';

/** Maximum number of blobs that are read at the same time: more would not make a disk faster. */
const READERS = 4;

/**
 * Reads every blob and computes its digest.
 * @returns what is wrong, by digest
 * @throws the file system's error if a blob cannot be read, and the reason of the signal
 */
export async function readBlobs(
  blobs: BackupBlobs,
  sizes: ReadonlyMap<Digest, number>,
  { reporter, signal }: Reading,
): Promise<Map<Digest, string>> {
  const problems = new Map<Digest, string>();
  let total = 0;
  for (const bytes of sizes.values()) total += bytes;
  reporter.phase('reading blobs', total, 'bytes');
  await forEachParallel(sizes.keys(), { concurrency: READERS, waitsAfterError: true }, async (digest) => {
    const problem = await problemOf(blobs, digest, (bytes) => {
      signal.throwIfAborted();
      reporter.tick(bytes);
    });
    if (problem !== undefined) problems.set(digest, problem);
  });
  return problems;
}

async function problemOf(
  blobs: BackupBlobs,
  digest: Digest,
  onBytes: (count: number) => void,
): Promise<string | undefined> {
  const [algorithm = '', hex] = digest.split(':');
  const hash = createHash(algorithm);
  try {
    const blob = await blobs.open(digest);
    if (!blob) return 'it does not exist';
    for await (const chunk of blob.content) {
      hash.update(chunk);
      onBytes(chunk.length);
    }
  } catch (error) {
    if (!isDamage(error)) throw error;
    return messageOf(error);
  }
  return hash.digest('hex') === hex ? undefined : DIFFERENT;
}
