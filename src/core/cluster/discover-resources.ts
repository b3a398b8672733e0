import { mapParallel } from '../kit/parallel.js';
import type { RegadmError } from '../model/errors.js';
import type { ClusterApi } from './api.js';
import { ApiError } from './api-error.js';
import { apiError, isNotFound, lacksApi } from './api-error.js';
import { LIMIT_RANGES, REFERRERS, qualifiedName, type ListedResource } from './resources.js';

/** A resource that discovery told of. */
export interface AnyResource extends ListedResource {
  kind: string;
}

/** Maximum concurrent discovery requests. */
const CONCURRENCY = 4;
/** Resources that are never searched for uses: they name every image, or only report what happened. */
const LEFT_OUT = new Set([
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
 * Every resource that can be listed, once, in its preferred version where that has it; without what is listed anyway or names everything.
 * @throws RegadmError when a group cannot be discovered: what it has is unknown then
 */
export async function discoverResources(api: ClusterApi, signal?: AbortSignal): Promise<AnyResource[]> {
  const core = await api.get<{ versions?: string[] }>('/api', { signal });
  const { groups = [] } = await api.get<GroupList>('/apis', { signal });
  const preferred = groups
    .map(({ preferredVersion }) => preferredVersion?.groupVersion)
    .filter((one) => one !== undefined);
  const others = groups.flatMap(({ versions = [] }) => versions.map(({ groupVersion }) => groupVersion));
  const versions = [...(core.versions ?? ['v1']), ...new Set([...preferred, ...others])];
  const lists = await mapParallel(versions, CONCURRENCY, (version) => resourcesOf(api, version, signal));
  const found = new Map<string, AnyResource>();
  for (const resource of lists.flat()) {
    const name = qualifiedName(resource);
    if (!found.has(name) && !LEFT_OUT.has(name) && resource.group !== IMAGE_API) found.set(name, resource);
  }
  return [...found.values()].sort((a, b) => (qualifiedName(a) < qualifiedName(b) ? -1 : 1));
}

async function resourcesOf(api: ClusterApi, groupVersion: string, signal?: AbortSignal): Promise<AnyResource[]> {
  const [version = '', group = ''] = groupVersion.split('/').reverse();
  const path = group === '' ? `/api/${version}` : `/apis/${groupVersion}`;
  const response = await api.request('GET', path, { signal });
  // The version was removed since the groups were read: a custom resource definition was deleted.
  if (isNotFound(response) || lacksApi(response)) return [];
  if (response.status !== 200) throw undiscovered(groupVersion, apiError(response));
  return (response.json<ResourceList>().resources ?? [])
    .filter(({ name, verbs }) => !name.includes('/') && verbs?.includes('list'))
    .map(({ name, kind, namespaced }) => ({ group, version, resource: name, namespaced, kind }));
}

function undiscovered(groupVersion: string, cause: ApiError): RegadmError {
  return new ApiError(`cannot discover what ${groupVersion} has: ${cause.message}`, {
    status: cause.status,
    reason: cause.reason,
    suggestions: [...cause.suggestions, NARROWER],
    cause,
  });
}

export const NARROWER =
  '--referrers=all must see everything; --referrers=extended reads only what the role system:image-pruner may list';
