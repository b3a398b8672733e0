import type { Digest } from '../model/digest.js';
import type { KubeObject } from '../model/kube.js';
import type { ClusterApi } from './api.js';
import { apiError, isNotFound } from './api-error.js';
import { expectObject } from './expect.js';
import { pathOf } from './object-reference.js';
import { IMAGES } from './resources.js';

/**
 * Reads one image; undefined when the server states that it does not exist.
 * @throws ApiError for every other response
 */
export async function getImage(api: ClusterApi, name: Digest, signal?: AbortSignal): Promise<KubeObject | undefined> {
  const reference = { resource: IMAGES, name };
  const response = await api.request('GET', pathOf(reference), { signal, validate: expectObject(reference) });
  if (isNotFound(response, reference)) return undefined;
  if (response.status !== 200) throw apiError(response);
  return response.json<KubeObject>();
}
