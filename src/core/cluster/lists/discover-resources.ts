import { mapParallel } from '../../kit/parallel.js';
import { ADVICE } from '../../model/advice.js';
import { everyResourceOf } from '../../model/skip-resource.js';
import type { ClusterApi } from '../api.js';
import { ApiError } from '../api-error.js';
import { apiGroups, apiResources, coreVersions } from './discovery.js';
import { qualifiedName, type ListedResource } from '../resources.js';
import { isSkipped, skippedWarnings } from './skipped-resources.js';

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

/** The resources to search. */
interface Discovered {
  resources: AnyResource[];
  /** What follows from skipping others. */
  warnings: string[];
}

/**
 * Finds every resource that can be listed and is searched, each in one version: the preferred one if it serves the
 * resource.
 * @param skip what the user skips (`--skip-resource`); a group that is skipped as a whole is not discovered
 * @throws RegadmError when a group cannot be discovered, because its resources are unknown
 */
export async function discoverResources(
  api: ClusterApi,
  skip: readonly string[],
  signal?: AbortSignal,
): Promise<Discovered> {
  const core = await coreVersions(api, signal);
  const groups = await apiGroups(api, signal);
  const searched = groups.filter(({ name }) => !EXCLUDED_GROUPS.test(name) && !skip.includes(everyResourceOf(name)));
  const preferred = searched.map((group) => group.preferred).filter((version) => version !== undefined);
  const others = searched.flatMap((group) => group.versions);
  const versions = [...core, ...new Set([...preferred, ...others])];
  const lists = await mapParallel(versions, CONCURRENCY, (version) => resourcesIn(api, version, signal));
  const found = new Map<string, AnyResource>();
  for (const resource of lists.flat()) {
    const name = qualifiedName(resource);
    if (!found.has(name) && isSearched(resource)) found.set(name, resource);
  }
  const all = [...found.values()].sort((a, b) => (qualifiedName(a) < qualifiedName(b) ? -1 : 1));
  const names = groups.map(({ name }) => name);
  return {
    resources: all.filter((resource) => !isSkipped(resource, skip)),
    warnings: skippedWarnings(skip, [...found.keys()], names),
  };
}

function isSearched(resource: AnyResource): boolean {
  return !EXCLUDED_RESOURCES.has(qualifiedName(resource)) && !EXCLUDED_GROUPS.test(resource.group);
}

async function resourcesIn(api: ClusterApi, groupVersion: string, signal?: AbortSignal): Promise<AnyResource[]> {
  const [version = '', group = ''] = groupVersion.split('/').reverse();
  // A version that no longer exists was removed since the groups were read: its definition was deleted.
  const resources = (await apiResources(api, groupVersion, signal).catch(withSuggestion(group))) ?? [];
  return resources
    .filter(({ name, verbs }) => !name.includes('/') && verbs.includes('list'))
    .map(({ name, kind, namespaced }) => ({ group, version, resource: name, namespaced, kind }));
}

/** Adds to the error of a group how to continue without it. The core group cannot be skipped. */
function withSuggestion(group: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof ApiError)) throw error;
    const { message, status, reason, code, answer, step } = error;
    const first = status === 403 ? [ADVICE.grantDiscovery] : error.suggestions;
    const skip = group === '' ? [] : [ADVICE.skipResources([everyResourceOf(group)])];
    const suggestions = [...first, ...skip, ADVICE.fewerReferrers];
    throw new ApiError(message, { status, reason, code, answer, step, suggestions, cause: error });
  };
}
