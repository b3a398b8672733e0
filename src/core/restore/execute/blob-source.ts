import { createHash } from 'node:crypto';
import type { Backup } from '../../backup-directory/open.js';
import type { Digest } from '../../model/digest.js';
import type { BlobSource } from '../../registry/api.js';

/** Returns a blob of the backup for an upload; undefined if the backup does not have it. */
export async function savedBlob({ blobs }: Pick<Backup, 'blobs'>, digest: Digest): Promise<BlobSource | undefined> {
  const bytes = await blobs.size(digest);
  return bytes === undefined ? undefined : { bytes, open: () => verified(blobs, digest) };
}

/** @throws Error if the content does not match the digest, before the last part is passed on */
async function* verified(blobs: Backup['blobs'], digest: Digest): AsyncGenerator<Buffer> {
  const blob = await blobs.open(digest);
  if (!blob) throw new Error(`blob ${digest} is no longer in the backup`);
  const algorithm = digest.slice(0, digest.indexOf(':'));
  const hash = createHash(algorithm);
  let last: Buffer | undefined;
  for await (const chunk of blob.content) {
    if (last) yield last;
    hash.update(chunk);
    last = chunk;
  }
  if (`${algorithm}:${hash.digest('hex')}` !== digest)
    throw new Error(`blob ${digest} in the backup is damaged: its content does not match its digest`);
  if (last) yield last;
}
