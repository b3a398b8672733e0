import { ADVICE } from '../../model/advice.js';
import type { ApiResponse, ClusterApi } from '../api.js';
import { apiError } from '../api-error.js';
import { unexpected } from '../expect.js';

/** The discovery documents: their kinds, and the key of their entries. */
const DOCUMENTS = {
  versions: { kind: 'APIVersions', entries: 'versions' },
  groups: { kind: 'APIGroupList', entries: 'groups' },
  resources: { kind: 'APIResourceList', entries: 'resources' },
} as const;

/** What helps if discovery is refused, by status. */
const REMEDIES = { 403: [ADVICE.grantDiscovery] };

/** A group of the API, with its versions (`apps/v1`). */
interface ApiGroup {
  name: string;
  versions: string[];
  preferred?: string;
}

/** A resource of a group, as discovery describes it. */
interface ApiResource {
  name: string;
  kind: string;
  namespaced: boolean;
  verbs: string[];
}

/** Reads the versions of the core group. @throws ApiError */
export async function coreVersions(api: ClusterApi, signal?: AbortSignal): Promise<string[]> {
  const { entries, response } = await discover(api, '/api', 'versions', { signal });
  if (!entries) throw apiError(response, 'cannot discover the API', REMEDIES);
  return entries.filter((version) => typeof version === 'string');
}

/** Reads all groups except the core group. @throws ApiError */
export async function apiGroups(api: ClusterApi, signal?: AbortSignal): Promise<ApiGroup[]> {
  const { entries, response } = await discover(api, '/apis', 'groups', { signal });
  if (!entries) throw apiError(response, 'cannot discover the groups of the API', REMEDIES);
  return objectsIn(entries).map(({ name, versions, preferredVersion }) => ({
    name: String(name),
    versions: objectsIn(versions).map(({ groupVersion }) => String(groupVersion)),
    preferred: objectsIn([preferredVersion]).map(({ groupVersion }) => String(groupVersion))[0],
  }));
}

/**
 * Reads the resources of one version of a group.
 * @param groupVersion `apps/v1`, or `v1` for the core group
 * @returns undefined if the cluster lacks the group: a 404, and the API server does not list the group either
 * @throws ApiError for every other response
 */
export async function apiResources(
  api: ClusterApi,
  groupVersion: string,
  signal?: AbortSignal,
): Promise<ApiResource[] | undefined> {
  const [group] = groupVersion.includes('/') ? groupVersion.split('/') : [];
  const path = group === undefined ? `/api/${groupVersion}` : `/apis/${groupVersion}`;
  const { entries, response } = await discover(api, path, 'resources', { groupVersion, signal });
  if (entries)
    return objectsIn(entries).map(({ name, kind, namespaced, verbs }) => ({
      name: String(name),
      kind: String(kind),
      namespaced: namespaced === true,
      verbs: Array.isArray(verbs) ? verbs.map(String) : [],
    }));
  if (response.status === 404 && group !== undefined && !(await isListed(api, group, signal))) return undefined;
  throw apiError(response, `cannot discover the resources of ${groupVersion}`, REMEDIES);
}

async function isListed(api: ClusterApi, group: string, signal?: AbortSignal): Promise<boolean> {
  return (await apiGroups(api, signal)).some(({ name }) => name === group);
}

/** Reads the entries of a discovery document; undefined if the status is not 200. @throws ApiError for anything else */
async function discover(
  api: ClusterApi,
  path: string,
  document: keyof typeof DOCUMENTS,
  { groupVersion, signal }: { groupVersion?: string; signal?: AbortSignal },
): Promise<{ entries?: unknown[]; response: ApiResponse }> {
  const { kind, entries: key } = DOCUMENTS[document];
  const entriesIn = (response: ApiResponse): unknown[] => {
    const answer = response.json<Record<string, unknown>>();
    const entries = answer[key];
    if (answer.kind === kind && answer.groupVersion === groupVersion && Array.isArray(entries)) return entries;
    throw unexpected(response, `the ${kind}`);
  };
  const response = await api.request('GET', path, { signal, validate: (answer) => void entriesIn(answer) });
  return { response, entries: response.status === 200 ? entriesIn(response) : undefined };
}

function objectsIn(value: unknown): Record<string, unknown>[] {
  if (!Array.isArray(value)) return [];
  return value.filter((one): one is Record<string, unknown> => typeof one === 'object' && one !== null);
}
