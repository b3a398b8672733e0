import type { KubeObject } from '../../model/kube.js';
import type { ClusterApi } from '../api.js';
import { apiError } from '../api-error.js';
import { qualifiedName, type ListedResource } from '../resources.js';
import { isAbsent } from './absent.js';
import { OBJECT_PARSER } from './page.js';
import { PageRequests, type PageOptions } from './page-requests.js';

/**
 * Reads the first objects of a list.
 * @returns an empty array for an optional resource that the cluster lacks, as discovery shows
 * @throws ApiError
 */
export async function firstObjects(
  api: ClusterApi,
  resource: ListedResource,
  limit: number,
  options: Pick<PageOptions, 'retry' | 'signal'> = {},
): Promise<KubeObject[]> {
  const response = await new PageRequests(api, resource, options).send({ limit });
  if (response.status === 404 && resource.optional && (await isAbsent(api, resource))) return [];
  if (response.status !== 200) throw apiError(response, `cannot list ${qualifiedName(resource)}`);
  return (await OBJECT_PARSER.reduce(resource.resource, response.body)).items;
}
