import type { ClusterApi } from '../cluster/api.js';
import { findIfReadable } from '../cluster/objects.js';
import { deployedStorage } from './deployed-storage.js';
import { claimNamed } from './objects.js';
import type { Deployment } from './rollout.js';

/**
 * Describes that a roll-out of the registry is a short outage: an old pod must end before its successor can start.
 * @param deployment the registry's
 * @returns undefined if pushes and pulls continue, by what the Deployment and the volume show
 * @throws RegadmError when the API server cannot be reached
 */
export async function rolloutOutage(
  api: ClusterApi,
  deployment: Deployment,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const { replicas = 1, strategy } = deployment.spec ?? {};
  if (replicas === 0) return undefined;
  if ((strategy as { type?: string } | undefined)?.type === 'Recreate')
    return `${OUTAGE}: the strategy of its Deployment is Recreate`;
  if (replicas > 1) return undefined;
  const storage = deployedStorage(deployment);
  if (storage?.kind !== 'pvc' || storage.place === undefined) return undefined;
  const modes = await accessModes(api, storage.place, signal);
  if (modes === undefined) return `${CAN_BE}: it has one replica, and claim ${storage.place} cannot be read`;
  if (modes.includes('ReadWriteMany')) return undefined;
  return `${CAN_BE}: it has one replica, and claim ${storage.place} is ${modes.join(', ')}`;
}

const OUTAGE = 'the restart of the registry is a short outage';
const CAN_BE = 'the restart of the registry can be a short outage';

/** Returns the access modes of a bound claim; undefined if they cannot be read. */
async function accessModes(api: ClusterApi, claim: string, signal?: AbortSignal): Promise<string[] | undefined> {
  const object = await findIfReadable(api, claimNamed(claim), { signal });
  const modes = object?.status?.accessModes ?? object?.spec?.accessModes;
  return Array.isArray(modes) && modes.length > 0 ? modes.map(String) : undefined;
}
