import { ADVICE } from '../../model/advice.js';
import { reduceStream, sameContent, type StreamRecord } from '../../model/image-stream.js';
import type { KubeObject } from '../../model/kube.js';
import type { ApiResponse } from '../api.js';
import { ApiError } from '../api-error.js';
import { expectObject, unexpected } from '../expect.js';
import type { ObjectReference } from '../object-reference.js';

/**
 * Reads the image stream in a response.
 * @throws ApiError API_NOT_JSON if a field has another type than in an image stream
 */
export function streamIn(response: ApiResponse): StreamRecord {
  try {
    return reduceStream(response.json<KubeObject>());
  } catch {
    throw unexpected(response, 'an image stream');
  }
}

/**
 * Returns a check that a response to an update is the stream as it was sent, in a new version. Otherwise, it was not
 * stored, although the response reports success, and the stream still lists the images whose links are deleted next.
 */
export function expectStored(reference: ObjectReference, sent: KubeObject): (response: ApiResponse) => void {
  const { uid, resourceVersion = '' } = sent.metadata;
  const isStream = expectObject({ ...reference, uid });
  return (response) => {
    isStream(response);
    const stored = streamIn(response);
    if (stored.resourceVersion === resourceVersion || !sameContent(stored, reduceStream(sent)))
      throw notStored(response);
  };
}

function notStored(response: ApiResponse): ApiError {
  return new ApiError(`the response to ${response.request} reports success, but not the update that was sent`, {
    status: response.status,
    reason: 'Unexpected',
    code: 'API_NOT_JSON',
    suggestions: [ADVICE.proxyInFront],
  });
}
