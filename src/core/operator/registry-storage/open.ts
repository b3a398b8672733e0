import type { ClusterApi } from '../../cluster/api.js';
import type { StorageChoice } from '../../storage/location.js';
import { openStorage, type OpenOptions } from '../../storage/open.js';
import type { Storage } from '../../storage/storage.js';

/**
 * Opens the storage that `--storage` names: that of the cluster's registry by its own settings and credentials, every
 * other one as `openStorage` does.
 * @throws RegadmError as `openStorage`; for the cluster's, also why its settings do not lead to it
 */
export async function openRegistryStorage(
  api: ClusterApi,
  choice: StorageChoice,
  options: OpenOptions = {},
): Promise<Storage> {
  if (typeof choice === 'string' || choice.kind !== 'cluster') return openStorage(choice, options);
  const [{ locateRegistryStorage }, { withRegistryAdvice, registryAdvice }] = await Promise.all([
    import('./locate.js'),
    import('./registry-advice.js'),
  ]);
  const located = await locateRegistryStorage(api, choice, options);
  try {
    return withRegistryAdvice(await openStorage(located.location, options), located);
  } catch (error) {
    throw registryAdvice(error, located);
  }
}
