import type { ClusterApi, KubeObject } from '../../cluster/api.js';
import { getObject } from '../../cluster/objects.js';
import { VOLUMES } from '../../cluster/resources.js';
import { CONFIG, claimNamed } from '../../operator/objects.js';
import { bytesAt, textAt } from './fields.js';

/** Returns the name of the claim that the registry's Config names; undefined if there is none. */
export function claimIn(config: KubeObject): string | undefined {
  return textAt(config, 'spec', 'storage', 'pvc', 'claim');
}

/**
 * Reads the registry's claim.
 * @returns undefined if the Config names none
 * @throws ApiError
 */
export async function readClaim(api: ClusterApi): Promise<KubeObject | undefined> {
  const name = claimIn(await getObject(api, CONFIG));
  return name === undefined ? undefined : getObject(api, claimNamed(name));
}

/** A size that the mount must have, and what states it. */
export interface StatedSize {
  what: string;
  bytes: number;
}

/** Reads the sizes of the registry's volume and claim; without those that are not stated. @throws ApiError */
export async function storageSizes(api: ClusterApi): Promise<StatedSize[]> {
  const claim = await readClaim(api);
  const name = textAt(claim, 'spec', 'volumeName');
  const volume = name === undefined ? undefined : await getObject(api, { resource: VOLUMES, name });
  return [
    { what: 'the volume', bytes: bytesAt(volume, 'spec', 'capacity', 'storage') },
    { what: 'the claim', bytes: bytesAt(claim, 'spec', 'resources', 'requests', 'storage') },
  ].filter((size): size is StatedSize => size.bytes !== undefined);
}
