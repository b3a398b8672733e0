import type { ClusterApi, KubeObject } from '../../cluster/api.js';
import { ApiError } from '../../cluster/api-error.js';
import { getObject } from '../../cluster/objects.js';
import { VOLUMES } from '../../cluster/resources.js';
import { parseQuantity } from '../../model/values/quantity.js';
import type { RegistryConfig } from '../../operator/config.js';
import { CONFIG, claimNamed } from '../../operator/objects.js';

/** Returns the name of the claim that the registry's Config names; undefined if there is none. */
export function claimIn({ spec }: RegistryConfig): string | undefined {
  return (spec?.storage as { pvc?: { claim?: string } } | undefined)?.pvc?.claim || undefined;
}

/**
 * Reads the registry's claim.
 * @returns undefined if the Config names none
 * @throws ApiError
 */
export async function readClaim(api: ClusterApi): Promise<KubeObject | undefined> {
  const name = claimIn(await getObject<RegistryConfig>(api, CONFIG));
  return name === undefined ? undefined : getObject(api, claimNamed(name));
}

/** Returns the size of the registry's volume in bytes; undefined if it is unknown. */
export async function volumeBytes(api: ClusterApi): Promise<number | undefined> {
  try {
    const name = (await readClaim(api))?.spec?.volumeName as string | undefined;
    const spec = name ? (await getObject(api, { resource: VOLUMES, name })).spec : undefined;
    return parseQuantity((spec?.capacity as { storage?: string } | undefined)?.storage ?? '');
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}
