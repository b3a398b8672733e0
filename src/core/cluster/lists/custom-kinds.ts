import { mapParallel } from '../../kit/parallel.js';
import type { DeclaredReferrers } from '../../model/declared-referrers.js';
import { CUSTOM_KINDS } from '../../model/referrers/custom/index.js';
import type { ClusterApi } from '../api.js';
import { ApiError, isForbidden } from '../api-error.js';
import { EXTENDED_REFERRERS, apiVersionOf, qualifiedName, type ListedResource } from '../resources.js';
import { apiGroups, apiResources } from './discovery.js';
import type { ListOptions } from './list.js';
import { listReferrers, type ListedReferrers, type Reduce } from './list-referrers.js';

/** A kind of object that uses images, beyond the workloads that every cluster has. */
export interface CustomResource {
  resource: ListedResource;
  /** Reduces an object to its references. Never throws. */
  reduce: Reduce;
  /** True if the user declares it (`--referrers-file`). */
  declared?: true;
}

export interface CustomOptions {
  /** Kinds that the user declares. */
  declared?: DeclaredReferrers;
  /** True: a kind of the cluster that the user may not list is an error. */
  requireVisible: boolean;
}

/** Returns which custom kinds are read in addition, and what follows if one may not be listed. */
export function customToRead({
  declaredReferrers,
  requireVisibleReferrers = false,
}: {
  declaredReferrers?: DeclaredReferrers;
  requireVisibleReferrers?: boolean;
}): CustomOptions {
  return { declared: declaredReferrers, requireVisible: requireVisibleReferrers };
}

/** Returns the name under which the resource version of a list is stored: a kind can be well-known and declared. */
export function versionKey({ resource, declared }: CustomResource): string {
  return declared ? `${qualifiedName(resource)} as declared` : qualifiedName(resource);
}

/** Maximum concurrent discovery requests. */
const CONCURRENCY = 4;

/** The well-known kinds of a group; the version is found by discovery. */
const KNOWN: readonly CustomResource[] = CUSTOM_KINDS.map(({ group, resource, kind, namespaced, reduce }) => ({
  resource: { group, version: 'v1', resource, kind, namespaced, optional: true, ifAllowed: true },
  reduce,
}));

const REDUCERS = new Map(KNOWN.map(({ resource, reduce }) => [qualifiedName(resource), reduce]));

/** Returns the function that reads the image fields of a well-known kind; undefined for other resources. */
export function fieldReducer(resource: ListedResource): Reduce | undefined {
  return REDUCERS.get(qualifiedName(resource));
}

/**
 * Finds the custom kinds that the cluster has, each in one version: the preferred one if it serves the kind. A cluster
 * without them needs one request.
 * @throws ApiError when a group cannot be discovered, because its kinds are unknown
 */
export async function findCustomKinds(api: ClusterApi, signal?: AbortSignal): Promise<CustomResource[]> {
  const groups = await apiGroups(api, signal);
  const ofGroup = async ({ name, versions, preferred }: (typeof groups)[number]): Promise<CustomResource[]> => {
    const wanted = KNOWN.filter(({ resource }) => resource.group === name);
    const ordered = [...new Set([...(preferred === undefined ? [] : [preferred]), ...versions])];
    return wanted.length === 0 ? [] : findIn(api, wanted, ordered, signal);
  };
  const found = await mapParallel(groups, CONCURRENCY, ofGroup);
  const core = KNOWN.filter(({ resource }) => resource.group === '');
  return [...core, ...found.flat()];
}

/**
 * Finds the kinds of the cluster that can be the only users of images, and that the role of pruners does not allow to
 * list.
 * @throws ApiError as findCustomKinds
 */
export async function findUsingKinds(api: ClusterApi, signal?: AbortSignal): Promise<ListedResource[]> {
  const custom = await findCustomKinds(api, signal);
  return [...EXTENDED_REFERRERS, ...custom.map(({ resource }) => resource)];
}

/** Looks for kinds in the versions of their group, until all are found. */
async function findIn(
  api: ClusterApi,
  wanted: readonly CustomResource[],
  versions: readonly string[],
  signal?: AbortSignal,
): Promise<CustomResource[]> {
  const found: CustomResource[] = [];
  for (const groupVersion of versions) {
    const missing = wanted.filter((one) => !found.some(({ resource }) => isSame(resource, one.resource)));
    if (missing.length === 0) break;
    const [version = ''] = groupVersion.split('/').reverse();
    const served = (await apiResources(api, groupVersion, signal)) ?? [];
    for (const one of missing) {
      const entry = served.find(({ name, verbs }) => name === one.resource.resource && verbs.includes('list'));
      const { kind, namespaced } = entry ?? {};
      if (kind !== undefined && namespaced !== undefined)
        found.push({ ...one, resource: { ...one.resource, version, kind, namespaced } });
    }
  }
  return found;
}

function isSame(a: ListedResource, b: ListedResource): boolean {
  return qualifiedName(a) === qualifiedName(b);
}

/**
 * Lists a custom kind.
 * @returns undefined if the user may not list it
 * @throws RegadmError that names the resource
 */
export async function listIfAllowed(
  api: ClusterApi,
  { resource, reduce }: CustomResource,
  options: ListOptions,
): Promise<ListedReferrers | undefined> {
  let pages = 0;
  const onPage: ListOptions['onPage'] = (page) => {
    pages++;
    options.onPage?.(page);
  };
  try {
    return await listReferrers(api, resource, [reduce], { ...options, onPage });
  } catch (error) {
    // Only the first page shows whether the user may list.
    if (!resource.ifAllowed || pages > 0 || !(isForbidden(error) || isUndescribed(resource, error))) throw error;
    return undefined;
  }
}

/**
 * Tells whether an error leaves open whether the cluster has a kind of the core group: the server answers 404 for its
 * list and for the description of the core group, which an API server always has.
 */
function isUndescribed(resource: ListedResource, error: unknown): boolean {
  if (resource.group !== '' || !(error instanceof ApiError) || error.status !== 404) return false;
  return error.step === `cannot discover the resources of ${apiVersionOf(resource)}`;
}
