import type { Storage } from '../storage/storage.js';
import type { TrashEntry } from './model.js';

/**
 * Returns a reader of blobs that looks in their place first, then in the trash, newest first, where the content must
 * match the digest. `addManifestUses` reads manifests with it.
 */
export function readBlobAnywhere(
  storage: Pick<Storage, 'readBlob' | 'trash'>,
  entries: readonly TrashEntry[],
): Pick<Storage, 'readBlob'> {
  throw new Error(`not implemented ${String(storage)} ${String(entries)}`);
}
