import type { KubeObject } from '../model/kube.js';
import { apiError, isNotFound } from './api-error.js';
import type { ApiResponse, ClusterApi } from './api.js';
import { unexpected } from './expect.js';
import { IMAGE_STREAMS, defineResource, listPath } from './resources.js';
import { isSuccess } from './response.js';

const IMAGE_STREAM_MAPPINGS = defineResource('image.openshift.io/v1', 'imagestreammappings', 'ImageStreamMapping');

/** An image that becomes the newest item of a tag. */
interface Mapping {
  namespace: string;
  /** Name of the image stream. */
  name: string;
  tag: string;
  /** Created if it does not exist. */
  image: KubeObject;
}

/**
 * Creates an Image object, and makes it the newest item of a tag, in one step.
 * @returns false if the image stream does not exist
 * @throws ApiError
 */
export async function createMapping(
  api: ClusterApi,
  { namespace, name, tag, image }: Mapping,
  options: { signal?: AbortSignal } = {},
): Promise<boolean> {
  const { kind } = IMAGE_STREAM_MAPPINGS;
  const body = { apiVersion: 'image.openshift.io/v1', kind, metadata: { namespace, name }, image, tag };
  const path = listPath(IMAGE_STREAM_MAPPINGS, namespace);
  const response = await api.request('POST', path, { body, ...options, validate: expectSuccess });
  if (isNotFound(response, { resource: IMAGE_STREAMS, name })) return false;
  if (!isSuccess(response)) throw apiError(response, `cannot add the image to ${namespace}/${name}`);
  return true;
}

/** The API server answers with a `Status`, not with the mapping. */
function expectSuccess(response: ApiResponse): void {
  const { kind, status } = response.json<{ kind?: unknown; status?: unknown }>();
  if (kind === IMAGE_STREAM_MAPPINGS.kind || (kind === 'Status' && status === 'Success')) return;
  throw unexpected(response, 'the result of an image stream mapping');
}
