import { apiError, isNotFound } from './api-error.js';
import type { ClusterApi } from './api.js';
import { describeObject, objectPath, type ObjectReference } from './objects.js';

interface DeletionOptions {
  /** Deletes only the object with this uid. */
  uid?: string;
  /** Overrides the object's own grace period, in seconds. */
  graceSeconds?: number;
  signal?: AbortSignal;
}

/**
 * Requests the deletion of an object and does not wait: a pod still exists while its containers end.
 * @throws ApiError, but not if the object no longer exists or another object has its name
 */
export async function requestDeletion(
  api: ClusterApi,
  reference: ObjectReference,
  { uid, graceSeconds, signal }: DeletionOptions = {},
): Promise<void> {
  const body = {
    kind: 'DeleteOptions',
    apiVersion: 'v1',
    gracePeriodSeconds: graceSeconds,
    ...(uid === undefined ? {} : { preconditions: { uid } }),
  };
  const { resource, name, namespace } = reference;
  const response = await api.request('DELETE', objectPath(resource, name, namespace), { body, signal });
  const isAccepted = response.status === 200 || response.status === 202;
  const isReplaced = response.status === 409 && uid !== undefined;
  if (isAccepted || isReplaced || isNotFound(response)) return;
  throw apiError(response, `cannot delete ${describeObject(reference)}`);
}
