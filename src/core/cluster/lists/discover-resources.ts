import { mapParallel } from '../../kit/parallel.js';
import { ADVICE } from '../../model/advice.js';
import type { RegadmError } from '../../model/errors.js';
import type { ClusterApi } from '../api.js';
import { ApiError } from '../api-error.js';
import { apiError, isNotFound, lacksApi } from '../api-error.js';
import { LIMIT_RANGES, REFERRERS, qualifiedName, type ListedResource } from '../resources.js';

/** A resource that the API server lists in its discovery documents. */
export interface AnyResource extends ListedResource {
  kind: string;
}

/** Maximum concurrent discovery requests. */
const CONCURRENCY = 4;
/** Resources that are never searched for uses: they name every image, or only report events. */
const EXCLUDED = new Set([
  'events',
  'events.events.k8s.io',
  'nodes',
  ...[...REFERRERS, LIMIT_RANGES].map(qualifiedName),
]);
const IMAGE_API = 'image.openshift.io';

interface GroupList {
  groups?: { name: string; versions?: { groupVersion: string }[]; preferredVersion?: { groupVersion: string } }[];
}

interface ResourceList {
  resources?: { name: string; kind: string; namespaced: boolean; verbs?: string[] }[] | null;
}

/**
 * Finds every resource that can be listed, each in one version: the preferred one if it serves the resource. Omits
 * resources that are read anyway and those that name every image.
 * @throws RegadmError when a group cannot be discovered, because its resources are unknown
 */
export async function discoverResources(api: ClusterApi, signal?: AbortSignal): Promise<AnyResource[]> {
  const core = await api.get<{ versions?: string[] }>('/api', { signal });
  const { groups = [] } = await api.get<GroupList>('/apis', { signal });
  const preferred = groups
    .map(({ preferredVersion }) => preferredVersion?.groupVersion)
    .filter((version) => version !== undefined);
  const others = groups.flatMap(({ versions = [] }) => versions.map(({ groupVersion }) => groupVersion));
  const versions = [...(core.versions ?? ['v1']), ...new Set([...preferred, ...others])];
  const lists = await mapParallel(versions, CONCURRENCY, (version) => resourcesIn(api, version, signal));
  const found = new Map<string, AnyResource>();
  for (const resource of lists.flat()) {
    const name = qualifiedName(resource);
    if (!found.has(name) && !EXCLUDED.has(name) && resource.group !== IMAGE_API) found.set(name, resource);
  }
  return [...found.values()].sort((a, b) => (qualifiedName(a) < qualifiedName(b) ? -1 : 1));
}

async function resourcesIn(api: ClusterApi, groupVersion: string, signal?: AbortSignal): Promise<AnyResource[]> {
  const [version = '', group = ''] = groupVersion.split('/').reverse();
  const path = group === '' ? `/api/${version}` : `/apis/${groupVersion}`;
  const response = await api.request('GET', path, { signal });
  // The version was removed since the groups were read: a custom resource definition was deleted.
  if (isNotFound(response) || lacksApi(response)) return [];
  if (response.status !== 200) throw cannotDiscover(groupVersion, apiError(response));
  return (response.json<ResourceList>().resources ?? [])
    .filter(({ name, verbs }) => !name.includes('/') && verbs?.includes('list'))
    .map(({ name, kind, namespaced }) => ({ group, version, resource: name, namespaced, kind }));
}

function cannotDiscover(groupVersion: string, cause: ApiError): RegadmError {
  return new ApiError(`cannot discover the resources of ${groupVersion}: ${cause.message}`, {
    status: cause.status,
    reason: cause.reason,
    suggestions: [...cause.suggestions, ADVICE.fewerReferrers],
    cause,
  });
}
