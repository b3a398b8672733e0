import type { StoragePlace } from '../../model/registry-storage.js';
import type { ObjectStoreLocation } from '../../storage/location.js';

/** Returns which storage a location names. */
export function placeOf(location: ObjectStoreLocation): StoragePlace {
  const { kind, directory } = location;
  const names = kind === 's3' ? [location.bucket] : [location.container];
  if (kind === 'azure') names.unshift(location.account);
  const url = `${kind}://${[...names, directory].filter(Boolean).join('/')}`;
  switch (location.kind) {
    case 's3':
      return { url, endpoint: location.endpoint, region: location.region };
    case 'azure':
      return { url, endpoint: location.endpoint };
    case 'swift': {
      const { login } = location;
      return { url, endpoint: login?.authUrl, region: login?.version === 3 ? login.region : undefined };
    }
  }
}

/** Describes which storage it is. */
export function describePlace({ url, endpoint, region }: StoragePlace): string {
  if (endpoint !== undefined) return `${url} at ${endpoint}`;
  return region === undefined ? url : `${url} in region ${region}`;
}
