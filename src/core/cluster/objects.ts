import { ADVICE } from '../model/advice.js';
import { RegadmError } from '../model/errors.js';
import type { KubeObject } from '../model/kube.js';
import { ApiError, apiError, isNotFound, lacksApi } from './api-error.js';
import type { ClusterApi } from './api.js';
import { expectObject } from './expect.js';
import { isAbsent } from './lists/absent.js';
import { readList } from './lists/list.js';
import { OBJECT_PARSER, type ObjectPage } from './lists/page.js';
import { describeObject, pathOf, type ObjectReference } from './object-reference.js';
import { NAMESPACES, listPath, type Resource } from './resources.js';
import { isSuccess } from './response.js';
import { serverTime } from './server-time.js';

export { deleteObject } from './delete-object.js';
export { describeObject, objectPath, type ObjectReference } from './object-reference.js';

/**
 * Reads an object.
 * @throws ApiError, with status 404 when the object does not exist; also when the answer is another object
 */
export async function getObject<T extends KubeObject = KubeObject>(
  api: ClusterApi,
  reference: ObjectReference,
  options: { signal?: AbortSignal } = {},
): Promise<T> {
  const response = await api.request('GET', pathOf(reference), { ...options, validate: expectObject(reference) });
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
  /** True: discovery must confirm that the server does not serve the resource: a single 404 can be a mistake. */
  confirmAbsence?: boolean;
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

/** What to look at if a 404 is not in the API server's own words. */
const REMEDIES = { 404: [ADVICE.proxyInFront] };

/** Reads an object that does not have to exist, and the server's clock. Returns and throws as `findObject` does. */
export async function findReading<T extends KubeObject = KubeObject>(
  api: ClusterApi,
  reference: ObjectReference,
  options: ReadOptions = {},
): Promise<Reading<T> | undefined> {
  const { confirmAbsence, ...sending } = options;
  const response = await api.request('GET', pathOf(reference), { ...sending, validate: expectObject(reference) });
  if (isNotFound(response, reference)) return undefined;
  if (lacksApi(response) && (!confirmAbsence || (await isAbsent(api, reference.resource, options.signal))))
    return undefined;
  if (response.status !== 200) throw apiError(response, `cannot read ${describeObject(reference)}`, REMEDIES);
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

/** Tells whether a namespace exists; the error if that cannot be read. */
export async function hasNamespace(
  api: ClusterApi,
  name: string,
  signal?: AbortSignal,
): Promise<boolean | RegadmError> {
  try {
    return (await findObject(api, { resource: NAMESPACES, name }, { signal })) !== undefined;
  } catch (error) {
    if (error instanceof RegadmError) return error;
    throw error;
  }
}

interface ListObjectsOptions {
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  signal?: AbortSignal;
}

/** Reads a list and keeps all its objects. @throws ApiError or RegadmError that names the resource */
export async function listObjects(
  api: ClusterApi,
  resource: Resource,
  options: ListObjectsOptions = {},
): Promise<KubeObject[]> {
  return (await listReading(api, resource, options)).objects;
}

/**
 * Reads a list and the server's clock. Throws as `listObjects` does.
 * @returns `serverTime` in ms since the epoch; undefined when the response does not state it
 */
export async function listReading(
  api: ClusterApi,
  resource: Resource,
  options: ListObjectsOptions,
): Promise<{ objects: KubeObject[]; serverTime?: number }> {
  let objects: KubeObject[] = [];
  const reader = {
    parser: OBJECT_PARSER,
    take: ({ items }: ObjectPage) => void objects.push(...items),
    restart: () => void (objects = []),
  };
  const { serverTime } = await readList(api, resource, reader, options);
  return { objects, serverTime };
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
  const path = listPath(reference.resource, reference.namespace);
  const response = await api.request('POST', path, { body, ...options, validate: expectObject(reference) });
  if (response.status === 409) return 'exists';
  if (!isSuccess(response)) throw apiError(response, `cannot create ${describeObject(reference)}`);
  return 'created';
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
