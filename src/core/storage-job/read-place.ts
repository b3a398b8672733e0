import type { ClusterApi } from '../cluster/api.js';
import { describeObject, findObject } from '../cluster/objects.js';
import { messageOf } from '../model/errors.js';
import { DEPLOYMENT } from '../operator/objects.js';
import { readRegistryStorage } from '../operator/registry-storage/permissions.js';
import type { RegistryStorage } from '../operator/registry-storage/types.js';
import { unsupported } from '../operator/registry-storage/unsupported.js';
import { readDeployment, type Deployment } from '../operator/rollout.js';
import { readClaimMount } from './claim.js';
import { endsWithPods, notPossible } from './not-possible.js';
import type { Place, StorageAccess } from './place.js';
import { proxyVariables } from './proxy.js';
import { registryPlacement } from './registry-pod.js';
import type { JobKind } from './request.js';

interface ReadOptions {
  job: JobKind;
  /** A Secret that can have the proxy's URL. */
  credentialsSecret?: string;
  signal?: AbortSignal;
}

/** Kinds of storage that end with the registry's pods, and what they are. */
const ENDING: Record<string, string> = {
  emptyDir: 'an emptyDir volume',
  ephemeral: 'an ephemeral volume',
  inmemory: 'their memory',
  container: 'their own file system',
};

/** Object stores that regadm opens itself. */
const STORES = ['s3', 'azure', 'swift'];

/**
 * Reads where the Job runs and how it reaches the registry's own storage.
 * @throws RegadmError JOB_NOT_POSSIBLE; EPHEMERAL_STORAGE (exit status 4); STORAGE_UNSUPPORTED; as
 *   `readRegistryStorage`
 */
export async function readRegistryPlace(api: ClusterApi, options: ReadOptions): Promise<Place> {
  const storage = await readRegistryStorage(api, options.signal);
  const deployment = await readDeployment(api, options.signal);
  const access = await accessTo(storage, { api, deployment, ...options });
  const { notes, ...rest } = placeOf(api, deployment, access, options);
  const name = [storage.kind === 'pvc' ? 'claim' : storage.kind, storage.place].filter(Boolean).join(' ');
  const warnings = access.via === 'claim' ? access.mount.warnings : [];
  return { ...rest, notes: [`storage: ${name}, as ${api.server} states it`, ...warnings, ...notes] };
}

async function accessTo(
  { kind, place, permissions }: RegistryStorage,
  { api, deployment, job, signal }: ReadOptions & { api: ClusterApi; deployment: Deployment },
): Promise<StorageAccess> {
  if (ENDING[kind] !== undefined) throw endsWithPods(ENDING[kind], job);
  if (kind === 'pvc' && place !== undefined)
    return { via: 'claim', mount: await readClaimMount(api, place, { deployment, job, signal }) };
  if (STORES.includes(kind)) return { via: 'store', permissions };
  const error = unsupported({ kind, place });
  throw job.onlyReads ? notPossible(job, messageOf(error), job.instead) : error;
}

/**
 * Reads where the Job runs if the user names an object store. Retries nothing, because it works without a cluster.
 * @throws RegadmError JOB_NOT_POSSIBLE; ApiError
 */
export async function readPlaceOfStore(api: ClusterApi, options: ReadOptions): Promise<Place> {
  const deployment = await findObject<Deployment>(api, DEPLOYMENT, { signal: options.signal, retry: false });
  return deployment ? placeOf(api, deployment, NAMED, options) : UNKNOWN_PLACE;
}

const NAMED: StorageAccess = { via: 'store', permissions: [] };
const UNKNOWN_PLACE: Place = { access: NAMED, proxy: [], placement: {}, notes: [] };

/** Returns where the Job runs if the cluster cannot be read. */
export function unreadPlace(reason: string): Place {
  const note = `not taken from the cluster (${reason}): proxy, tolerations, node selector`;
  return { ...UNKNOWN_PLACE, notes: [note] };
}

function placeOf(api: ClusterApi, deployment: Deployment, access: StorageAccess, options: ReadOptions): Place {
  const placement = registryPlacement(deployment);
  // On a volume, a Job reaches nothing outside the cluster.
  const proxy = access.via === 'store' ? proxyVariables(deployment, options.job, options.credentialsSecret) : [];
  const taken = [
    ...(placement.tolerations ? ['tolerations'] : []),
    ...(placement.nodeSelector ? ['node selector'] : []),
    ...(proxy.length > 0 ? ['proxy'] : []),
  ];
  const from = `taken from ${describeObject(DEPLOYMENT)} of ${api.server}`;
  return { access, proxy, placement, notes: taken.length === 0 ? [] : [`${taken.join(', ')}: ${from}`] };
}
