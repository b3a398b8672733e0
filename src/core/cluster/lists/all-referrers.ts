import { forEachParallel } from '../../kit/parallel.js';
import { ADVICE } from '../../model/advice.js';
import { RegadmError, messageOf } from '../../model/errors.js';
import { REGISTRY_NAMESPACE } from '../../model/openshift.js';
import { parseImageReference } from '../../model/image-reference.js';
import type { KubeObject } from '../../model/kube.js';
import { anyObjectReducer } from '../../model/referrers/any-object.js';
import type { Referrer } from '../../model/referrer.js';
import type { ClusterApi } from '../api.js';
import { ApiError, isForbidden } from '../api-error.js';
import { listObjects } from '../objects.js';
import type { AnyResource } from './discover-resources.js';
import { fieldReducer } from './custom-kinds.js';
import { listReferrers, type ListedReferrers, type Reduce } from './list-referrers.js';
import type { ListOptions, ListResult } from './list.js';
import {
  EXTENDED_REFERRERS,
  IMAGE_CONFIGS,
  REFERRERS,
  ROUTES,
  qualifiedName,
  type ListedResource,
} from '../resources.js';

/** The resources that `--referrers all` searches, and the hosts of the integrated registry. */
export interface Everything {
  resources: AnyResource[];
  hosts: string[];
  /** What follows from skipping resources. */
  warnings: string[];
  /** Version at which a watch of each resource has to start, by qualified name. */
  resourceVersions: Map<string, string>;
}

/** Maximum concurrent list requests. */
const CONCURRENCY = 4;

/**
 * Returns every host name of the cluster's registry. Ignores forbidden requests: a user without these permissions
 * cannot list every resource either, which is an error later.
 * @throws ApiError when the names cannot be read for another reason, because uses could be missed
 */
export async function registryHosts(api: ClusterApi, known: Iterable<string>, signal?: AbortSignal): Promise<string[]> {
  const read = async (resource: ListedResource, namespace?: string): Promise<KubeObject[]> => {
    try {
      return await listObjects(api, resource, { namespace, signal });
    } catch (error) {
      if (isForbidden(error)) return [];
      throw error;
    }
  };
  // A cluster can lack these APIs; then it has no such names.
  const configs = await read({ ...IMAGE_CONFIGS, optional: true });
  const routes = await read({ ...ROUTES, optional: true }, REGISTRY_NAMESPACE);
  const hosts = new Set<string>([
    ...known,
    ...configs.map(({ status }) => String(status?.internalRegistryHostname ?? '')),
    ...configs.flatMap(({ status }) => stringsIn(status?.externalRegistryHostnames)),
    ...routes.map(({ spec }) => String(spec?.host ?? '')),
  ]);
  for (const host of [...hosts]) {
    const service = /^(.+\.svc)(:\d+)?$/.exec(host);
    if (service) hosts.add(`${service[1]}.cluster.local${service[2] ?? ''}`);
  }
  hosts.delete('');
  return [...hosts];
}

function stringsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

/** Returns the host that a repository or a pull spec starts with, or an empty string. */
export function hostOf(reference: string): string {
  const parsed = parseImageReference(reference);
  return typeof parsed === 'string' ? '' : parsed.registry;
}

/**
 * Lists all these resources and keeps the images that their objects use.
 * @param take receives the uses of one resource's objects, and the metadata of its list
 * @throws RegadmError that names every resource that cannot be listed, because its uses are unknown
 */
export async function readEverything(
  api: ClusterApi,
  { resources, hosts }: Pick<Everything, 'resources' | 'hosts'>,
  take: (resource: AnyResource, referrers: Referrer[], result: ListResult) => void,
  options: ListOptions,
): Promise<void> {
  const failed: FailedList[] = [];
  const read = async (resource: AnyResource): Promise<void> => {
    try {
      const { referrers, result } = await listAny(api, resource, hosts, options);
      take(resource, referrers, result);
    } catch (error) {
      options.signal?.throwIfAborted();
      failed.push({ resource, error });
    }
  };
  await forEachParallel(resources, { concurrency: CONCURRENCY }, read);
  if (failed.length > 0) throw cannotListAll(failed);
}

/**
 * Lists one resource and reduces its objects to the images that they use: in any string, and in the image fields of a
 * well-known kind.
 * @throws RegadmError that names the resource
 */
export function listAny(
  api: ClusterApi,
  resource: AnyResource,
  hosts: string[],
  options: ListOptions,
): Promise<ListedReferrers> {
  return listReferrers(api, resource, anyReducers(resource, hosts), { ...options, allowNullItems: true });
}

interface FailedList {
  resource: AnyResource;
  error: unknown;
}

/** Creates one error for all resources, so that an administrator can grant all missing permissions at once. */
function cannotListAll(failed: FailedList[]): RegadmError {
  const sorted = [...failed].sort((a, b) => (qualifiedName(a.resource) < qualifiedName(b.resource) ? -1 : 1));
  const names = sorted.map(({ resource }) => qualifiedName(resource));
  const { error } = sorted[0]!;
  const what = names.length === 1 ? '' : `cannot list ${names.length} kinds (${names.join(', ')}): `;
  const messages = firstOfEachStatus(sorted).map((one) => messageOf(one.error));
  return new RegadmError(`${what}${messages.join('; ')}`, {
    code: (error as Partial<RegadmError>).code ?? 'API_ERROR',
    suggestions: [...remediesFor(sorted), ADVICE.skipResources(names), ADVICE.fewerReferrers],
    cause: error,
  });
}

function firstOfEachStatus(failed: FailedList[]): FailedList[] {
  const statusOf = ({ error }: FailedList): number => (error instanceof ApiError ? error.status : 0);
  return failed.filter((one, at) => failed.findIndex((other) => statusOf(other) === statusOf(one)) === at);
}

function remediesFor(failed: FailedList[]): string[] {
  const isRefused = ({ error }: FailedList): boolean => isForbidden(error);
  const refused = failed.filter(isRefused).map(({ resource }) => qualifiedName(resource));
  const others = failed.filter((one) => !isRefused(one)).map(({ error }) => error as Partial<RegadmError>);
  return [
    ...(refused.length > 0 ? [ADVICE.grantSearch(refused)] : []),
    ...new Set(others.flatMap(({ suggestions = [] }) => suggestions)),
  ];
}

/** Resources whose image fields are read, too. Their kind is named as there. */
const KNOWN: ReadonlySet<string> = new Set([...REFERRERS, ...EXTENDED_REFERRERS].map(qualifiedName));

/** Returns the kind with its group, which no other resource shares: `Service.serving.knative.dev`; `Deployment`. */
function anyKind(resource: AnyResource): string {
  const { kind, group } = resource;
  return group === '' || KNOWN.has(qualifiedName(resource)) ? kind : `${kind}.${group}`;
}

/** Returns the functions that reduce a resource's objects. */
export function anyReducers(resource: AnyResource, hosts: string[]): Reduce[] {
  const fields = fieldReducer(resource);
  return [anyObjectReducer(anyKind(resource), hosts), ...(fields ? [fields] : [])];
}
