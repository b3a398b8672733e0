import type { Storage } from './storage.js';

/**
 * Opens the storage that `--storage` names.
 * @param location the directory where the registry's volume is mounted
 * @throws RegadmError STORAGE_NOT_A_REGISTRY, STORAGE_UNKNOWN_LAYOUT (exit status 4)
 */
export async function openStorage(location: string): Promise<Storage> {
  const { openFilesystemStorage } = await import('./filesystem/index.js');
  return openFilesystemStorage(location);
}
