import type { KubeList, KubeObject } from '../model/kube.js';
import { ApiError, apiError, isNotFound, lacksApi } from './api-error.js';
import type { ApiResponse, ClusterApi } from './api.js';
import { itemsOf } from './lists/page.js';
import { listPath, pathSegment, qualifiedName, type Resource } from './resources.js';
import { serverTime } from './server-time.js';

/** Identifies an object. */
export interface ObjectReference {
  resource: Resource;
  name: string;
  /** Required for namespaced resources. */
  namespace?: string;
}

/**
 * Returns the path of one object. Names are encoded except for the colon of digests.
 * @throws RegadmError INVALID_NAME before any request is sent, when a name is not one segment of a path
 */
export function objectPath(resource: Resource, name: string, namespace?: string): string {
  return `${listPath(resource, namespace)}/${pathSegment(name).replaceAll('%3A', ':')}`;
}

/** Describes an object for messages: `deployments.apps/image-registry in namespace openshift-image-registry`. */
export function describeObject({ resource, name, namespace }: ObjectReference): string {
  return `${qualifiedName(resource)}/${name}${namespace === undefined ? '' : ` in namespace ${namespace}`}`;
}

const pathOf = ({ resource, name, namespace }: ObjectReference): string => objectPath(resource, name, namespace);

/** Reads an object. @throws ApiError, with status 404 when the object does not exist */
export async function getObject<T extends KubeObject = KubeObject>(
  api: ClusterApi,
  reference: ObjectReference,
  options: { signal?: AbortSignal } = {},
): Promise<T> {
  const response = await api.request('GET', pathOf(reference), options);
  if (response.status !== 200) throw apiError(response, `cannot read ${describeObject(reference)}`);
  return response.json<T>();
}

/**
 * Reads an object that does not have to exist.
 * @returns undefined when the server states that the object does not exist, or that it does not serve the resource
 * @throws ApiError for every other response; a 404 of a proxy is one of them
 */
export async function findObject<T extends KubeObject = KubeObject>(
  api: ClusterApi,
  reference: ObjectReference,
  options: ReadOptions = {},
): Promise<T | undefined> {
  return (await findReading<T>(api, reference, options))?.object;
}

interface ReadOptions {
  signal?: AbortSignal;
  /** Timeout in ms. */
  timeoutMs?: number;
  /** False: no retry. */
  retry?: boolean;
}

/** An object as the server returned it. */
export interface Reading<T extends KubeObject = KubeObject> {
  object: T;
  /** The API server's clock, in ms since the epoch; undefined when the response does not state it. */
  serverTime?: number;
}

/** Reads an object that does not have to exist, and the server's clock. Returns and throws as `findObject` does. */
export async function findReading<T extends KubeObject = KubeObject>(
  api: ClusterApi,
  reference: ObjectReference,
  options: ReadOptions = {},
): Promise<Reading<T> | undefined> {
  const response = await api.request('GET', pathOf(reference), options);
  if (isNotFound(response) || lacksApi(response)) return undefined;
  if (response.status !== 200) throw apiError(response, `cannot read ${describeObject(reference)}`);
  return { object: response.json<T>(), serverTime: serverTime(response) };
}

/**
 * Reads an object that can be missing, and that the user does not have to be allowed to read.
 * @returns undefined when the server does not return it, whatever the reason
 * @throws RegadmError when the server cannot be reached
 */
export async function findIfReadable<T extends KubeObject = KubeObject>(
  api: ClusterApi,
  reference: ObjectReference,
  options: ReadOptions = {},
): Promise<T | undefined> {
  try {
    return await findObject<T>(api, reference, options);
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}

interface ListObjectsOptions {
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  signal?: AbortSignal;
}

/**
 * Reads a list that is short enough for one page.
 * @throws ApiError, also for a response that is not a list of this resource: taken for an empty list, it would mean
 *   that nothing exists
 */
export async function listObjects(
  api: ClusterApi,
  resource: Resource,
  { namespace, signal, ...query }: ListObjectsOptions = {},
): Promise<KubeObject[]> {
  const response = await api.request('GET', listPath(resource, namespace), { query, signal });
  if (response.status !== 200) throw apiError(response, `cannot list ${qualifiedName(resource)}`);
  const list = response.json<KubeList | null>();
  if (list?.kind === `${resource.kind}List` && (list.items === null || Array.isArray(list.items))) return itemsOf(list);
  throw new ApiError(
    `cannot list ${qualifiedName(resource)}: the server did not answer with a list of ${resource.kind}`,
    {
      status: response.status,
      reason: 'NotAList',
      code: 'API_NOT_JSON',
    },
  );
}

/**
 * Creates an object.
 * @returns `exists` if the name is in use, possibly by an earlier attempt whose response was lost
 * @throws ApiError
 */
export async function createObject(
  api: ClusterApi,
  reference: ObjectReference,
  body: object,
  options: { signal?: AbortSignal } = {},
): Promise<'created' | 'exists'> {
  const response = await api.request('POST', listPath(reference.resource, reference.namespace), { body, ...options });
  if (response.status === 409) return 'exists';
  if (!isDone(response)) throw apiError(response, `cannot create ${describeObject(reference)}`);
  return 'created';
}

interface DeleteOptions {
  /** Deletes only the object with this uid. */
  uid?: string;
  gracePeriodSeconds?: number;
  signal?: AbortSignal;
  /** Runs before each retry. It stops the deletion by throwing. */
  beforeRetry?: () => Promise<void>;
}

/**
 * Deletes an object.
 * @returns `gone` when it no longer exists, `replaced` when another object has its name
 * @throws ApiError
 */
export async function deleteObject(
  api: ClusterApi,
  reference: ObjectReference,
  { uid, gracePeriodSeconds, signal, beforeRetry }: DeleteOptions = {},
): Promise<'deleted' | 'gone' | 'replaced'> {
  const preconditions = uid ? { preconditions: { uid } } : {};
  const body = { kind: 'DeleteOptions', apiVersion: 'v1', ...preconditions, gracePeriodSeconds };
  const response = await api.request('DELETE', pathOf(reference), { body, signal, beforeRetry });
  if (isNotFound(response)) return 'gone';
  if (response.status === 409) return 'replaced';
  if (!isDone(response)) throw apiError(response, `cannot delete ${describeObject(reference)}`);
  return 'deleted';
}

/** Reads the log of a pod. @throws ApiError */
export async function readPodLog(
  api: ClusterApi,
  pod: ObjectReference,
  options: { signal?: AbortSignal } = {},
): Promise<string> {
  const response = await api.request('GET', `${pathOf(pod)}/log`, options);
  if (response.status !== 200) throw apiError(response, `cannot read the log of ${describeObject(pod)}`);
  return response.body.toString('utf8');
}

function isDone({ status }: ApiResponse): boolean {
  return status === 200 || status === 201 || status === 202;
}
