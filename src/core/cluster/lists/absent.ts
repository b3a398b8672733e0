import type { ClusterApi } from '../api.js';
import { apiVersionOf, type Resource } from '../resources.js';
import { apiResources } from './discovery.js';

/**
 * Finds out by discovery whether the cluster lacks a resource whose list was answered with 404. The 404 alone says
 * nothing: a proxy sends one too, and the objects that use images would be missed.
 * @throws ApiError when discovery fails
 */
export async function isAbsent(api: ClusterApi, resource: Resource, signal?: AbortSignal): Promise<boolean> {
  const resources = await apiResources(api, apiVersionOf(resource), signal);
  return !resources?.some(({ name }) => name === resource.resource);
}
