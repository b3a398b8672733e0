import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterApi } from '../cluster/api.js';
import { requestDeletion } from '../cluster/request-deletion.js';
import { podNamed } from './objects.js';
import { findPodObject } from './pods.js';

/** A pod of namespace openshift-image-registry. Another pod of the same name has another uid. */
export interface PodIdentity {
  name: string;
  uid: string;
}

interface DeletionOptions {
  /** Overrides the pod's own termination grace period, in seconds. */
  graceSeconds?: number;
  signal?: AbortSignal;
}

interface DeletePodOptions extends DeletionOptions {
  /** Timeout until the pod no longer exists, in ms. */
  timeoutMs: number;
}

/** Interval between two checks, in ms. */
const PAUSE_MS = 250;

/**
 * Deletes exactly this pod and waits until it no longer exists.
 * @returns false when it still exists after the timeout
 * @throws ApiError; the signal's reason when it aborts
 */
export async function deletePod(api: ClusterApi, pod: PodIdentity, options: DeletePodOptions): Promise<boolean> {
  const { timeoutMs, signal } = options;
  await requestPodDeletion(api, pod, options);
  const deadline = performance.now() + timeoutMs;
  while (await findPodObject(api, pod, signal)) {
    if (performance.now() > deadline) return false;
    await sleep(PAUSE_MS, undefined, { signal });
  }
  return true;
}

/**
 * Requests the deletion of a pod, and does not wait.
 * @param pod without its uid only if its name is unique, because another pod of the same name would be deleted
 * @throws ApiError, but not if the pod no longer exists
 */
export async function requestPodDeletion(
  api: ClusterApi,
  { name, uid }: Partial<PodIdentity> & { name: string },
  { graceSeconds, signal }: DeletionOptions = {},
): Promise<void> {
  await requestDeletion(api, podNamed(name), { uid, graceSeconds, signal });
}
