import type { KubeList } from '../model/kube.js';
import { apiError } from './api-error.js';
import type { ClusterApi } from './api.js';
import { PageRequests } from './lists/page-requests.js';
import { qualifiedName, type ListedResource } from './resources.js';

/**
 * Returns the resource version that a list has now. Every change before this call has the same or an older version.
 * @returns an empty string if the server states none
 * @throws ApiError
 */
export async function currentVersion(api: ClusterApi, resource: ListedResource, signal: AbortSignal): Promise<string> {
  const response = await new PageRequests(api, resource, { signal, allowNullItems: true }).send({ limit: 1 });
  if (response.status !== 200) throw apiError(response, `cannot list ${qualifiedName(resource)}`);
  const { metadata } = response.json<KubeList>();
  return typeof metadata?.resourceVersion === 'string' ? metadata.resourceVersion : '';
}
