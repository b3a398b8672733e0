import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterApi, KubeList } from '../cluster/api.js';
import { apiError } from '../cluster/api-error.js';
import { REGISTRY_PODS_PATH } from './pods.js';
import { REGISTRY_NAMESPACE } from '../model/openshift.js';

/** A pod of namespace openshift-image-registry. Another pod of the same name has another uid. */
export interface PodIdentity {
  name: string;
  uid: string;
}

export interface DeletePodOptions {
  /** How long to wait until the pod no longer exists, in ms. */
  timeoutMs: number;
  /** Overrides the pod's own termination grace period, in seconds. */
  graceSeconds?: number;
  signal?: AbortSignal;
}

/** Pause between two looks, in ms. */
const PAUSE_MS = 250;

/**
 * Deletes exactly this pod and waits until it no longer exists.
 * @returns false when it still exists after the timeout
 * @throws ApiError; the signal's reason when it aborts
 */
export async function deletePod(api: ClusterApi, pod: PodIdentity, options: DeletePodOptions): Promise<boolean> {
  const { timeoutMs, graceSeconds, signal } = options;
  const response = await api.request('DELETE', `${REGISTRY_PODS_PATH}/${pod.name}`, {
    body: { preconditions: { uid: pod.uid }, gracePeriodSeconds: graceSeconds },
    signal,
  });
  // 409: the pod of that name is another one, so this one is gone.
  if (![200, 202, 404, 409].includes(response.status))
    throw apiError(response, `cannot delete pod ${REGISTRY_NAMESPACE}/${pod.name}`);
  const deadline = performance.now() + timeoutMs;
  while (await exists(api, pod, signal)) {
    if (performance.now() > deadline) return false;
    await sleep(PAUSE_MS, undefined, { signal });
  }
  return true;
}

/** Asks with a list, because that takes no permission besides the one to find the registry's pods. */
async function exists(api: ClusterApi, { name, uid }: PodIdentity, signal?: AbortSignal): Promise<boolean> {
  const query = { fieldSelector: `metadata.name=${name}` };
  const { items } = await api.get<KubeList>(REGISTRY_PODS_PATH, { query, signal });
  return (items ?? []).some(({ metadata }) => metadata.uid === uid);
}
