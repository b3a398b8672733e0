import type { KubeObject } from '../../model/kube.js';
import type { ClusterApi } from '../api.js';
import { apiError, isNotFound, lacksApi } from '../api-error.js';
import { listPath, qualifiedName, type ListedResource } from '../resources.js';
import { itemsOf } from './page.js';

/**
 * Reads the first objects of a list.
 * @returns an empty array for an optional resource that the cluster lacks, in the server's own words
 * @throws ApiError
 */
export async function firstObjects(api: ClusterApi, resource: ListedResource, limit: number): Promise<KubeObject[]> {
  const response = await api.request('GET', listPath(resource), { query: { limit } });
  if (resource.optional && (isNotFound(response) || lacksApi(response))) return [];
  if (response.status !== 200) throw apiError(response, `cannot list ${qualifiedName(resource)}`);
  return itemsOf(response.json());
}
