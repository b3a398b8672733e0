import { mapParallel } from '../../kit/parallel.js';
import { ADVICE } from '../../model/advice.js';
import type { ClusterApi } from '../api.js';
import { ApiError } from '../api-error.js';
import { apiGroups, apiResources, coreVersions } from './discovery.js';
import { qualifiedName, type ListedResource } from '../resources.js';

/** A resource that the API server lists in its discovery documents. */
export interface AnyResource extends ListedResource {
  kind: string;
}

/** Maximum concurrent discovery requests. */
const CONCURRENCY = 4;
/**
 * Resources that are never searched for uses: they name every image, only report events, or contain encoded values.
 */
const EXCLUDED_RESOURCES = new Set(['events', 'events.events.k8s.io', 'nodes', 'secrets']);
/** Groups that are never searched: the image API names every image; tokens and measurements name none. */
const EXCLUDED_GROUPS = /^(?:image\.openshift\.io|oauth\.openshift\.io|(?:[a-z]+\.)?metrics\.k8s\.io)$/;

/**
 * Finds every resource that can be listed and is searched, each in one version: the preferred one if it serves the
 * resource.
 * @throws RegadmError when a group cannot be discovered, because its resources are unknown
 */
export async function discoverResources(api: ClusterApi, signal?: AbortSignal): Promise<AnyResource[]> {
  const core = await coreVersions(api, signal);
  const groups = await apiGroups(api, signal);
  const preferred = groups.map((group) => group.preferred).filter((version) => version !== undefined);
  const others = groups.flatMap((group) => group.versions);
  const versions = [...core, ...new Set([...preferred, ...others])];
  const lists = await mapParallel(versions, CONCURRENCY, (version) => resourcesIn(api, version, signal));
  const found = new Map<string, AnyResource>();
  for (const resource of lists.flat()) {
    const name = qualifiedName(resource);
    if (!found.has(name) && isSearched(resource)) found.set(name, resource);
  }
  return [...found.values()].sort((a, b) => (qualifiedName(a) < qualifiedName(b) ? -1 : 1));
}

function isSearched(resource: AnyResource): boolean {
  return !EXCLUDED_RESOURCES.has(qualifiedName(resource)) && !EXCLUDED_GROUPS.test(resource.group);
}

async function resourcesIn(api: ClusterApi, groupVersion: string, signal?: AbortSignal): Promise<AnyResource[]> {
  const [version = '', group = ''] = groupVersion.split('/').reverse();
  // A version that no longer exists was removed since the groups were read: its definition was deleted.
  const resources = (await apiResources(api, groupVersion, signal).catch(withSuggestion)) ?? [];
  return resources
    .filter(({ name, verbs }) => !name.includes('/') && verbs.includes('list'))
    .map(({ name, kind, namespaced }) => ({ group, version, resource: name, namespaced, kind }));
}

function withSuggestion(error: unknown): never {
  if (!(error instanceof ApiError)) throw error;
  const { message, status, reason, code, suggestions } = error;
  throw new ApiError(message, {
    status,
    reason,
    code,
    suggestions: [...suggestions, ADVICE.fewerReferrers],
    cause: error,
  });
}
