import { RegadmError } from '../model/errors.js';
import type { Amount } from '../model/registry-storage.js';
import type { Storage } from '../storage/storage.js';

/** Blobs that hard prunes have moved to the trash of a storage. */
export interface Trashed extends Amount {
  /** Day on which the oldest of them was moved: `2026-11-26`. */
  oldest: string;
}

/**
 * Measures the trash of a storage.
 * @returns undefined if it is empty; the error if it cannot be read
 */
export async function measureTrash(storage: Storage, signal: AbortSignal): Promise<Trashed | undefined | RegadmError> {
  const trashed = { count: 0, bytes: 0, oldest: '' };
  try {
    await storage.trash().listBlobs(({ date, bytes }) => {
      trashed.count++;
      trashed.bytes += bytes;
      if (trashed.oldest === '' || date < trashed.oldest) trashed.oldest = date;
    }, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof RegadmError) return error;
    throw error;
  }
  return trashed.count > 0 ? trashed : undefined;
}
