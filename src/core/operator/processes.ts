import type { ClusterApi, KubeObject } from '../cluster/api.js';
import { listReading } from '../cluster/objects.js';
import { PODS } from '../cluster/resources.js';
import { REGISTRY_NAMESPACE } from '../model/openshift.js';
import type { BlobCache } from './blob-cache.js';
import { blobCacheIn, hasEnded } from './pods.js';

/** The processes that serve the registry, and what they can remember. */
interface RegistryProcesses {
  /**
   * UIDs of all registry pods in which a process runs or can start, terminating ones included. A container that
   * restarts keeps the UID of its pod: so its processes count as one that still runs, although a restart ends what a
   * process remembers. That is only careful: a roll-out replaces the pods.
   */
  ids: string[];
  /**
   * When the oldest of these pods was created, by the API server's clock, in ms since the epoch: none of the processes
   * started before. Undefined if one does not state it.
   */
  oldestStart?: number;
  /**
   * The API server's clock when it answered, in ms since the epoch, rounded up: its `Date` header has whole seconds.
   * Undefined if the response does not state it.
   */
  serverTime?: number;
  /** True if any of them keeps its blob cache in Redis, which outlives it, or can do so. */
  usesRedis: boolean;
  /** How long any of them remembers in which repositories a blob is, in ms; undefined if no limit of it is known. */
  cacheTtlMs?: number;
}

/** The `Date` header omits what is less than a second. */
const DATE_PRECISION_MS = 1000;

/**
 * Reads the registry's processes as they are now: the API server answers such a list from its store, not from a cache.
 * @returns undefined if there is no registry pod: a registry that runs elsewhere can use the storage, so that nothing
 *   shows whether processes have ended
 * @throws ApiError
 */
export async function readRegistryProcesses(
  api: ClusterApi,
  signal?: AbortSignal,
): Promise<RegistryProcesses | undefined> {
  const options = { namespace: REGISTRY_NAMESPACE, labelSelector: 'docker-registry=default', signal };
  const { objects, serverTime } = await listReading(api, PODS, options);
  const pods = objects.filter((pod) => !hasEnded(pod) || hasRunningContainer(pod));
  if (pods.length === 0) return undefined;
  const starts = pods.map(({ metadata }) => Date.parse(metadata.creationTimestamp ?? ''));
  const caches = pods.map(blobCacheIn);
  return {
    ids: pods.map(({ metadata }) => metadata.uid ?? metadata.name),
    oldestStart: starts.some(Number.isNaN) ? undefined : Math.min(...starts),
    serverTime: serverTime === undefined ? undefined : serverTime + DATE_PRECISION_MS,
    usesRedis: caches.some(({ kind }) => kind === 'redis'),
    cacheTtlMs: longestTtl(caches),
  };
}

/** A pod of a node that does not respond can be declared failed while its containers run. */
function hasRunningContainer({ status }: KubeObject): boolean {
  const { containerStatuses = [] } = (status ?? {}) as { containerStatuses?: { state?: { running?: object } }[] };
  return containerStatuses.some(({ state }) => state?.running !== undefined);
}

function longestTtl(caches: BlobCache[]): number | undefined {
  const all = caches.map(({ ttlMs }) => ttlMs).filter((ttlMs) => ttlMs !== undefined);
  return all.length === caches.length ? Math.max(...all) : undefined;
}
