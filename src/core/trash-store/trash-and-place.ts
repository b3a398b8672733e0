import { createHash } from 'node:crypto';
import { sha256Hex, type Digest } from '../model/digest.js';
import type { Storage } from '../storage/storage.js';
import type { TrashedBlob } from '../storage/trash.js';

/**
 * Returns a reader of blobs that looks in their place first, then in the trash, newest first, where the content must
 * match the digest. `addManifestUses` reads manifests with it.
 */
export function readBlobAnywhere(
  storage: Pick<Storage, 'readBlob' | 'trash'>,
  entries: readonly TrashedBlob[],
): Pick<Storage, 'readBlob'> {
  const copies = newestFirst(entries);
  const readTrash = async (digest: Digest, limitBytes: number): Promise<Buffer | undefined> => {
    for (const entry of copies.get(sha256Hex(digest) ?? '') ?? []) {
      const body = await storage.trash().readBlob(entry, limitBytes);
      if (body && createHash('sha256').update(body).digest('hex') === entry.hex) return body;
    }
    return undefined;
  };
  return {
    async readBlob(digest, limitBytes) {
      let problem: unknown;
      const body = await storage.readBlob(digest, limitBytes).catch((error: unknown) => {
        problem = error;
        return undefined;
      });
      const found = body ?? (await readTrash(digest, limitBytes));
      // A blob that was in its place before can have been moved since.
      if (!found && problem !== undefined) throw problem;
      return found;
    },
  };
}

/** Groups the blobs in the trash by digest, the newest of each first. */
export function newestFirst<T extends TrashedBlob>(entries: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const entry of entries) {
    const group = groups.get(entry.hex);
    if (group) group.push(entry);
    else groups.set(entry.hex, [entry]);
  }
  for (const group of groups.values()) group.sort((a, b) => (a.date < b.date ? 1 : -1));
  return groups;
}
