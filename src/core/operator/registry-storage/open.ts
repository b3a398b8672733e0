import type { ClusterApi } from '../../cluster/api.js';
import type { StoragePlace } from '../../model/registry-storage.js';
import type { StorageChoice } from '../../storage/location.js';
import { openStorage, type OpenOptions } from '../../storage/open.js';
import type { Storage } from '../../storage/storage.js';

interface RegistryOpenOptions extends OpenOptions {
  /** Receives a line that names the storage of the cluster's registry, before it is opened. */
  note?: (line: string) => void;
}

/** A storage that is open. */
export interface OpenedStorage {
  storage: Storage;
  /** Which one it is, as the registry's settings state it; undefined if the user named it. */
  place?: StoragePlace;
}

/**
 * Opens the storage that `--storage` names: that of the cluster's registry by its own settings and credentials, every
 * other one as `openStorage` does.
 * @throws RegadmError as `openStorage`; for the cluster's, also why its settings do not lead to it
 */
export async function openRegistryStorage(
  api: ClusterApi,
  choice: StorageChoice,
  { note, ...options }: RegistryOpenOptions = {},
): Promise<OpenedStorage> {
  if (typeof choice === 'string' || choice.kind !== 'cluster') return { storage: await openStorage(choice, options) };
  const [{ locateRegistryStorage }, { withRegistryAdvice, registryAdvice }, { describePlace, placeOf }] =
    await Promise.all([import('./locate.js'), import('./registry-advice.js'), import('./resolved-place.js')]);
  const located = await locateRegistryStorage(api, choice, options);
  const place = placeOf(located.location);
  note?.(`storage: ${describePlace(place)} (from the registry's settings)`);
  try {
    return { storage: withRegistryAdvice(await openStorage(located.location, options), located), place };
  } catch (error) {
    throw registryAdvice(error, located);
  }
}
