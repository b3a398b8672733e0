import type { KubeObject } from '../model/kube.js';
import type { ApiResponse, ClusterApi } from './api.js';
import { ApiError, apiError, isNotFound, isRefusal } from './api-error.js';
import { expectObject, isObject, unexpected, type ExpectedObject } from './expect.js';
import { describeObject, pathOf, type ObjectReference } from './object-reference.js';
import { isSuccess } from './response.js';

interface DeleteOptions {
  /** Deletes only the object with this uid. */
  uid?: string;
  /** `Background`: the garbage collector then deletes what the object owns. Default: that of the resource. */
  propagation?: 'Background';
  signal?: AbortSignal;
  /** Runs before each retry. It stops the deletion by throwing. */
  beforeRetry?: () => Promise<void>;
}

/** Deletes only this version of the object. */
interface VersionOptions extends DeleteOptions {
  resourceVersion: string | undefined;
}

/** Result of a deletion. `gone`: it no longer existed; `replaced`: another object has its name. */
type Deleted = 'deleted' | 'gone' | 'replaced';
/** Result of the deletion of a version. `changed`: the object no longer has this version, and was not deleted. */
export type VersionDeleted = Deleted | 'changed';

/**
 * Deletes an object. The answer must be about this object. If it is lost or does not tell, the object is read to find
 * out whether it was deleted.
 * @throws ApiError; also when finalizers keep the object, and their names are in the message
 */
export function deleteObject(api: ClusterApi, reference: ObjectReference, options?: DeleteOptions): Promise<Deleted>;
export function deleteObject(
  api: ClusterApi,
  reference: ObjectReference,
  options: VersionOptions,
): Promise<VersionDeleted>;
export async function deleteObject(
  api: ClusterApi,
  reference: ObjectReference,
  { uid, resourceVersion, propagation, signal, beforeRetry }: DeleteOptions & Partial<VersionOptions> = {},
): Promise<VersionDeleted> {
  const target = { ...reference, uid };
  const body = {
    kind: 'DeleteOptions',
    apiVersion: 'v1',
    propagationPolicy: propagation,
    ...(uid || resourceVersion ? { preconditions: { uid, resourceVersion } } : {}),
  };
  const validate = expectDeletion(target);
  let response: ApiResponse;
  try {
    response = await api.request('DELETE', pathOf(reference), { body, signal, beforeRetry, validate });
  } catch (error) {
    return findOut(api, target, { signal, error, ifMissing: 'deleted' });
  }
  if (isNotFound(response, reference)) return 'gone';
  if (isDone(response)) return 'deleted';
  const error = apiError(response, `cannot delete ${describeObject(reference)}`);
  if (response.status === 409) return findOut(api, target, { signal, error, ifMissing: 'gone', resourceVersion });
  if (isRefusal(response)) throw error;
  return findOut(api, target, { signal, error, ifMissing: 'deleted' });
}

/** What the API server answers a deletion with if it does not send the object. */
interface DeletionStatus {
  kind: string;
  status: unknown;
  code: unknown;
  details: Record<string, unknown>;
}

/** True if the response states that the object no longer exists: 202 is for a deletion that is not finished. */
function isDone(response: ApiResponse): boolean {
  return isSuccess(response) && response.status !== 202 && !isPending(response.json());
}

/** Returns a check that a response reports the deletion of this object: `Success` for it, or the object itself. */
export function expectDeletion(target: ExpectedObject): (response: ApiResponse) => void {
  const { resource, name, uid } = target;
  return (response) => {
    const answer = response.json<Partial<KubeObject>>();
    if (isObject(answer, target)) return;
    const { kind, status, code, details } = answer as Partial<DeletionStatus>;
    const isAbout =
      details?.name === name &&
      (details.kind === undefined || details.kind === resource.resource || details.kind === resource.kind) &&
      (uid === undefined || details.uid === undefined || details.uid === uid);
    if (kind === 'Status' && status === 'Success' && isAbout && !(Number(code) >= 400)) return;
    throw unexpected(response, `the deletion of ${describeObject(target)}`);
  };
}

/**
 * Reads an object whose deletion has no clear answer.
 * @param options.error what to throw if the object was not deleted, or cannot be read
 */
async function findOut(
  api: ClusterApi,
  target: ExpectedObject,
  {
    signal,
    error,
    ifMissing,
    resourceVersion,
  }: { signal?: AbortSignal; error: unknown; ifMissing: Deleted; resourceVersion?: string },
): Promise<VersionDeleted> {
  const { uid, ...reference } = target;
  let response: ApiResponse;
  try {
    response = await api.request('GET', pathOf(reference), { signal, validate: expectObject(reference) });
  } catch {
    throw error;
  }
  if (isNotFound(response, reference)) return ifMissing;
  if (response.status !== 200) throw error;
  const object = response.json<KubeObject>();
  if (uid !== undefined && object.metadata.uid !== uid) return 'replaced';
  if (isPending(object)) throw heldByFinalizers(target, object);
  if (resourceVersion !== undefined && object.metadata.resourceVersion !== resourceVersion) return 'changed';
  throw error;
}

function isPending({ metadata }: Partial<KubeObject>): boolean {
  return Boolean(metadata?.deletionTimestamp);
}

function heldByFinalizers(target: ExpectedObject, { metadata }: KubeObject): ApiError {
  const { finalizers } = metadata;
  const names = Array.isArray(finalizers) ? finalizers.map(String).join(', ') : '';
  return new ApiError(
    `cannot delete ${describeObject(target)}: it is marked as deleted, but ${names ? `finalizers keep it: ${names}` : 'it is still there'}`,
    {
      status: 200,
      reason: 'Finalizers',
      suggestions: ['find out which controller has to remove the finalizers, then run again'],
    },
  );
}
