import type { ClusterApi } from '../../cluster/api.js';
import type { ObjectStoreLocation, StorageChoice } from '../../storage/location.js';
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
  options.log?.(4, `the registry keeps its images in ${placeOf(located.location)}`);
  try {
    return withRegistryAdvice(await openStorage(located.location, options), located);
  } catch (error) {
    throw registryAdvice(error, located);
  }
}

function placeOf(location: ObjectStoreLocation): string {
  const { kind, directory, endpoint } = location;
  const names = kind === 's3' ? [location.bucket] : [location.container];
  if (kind === 'azure') names.unshift(location.account);
  const at = endpoint === undefined ? '' : ` at ${endpoint}`;
  return `${kind}://${[...names, directory].filter(Boolean).join('/')}${at}`;
}
