import type { ConnectOptions } from './http/client.js';
import type { ObjectStoreLocation, StorageLocation } from './location.js';
import type { ObjectStore } from './objects/object-store.js';
import type { Storage } from './storage.js';

/** What opening a storage needs from its caller. */
export interface OpenOptions {
  log?: (level: number, line: string) => void;
  signal?: AbortSignal;
  /** Called for each request to an object storage: every attempt counts, and so do logins at its services. */
  onRequest?: () => void;
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
  const [{ ObjectStorage }, { findRegistryKey }] = await Promise.all([
    import('./objects/index.js'),
    import('./objects/open.js'),
  ]);
  const { authorities, concurrency, isUnverified } = location;
  const connect = { authorities, concurrency, isUnverified, log: options.log, onRequest: options.onRequest };
  const { store, directory } = await openStore(location, connect);
  try {
    return new ObjectStorage(store, await findRegistryKey(store, directory, options.signal));
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Opens an object store. @returns also the directory in it that contains `docker/registry/v2` */
async function openStore(
  location: ObjectStoreLocation,
  connect: ConnectOptions,
): Promise<{ store: ObjectStore; directory: string }> {
  const { kind, directory } = location;
  if (kind === 'swift') return (await import('./objects/swift/index.js')).openSwiftStore(location, connect);
  if (kind === 'azure') return (await import('./objects/azure/index.js')).openAzureStore(location, connect);
  return { store: await (await import('./objects/s3/index.js')).openS3Store(location, connect), directory };
}
