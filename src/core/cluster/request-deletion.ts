import { apiError, isNotFound } from './api-error.js';
import type { ClusterApi } from './api.js';
import { expectDeletion } from './delete-object.js';
import { describeObject, pathOf, type ObjectReference } from './object-reference.js';
import { isSuccess } from './response.js';

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
  const validate = expectDeletion({ ...reference, uid });
  const response = await api.request('DELETE', pathOf(reference), { body, signal, validate });
  const isReplaced = response.status === 409 && uid !== undefined;
  if (isSuccess(response) || isReplaced || isNotFound(response, reference)) return;
  throw apiError(response, `cannot delete ${describeObject(reference)}`);
}
