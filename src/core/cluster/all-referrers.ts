import pLimit from 'p-limit';
import { RegadmError, messageOf } from '../model/errors.js';
import { namesStream, parseImageReference } from '../model/image-reference.js';
import type { KubeList, KubeObject } from '../model/kube.js';
import type { Reference, Referrer } from '../model/referrer.js';
import type { ApiResponse, ClusterApi } from './api.js';
import { ApiError } from './api-error.js';
import { errorOf } from './client.js';
import { readList, type ListOptions, type ListResult } from './list.js';
import type { ReducedPage } from './reduce-page.js';
import { LIMIT_RANGES, REFERRERS, qualifiedName, type ListedResource } from './resources.js';

/** A resource that discovery told of. */
export interface AnyResource extends ListedResource {
  kind: string;
}

/** Where `--referrers all` looks, and which hosts mean the integrated registry. */
export interface Everything {
  resources: AnyResource[];
  hosts: string[];
}

const AT_ONCE = 4;
/** Left out: they name every image there is, or mere happenings. */
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
  const limit = pLimit(AT_ONCE);
  const lists = await Promise.all(versions.map((version) => limit(() => resourcesOf(api, version, signal))));
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
  // The version went away since the groups were read: a custom resource definition was deleted.
  if (response.status === 404) return [];
  if (response.status !== 200) throw undiscovered(groupVersion, errorOf(response, `GET ${path}`));
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

const NARROWER =
  '--referrers=all must see everything; --referrers=extended reads only what the role system:image-pruner may list';

/** Every host by which the cluster says that its registry is known; what cannot be read adds none. */
export async function registryHosts(api: ClusterApi, known: Iterable<string>, signal?: AbortSignal): Promise<string[]> {
  const read = async (path: string): Promise<KubeObject | undefined> => {
    const response: ApiResponse = await api.request('GET', path, { signal });
    return response.status === 200 ? response.json<KubeObject>() : undefined;
  };
  const status = (await read('/apis/config.openshift.io/v1/images/cluster'))?.status;
  const routes = (await read('/apis/route.openshift.io/v1/namespaces/openshift-image-registry/routes')) as
    Partial<KubeList> | undefined;
  const hosts = new Set<string>([
    ...known,
    String(status?.internalRegistryHostname ?? ''),
    ...((status?.externalRegistryHostnames ?? []) as string[]),
    ...(routes?.items ?? []).map(({ spec }) => String(spec?.host ?? '')),
  ]);
  for (const host of [...hosts]) {
    const service = /^(.+\.svc)(:\d+)?$/.exec(host);
    if (service) hosts.add(`${service[1]}.cluster.local${service[2] ?? ''}`);
  }
  hosts.delete('');
  return [...hosts];
}

/** The host that a repository or a pull spec begins with, or an empty text. */
export function hostOf(reference: string): string {
  const parsed = parseImageReference(reference);
  return typeof parsed === 'string' ? '' : parsed.registry;
}

/**
 * Lists all these resources page by page and keeps the uses that they name.
 * @param take gets what one resource's objects use, and how its list ended
 * @throws RegadmError that names every kind that cannot be listed: what it uses is unknown
 */
export async function readEverything(
  api: ClusterApi,
  { resources, hosts }: Everything,
  take: (resource: AnyResource, referrers: Referrer[], result: ListResult) => void,
  options: ListOptions,
): Promise<void> {
  const limit = pLimit(AT_ONCE);
  const failed: { resource: AnyResource; error: unknown }[] = [];
  const read = async (resource: AnyResource): Promise<void> => {
    try {
      const { referrers, result } = await listAny(api, resource, hosts, options);
      take(resource, referrers, result);
    } catch (error) {
      options.signal?.throwIfAborted();
      failed.push({ resource, error });
    }
  };
  await Promise.all(resources.map((resource) => limit(() => read(resource))));
  if (failed.length > 0) throw unlistable(failed);
}

