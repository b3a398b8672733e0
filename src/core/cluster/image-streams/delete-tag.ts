import { specVersion } from '../../model/spec-tag.js';
import type { StreamRecord } from '../../model/image-stream.js';
import { ADVICE } from '../../model/advice.js';
import type { TagItem } from '../../model/tag-item.js';
import type { RepositoryName } from '../../model/names/repository-name.js';
import type { ApiResponse, ClusterApi } from '../api.js';
import { ApiError } from '../api-error.js';
import { pathOf } from '../object-reference.js';
import { IMAGE_STREAM_TAGS } from '../resources.js';
import { isSuccess } from '../response.js';
import { repeat, type Attempt, type AttemptOptions } from './attempts.js';
import { itemsBetween } from './lost-push.js';
import { readStream, refuseLateChange, streamReference, type StreamReference } from './read.js';

/**
 * Result of a deletion. `gone`: the tag, or its stream, no longer existed; `kept`: it was not to be deleted; `pushed`:
 * the deletion removed what was pushed to it in the meantime.
 */
export interface TagDeletion {
  result: 'deleted' | 'gone' | 'kept' | 'pushed';
  /** The items of that push. */
  lost?: TagItem[];
  /** The stream as it was read last; absent if it no longer exists. */
  stream?: StreamRecord;
}

/** A tag of the stream of a repository (`namespace/name`). */
interface TagReference {
  key: RepositoryName;
  tag: string;
}

/**
 * Deletes a tag from the spec and the status of its stream. The API server knows no precondition for it except the
 * stream's uid, so the stream is read immediately before, and `mayDelete` decides about it; and it is read again
 * afterward, because the response is about no object: only what the stream contains shows what happened. Repeats all
 * of it after a conflict, if the server could not do it, and if the response was lost.
 * @throws ApiError or RegadmError if the stream cannot be read, or the tag cannot be deleted
 */
export async function deleteImageStreamTag(
  api: ClusterApi,
  { key, tag }: TagReference,
  mayDelete: (stream: StreamRecord) => Promise<boolean>,
  options?: AttemptOptions,
): Promise<TagDeletion> {
  const reference = streamReference(key);
  return repeat(async () => {
    const read = await readStream(api, reference);
    if ('absent' in read) return { done: { result: 'gone' } };
    if ('unclear' in read) return { response: read.unclear };
    const { stream } = read;
    if (!hasTag(stream, tag)) return { done: { result: 'gone', stream } };
    if (!(await mayDelete(stream))) return { done: { result: 'kept', stream } };
    return deleteFrom(api, { reference, tag, stream });
  }, options);
}

async function deleteFrom(
  api: ClusterApi,
  { reference, tag, stream }: { reference: StreamReference; tag: string; stream: StreamRecord },
): Promise<Attempt<TagDeletion>> {
  const { uid, resourceVersion } = stream;
  const { namespace, name } = reference;
  const path = pathOf({ resource: IMAGE_STREAM_TAGS, namespace, name: `${name}:${tag}` });
  const body = { kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { uid, resourceVersion } };
  let response: ApiResponse | undefined;
  let lost: unknown;
  try {
    response = await api.request('DELETE', path, { body, retry: false, beforeRetry: refuseLateChange });
  } catch (error) {
    lost = error;
  }
  const after = await readStream(api, reference);
  if ('absent' in after) return { done: { result: 'gone' } };
  if ('unclear' in after) return { response: after.unclear };
  const mayBeDone = !response || isSuccess(response);
  if (!hasTag(after.stream, tag)) {
    const lost = await itemsBetween(api, reference, tag, { before: stream, after: after.stream });
    if (lost.length > 0) return { done: { result: 'pushed', lost, stream: after.stream } };
    return { done: { result: mayBeDone ? 'deleted' : 'gone', stream: after.stream } };
  }
  if (!response) return { lost };
  if (!isSuccess(response)) return { response };
  // Another tag of this name was created since; that one is not to be deleted.
  if (specVersion(stream, tag) !== specVersion(after.stream, tag))
    return { done: { result: 'deleted', stream: after.stream } };
  return { lost: notDeleted(response) };
}

/** True if the API server has something to delete. */
function hasTag(stream: StreamRecord, tag: string): boolean {
  return specVersion(stream, tag) !== undefined || stream.tags.some(({ name }) => name === tag);
}

function notDeleted(response: ApiResponse): ApiError {
  return new ApiError(`the response to ${response.request} reports success, but the image stream still has the tag`, {
    status: response.status,
    reason: 'Unexpected',
    code: 'API_NOT_JSON',
    suggestions: [ADVICE.proxyInFront],
  });
}
