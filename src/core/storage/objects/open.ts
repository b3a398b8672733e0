import { refusal } from '../../model/errors.js';
import { levelBelow } from './list-directory.js';
import type { ObjectStore } from './object-store.js';

/**
 * Finds the registry in an object store.
 * @param directory the registry's root directory in the store; empty if it has none
 * @returns the key of its `docker/registry/v2`
 * @throws RegadmError STORAGE_NOT_A_REGISTRY, STORAGE_UNKNOWN_LAYOUT (exit status 4); or why it cannot be listed
 */
export async function findRegistryKey(store: ObjectStore, directory: string, signal?: AbortSignal): Promise<string> {
  const parent = `${directory === '' ? '' : `${directory}/`}docker/registry`;
  const names = (key: string): Promise<string[]> => levelBelow({ store, root: key, signal }, '', () => {});
  const known = await names(`${parent}/v2`);
  if (known.includes('blobs/') || known.includes('repositories/')) return `${parent}/v2`;
  const where = `${store.name}${directory === '' ? '' : `/${directory}`}`;
  if (known.length > 0) throw unknownLayout(`${store.name}/${parent}/v2`, 'it has neither blobs nor repositories');
  const versions = (await names(parent)).filter((name) => /^v\d+\/$/.test(name));
  if (versions.length > 0)
    throw unknownLayout(
      `${store.name}/${parent}/${versions.map((name) => name.slice(0, -1)).join(', ')}`,
      'regadm supports only docker/registry/v2',
    );
  throw refusal('STORAGE_NOT_A_REGISTRY', `${where} is not a registry's storage: it has no docker/registry/v2`, [
    'name the bucket or container, and the root directory if the registry has one; nothing was changed',
  ]);
}

/** Checks that blobs are below `sha256/<first 2 hex digits>/`. @throws RegadmError STORAGE_UNKNOWN_LAYOUT */
export function assertBlobLayout(name: string, blobs: number, foreign: ReadonlySet<string>): void {
  const other = blobs > 0 ? undefined : [...foreign].find((entry) => entry.startsWith('blobs/'));
  if (other !== undefined)
    throw unknownLayout(name, `it has no blobs below blobs/sha256/<first 2 digits>/, but ${other}`);
}

function unknownLayout(place: string, why: string): Error {
  return refusal('STORAGE_UNKNOWN_LAYOUT', `unknown storage layout at ${place}: ${why}`, ['nothing was changed']);
}