/** Lists one resource and reduces its objects to what they use. @throws RegadmError that names the resource */
export async function listAny(
  api: ClusterApi,
  resource: AnyResource,
  hosts: string[],
  options: ListOptions,
): Promise<{ referrers: Referrer[]; result: ListResult }> {
  let referrers: Referrer[] = [];
  const sink = {
    take: (page: ReducedPage) => void referrers.push(...page.referrers!),
    restart: () => void (referrers = []),
  };
  const result = await readList(api, resource, new AnyParser(resource, hosts), sink, options);
  return { referrers, result };
}

/** Told in one error, so that a missing role is granted once. */
function unlistable(failed: { resource: AnyResource; error: unknown }[]): RegadmError {
  const names = failed.map(({ resource }) => qualifiedName(resource)).sort();
  const { error } = failed[0]!;
  const what = names.length === 1 ? '' : `cannot list ${names.length} kinds (${names.join(', ')}): `;
  const { code, suggestions = [] } = error as Partial<RegadmError>;
  return new RegadmError(`${what}${messageOf(error)}`, {
    code: code ?? 'API_ERROR',
    suggestions: [...suggestions, NARROWER],
    cause: error,
  });
}

/** Reduces pages of any resource. */
class AnyParser {
  private readonly reduceObject: (object: KubeObject) => Referrer;

  constructor(resource: AnyResource, hosts: string[]) {
    this.reduceObject = anyReducer(resource, hosts);
  }

  async reduce(_resource: string, body: Buffer): Promise<ReducedPage> {
    const list = JSON.parse(body.toString('utf8')) as KubeList;
    const items = list.items ?? [];
    if (!Array.isArray(items)) throw new Error('the answer is no list');
    const referrers = items.map(this.reduceObject).filter(({ references }) => references.length > 0);
    return {
      count: items.length,
      continue: list.metadata?.continue || undefined,
      resourceVersion: list.metadata?.resourceVersion,
      referrers,
    };
  }
}

/** The name that a resource's objects have among referrers: unlike that of any other resource. `Service.serving.knative.dev` */
export function anyKind({ kind, group }: AnyResource): string {
  return group === '' ? kind : `${kind}.${group}`;
}

/** How an object of a resource is reduced: to every string in it that names an image. */
export function anyReducer(resource: AnyResource, hosts: string[]): (object: KubeObject) => Referrer {
  const kind = anyKind(resource);
  const prefixes = hosts.map((host) => `${host}/`);
  return (object) => {
    const references: Reference[] = [];
    collect(object, '', prefixes, references);
    return { kind, namespace: object.metadata?.namespace ?? '', name: object.metadata?.name ?? '', references };
  };
}

function collect(value: unknown, path: string, prefixes: string[], found: Reference[]): void {
  if (typeof value === 'string') {
    const text = pullSpec(value, prefixes);
    if (text !== undefined) found.push({ field: path, form: 'pull-spec', text, extended: true });
  } else if (Array.isArray(value)) {
    value.forEach((one, index) => collect(one, `${path}[${index}]`, prefixes, found));
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, one] of Object.entries(value)) {
      if (key !== 'managedFields') collect(one, step(path, key), prefixes, found);
    }
  }
}

function step(path: string, key: string): string {
  if (!/^[A-Za-z_][\w-]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}

/** Longer than any valid reference: such texts are not looked at closely. */
const LONGEST = 700;

/** The pull spec that a text is: with a digest, whatever its host, or of the registry's own. A scheme (`docker://`) is put aside. */
function pullSpec(value: string, prefixes: string[]): string | undefined {
  if (value.length > LONGEST) return undefined;
  const text = value.trim().replace(/^[a-z][a-z-]*:\/\//, '');
  const own = prefixes.some((prefix) => text.startsWith(prefix));
  if (!own && !text.includes('@sha')) return undefined;
  const parsed = parseImageReference(text);
  if (typeof parsed === 'string') return undefined;
  return parsed.digest !== '' || (own && namesStream(parsed)) ? text : undefined;
}
