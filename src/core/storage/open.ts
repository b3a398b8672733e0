import type { StorageLocation } from './location.js';
import type { Storage } from './storage.js';

interface OpenOptions {
  log?: (level: number, line: string) => void;
  signal?: AbortSignal;
}

/**
 * Opens the storage that `--storage` names. Drivers are loaded when they are needed.
 * @throws RegadmError STORAGE_NOT_A_REGISTRY, STORAGE_UNKNOWN_LAYOUT (exit status 4); for an object store, also why it
 *   cannot be listed
 */
export async function openStorage(location: StorageLocation, options: OpenOptions = {}): Promise<Storage> {
  if (typeof location === 'string') {
    const { openFilesystemStorage } = await import('./filesystem/index.js');
    return openFilesystemStorage(location);
  }
  const [{ openS3Store }, { ObjectStorage }, { findRegistryKey }] = await Promise.all([
    import('./objects/s3/index.js'),
    import('./objects/index.js'),
    import('./objects/open.js'),
  ]);
  const { authorities, concurrency, directory } = location;
  const store = await openS3Store(location, { authorities, concurrency, log: options.log });
  try {
    return new ObjectStorage(store, await findRegistryKey(store, directory, options.signal));
  } catch (error) {
    await store.close();
    throw error;
  }
}
