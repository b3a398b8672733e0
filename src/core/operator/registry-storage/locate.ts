import { locateS3 } from './s3.js';
import { readStatedStorage } from './stated.js';
import type { LocatedStorage, LocatingContext } from './types.js';
import { unsupported } from './unsupported.js';

/**
 * Reads the place and the credentials of the registry's storage from the cluster.
 * @throws RegadmError NO_REGISTRY_OPERATOR, REGISTRY_REMOVED, FORBIDDEN, STORAGE_SETTINGS, STORAGE_UNSUPPORTED,
 *   STORAGE_CREDENTIALS, ApiError
 */
export async function locateRegistryStorage(context: LocatingContext): Promise<LocatedStorage> {
  const stated = await readStatedStorage(context.api, context.signal);
  switch (stated.kind) {
    case 's3':
      return locateS3(stated, context);
    default:
      throw unsupported(stated);
  }
}
