import type { StreamRecord } from '../../model/image-stream.js';
import type { KubeObject } from '../../model/kube.js';
import { RegadmError } from '../../model/errors.js';
import type { RepositoryName } from '../../model/names/repository-name.js';
import type { ApiResponse, ClusterApi } from '../api.js';
import { apiError, isNotFound } from '../api-error.js';
import { expectObject } from '../expect.js';
import { pathOf, type ObjectReference } from '../object-reference.js';
import { listObjects } from '../objects.js';
import { IMAGE_STREAMS } from '../resources.js';
import { streamIn } from './responses.js';

/** Identifies an image stream. */
export type StreamReference = ObjectReference & { namespace: string };

/** A stream as it was read. `absent`: it no longer exists; `unclear`: two answers contradict each other. */
type StreamRead = { object: KubeObject; stream: StreamRecord } | { absent: true } | { unclear: ApiResponse };

/** Returns the reference to the stream of a repository. */
export function streamReference(key: RepositoryName): StreamReference {
  const [namespace = '', name = ''] = key.split('/');
  return { resource: IMAGE_STREAMS, namespace, name };
}

/** Reads a stream. @throws ApiError if it cannot be read */
export async function readStream(api: ClusterApi, reference: StreamReference): Promise<StreamRead> {
  const read = await api.request('GET', pathOf(reference), { validate: expectObject(reference) });
  if (isNotFound(read, reference)) return (await isGone(api, reference)) ? { absent: true } : { unclear: read };
  if (read.status !== 200) throw apiError(read);
  return { stream: streamIn(read), object: read.json<KubeObject>() };
}

/** True if the list of the namespace lacks the stream, too. If it does not, one of the two answers is wrong. */
export async function isGone(api: ClusterApi, { namespace, name }: StreamReference): Promise<boolean> {
  const fieldSelector = `metadata.name=${name}`;
  const listed = await listObjects(api, IMAGE_STREAMS, { namespace, fieldSelector });
  return !listed.some(({ metadata }) => metadata.name === name);
}

/** Stops a change that waited for credentials: what was decided before it can be out of date. */
export async function refuseLateChange(): Promise<never> {
  throw new RegadmError('the update was stopped while it waited for credentials', { code: 'NOT_TRIED_AGAIN' });
}
