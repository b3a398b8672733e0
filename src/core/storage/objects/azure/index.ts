import { refusal } from '../../../model/errors.js';
import { StoreClient, type ConnectOptions } from '../../http/client.js';
import type { AzureLocation } from '../../location.js';
import { azureSettings, type AzureSettings } from './settings.js';
import { AzureStore } from './store.js';

/**
 * Opens a container. The registry of OpenShift 4.14 and later begins the names of blobs with a slash; older ones do
 * not.
 * @returns the store, and the directory in it that contains `docker/registry/v2`
 * @throws RegadmError STORAGE_UNKNOWN_LAYOUT (exit status 4) if there are blobs with and without the slash
 */
export async function openAzureStore(
  location: Omit<AzureLocation, 'kind'> & { directory: string },
  connect: ConnectOptions,
): Promise<{ store: AzureStore; directory: string }> {
  const settings = azureSettings(location, connect.env ?? process.env);
  const client = await StoreClient.connect(
    `azure://${location.account}/${location.container}`,
    settings.endpoint,
    connect,
  );
  try {
    const store = await findStore(client, settings, { root: location.directory, concurrency: connect.concurrency });
    return { store, directory: location.directory };
  } catch (error) {
    await client.close();
    throw error;
  }
}

async function findStore(
  client: StoreClient,
  settings: AzureSettings,
  { root, concurrency }: { root: string; concurrency: number },
): Promise<AzureStore> {
  const [withSlash, without] = (['/', ''] as const).map(
    (start) => new AzureStore(client, settings, { start, concurrency }),
  ) as [AzureStore, AzureStore];
  const registry = `${root === '' ? '' : `${root}/`}docker/registry/v2`;
  const [hasNew, hasOld] = [await hasAny(withSlash, `${registry}/blobs/`), await hasAny(without, `${registry}/blobs/`)];
  if (hasNew && hasOld)
    throw refusal(
      'STORAGE_UNKNOWN_LAYOUT',
      `unknown storage layout at ${withSlash.name}: there are blobs below both /${registry} and ${registry}, and a registry reads only one of them`,
      ['find out which one the registry uses, and move or delete the other; nothing was changed'],
    );
  if (hasNew || hasOld) return hasNew ? withSlash : without;
  return (await hasAny(without, `${registry}/`)) ? without : withSlash;
}

async function hasAny(store: AzureStore, prefix: string): Promise<boolean> {
  for await (const { length } of store.list(prefix)) if (length > 0) return true;
  return false;
}
