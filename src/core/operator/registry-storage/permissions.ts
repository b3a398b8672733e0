import type { ClusterApi } from '../../cluster/api.js';
import { hasCode } from '../../model/errors.js';
import { bucketAddress } from '../../storage/objects/s3/settings.js';
import { REGISTRY_ACCOUNT } from './identity.js';
import { describe } from './locate.js';
import { SettingsReader } from './reader.js';
import { readStatedStorage } from './stated.js';
import type { DescribedStore, RegistryStorage } from './types.js';

/**
 * Reads where the registry keeps its images, and which permissions `--storage cluster` needs to open it. Requests no
 * token and sends nothing to the storage.
 * @throws RegadmError as `openRegistryStorage`, but not for a kind of storage that regadm cannot open
 */
export async function readRegistryStorage(api: ClusterApi, signal?: AbortSignal): Promise<RegistryStorage> {
  const reader = new SettingsReader(api, signal);
  const stated = await readStatedStorage(reader);
  const described = await describe(stated, { reader, choice: { kind: 'cluster', concurrency: 1 } }).catch(
    (error: unknown) => {
      if (hasCode(error, 'STORAGE_UNSUPPORTED')) return undefined;
      throw error;
    },
  );
  const { kind, place } = stated;
  const { resource, namespace, name } = REGISTRY_ACCOUNT;
  const token = {
    verb: 'create',
    group: resource.group,
    resource: resource.resource,
    subresource: 'token',
    namespace,
    name,
  };
  const permissions = [...reader.permissions, ...(described?.identity ? [token] : [])];
  return { kind, place, endpoint: described && endpointOf(described), permissions };
}

function endpointOf({ location }: DescribedStore): string | undefined {
  switch (location.kind) {
    case 's3':
      return bucketAddress({ ...location, region: location.region! }).origin;
    case 'azure':
      return location.endpoint;
    case 'swift':
      return location.login?.authUrl;
  }
}
