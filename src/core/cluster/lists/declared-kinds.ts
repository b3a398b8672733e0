import { suggest } from '../../kit/suggest.js';
import { ADVICE } from '../../model/advice.js';
import type { DeclaredReferrers, DeclaredResource } from '../../model/declared-referrers.js';
import { RegadmError } from '../../model/errors.js';
import { resourceName, type DeclaredMatches } from '../../model/referrers/declared-matches.js';
import { declaredReducer } from '../../model/referrers/declared.js';
import type { ClusterApi } from '../api.js';
import { isForbidden } from '../api-error.js';
import { qualifiedName, type ListedResource } from '../resources.js';
import type { CustomResource } from './custom-kinds.js';
import { apiGroups, apiResources, coreVersions } from './discovery.js';
import type { ListOptions } from './list.js';
import { listReferrers, type ListedReferrers } from './list-referrers.js';

/** A kind that the user declares and that the cluster has. */
export interface DeclaredKind extends CustomResource {
  declared: true;
  /** The file that declares it. */
  file: string;
  declaration: DeclaredResource;
  matches: DeclaredMatches;
}

const UNDECLARE = 'or remove the resource from the file, if its objects use no images of this registry';

/** What the cluster has instead of a declared kind, as a clause. */
type Problem = string;

/**
 * Finds the kinds that the user declares. Each must exist, because a name with a mistake would keep no image.
 * @throws RegadmError REFERRERS_FILE that names all kinds that the cluster lacks; ApiError if discovery fails
 */
export async function findDeclaredKinds(
  api: ClusterApi,
  { file, resources }: DeclaredReferrers,
  signal?: AbortSignal,
): Promise<DeclaredKind[]> {
  const discovery = new Discovery(api, signal);
  const kinds: DeclaredKind[] = [];
  const lines: string[] = [];
  for (const declared of resources) {
    const found = await discovery.find(declared);
    if (typeof found === 'string') lines.push(`${file}:${declared.line}: ${resourceName(declared)}: ${found}`);
    else kinds.push(toKind(found, file, declared));
  }
  if (lines.length === 0) return kinds;
  throw new RegadmError(lines.join('\n'), {
    code: 'REFERRERS_FILE',
    lines,
    suggestions: ['oc api-resources shows the resources of the cluster'],
  });
}

function toKind(resource: ListedResource, file: string, declaration: DeclaredResource): DeclaredKind {
  const matches: DeclaredMatches = { objects: 0, values: new Map() };
  const name = { kind: resource.kind, qualifiedName: qualifiedName(resource) };
  const reduce = declaredReducer(name, declaration, matches);
  return { resource, reduce, declared: true, file, declaration, matches };
}

/** The discovery documents that declared kinds need, each read once. */
class Discovery {
  private groups: ReturnType<typeof apiGroups> | undefined;
  private readonly resources = new Map<string, ReturnType<typeof apiResources>>();

  constructor(
    private readonly api: ClusterApi,
    private readonly signal?: AbortSignal,
  ) {}

  async find({ resource, group, version }: DeclaredResource): Promise<ListedResource | Problem> {
    const groupVersion = group === '' ? version : `${group}/${version}`;
    const problem = await this.problemOf(group, groupVersion);
    if (problem !== undefined) return problem;
    const served = (await this.resourcesOf(groupVersion)) ?? [];
    const entry = served.find(({ name }) => name === resource);
    if (entry && !entry.verbs.includes('list')) return 'its objects cannot be listed';
    if (entry) return { ...entry, group, version, resource, optional: true };
    const listable = served.filter(({ name, verbs }) => !name.includes('/') && verbs.includes('list'));
    const ofKind = listable.filter(({ kind }) => kind.toLowerCase() === resource);
    const names = listable.map(({ name }) => name);
    const similar = ofKind.length > 0 ? ofKind.map(({ name }) => name) : suggest(resource, names);
    return `the cluster has no such resource in ${groupVersion}${question(similar)}`;
  }

  /** Returns what is wrong with a version of a group; undefined if the API server serves it. */
  private async problemOf(group: string, groupVersion: string): Promise<Problem | undefined> {
    if (group === '') {
      const versions = await coreVersions(this.api, this.signal);
      return versions.includes(groupVersion) ? undefined : `the core group has only ${versions.join(', ')}`;
    }
    this.groups ??= apiGroups(this.api, this.signal);
    const groups = await this.groups;
    const found = groups.find(({ name }) => name === group);
    const names = groups.map(({ name }) => name);
    if (!found) return `the cluster has no API group ${group}${question(suggest(group, names))}`;
    return found.versions.includes(groupVersion) ? undefined : `the cluster serves only ${found.versions.join(', ')}`;
  }

  private resourcesOf(groupVersion: string): ReturnType<typeof apiResources> {
    let reading = this.resources.get(groupVersion);
    if (!reading) this.resources.set(groupVersion, (reading = apiResources(this.api, groupVersion, this.signal)));
    return reading;
  }
}

function question(similar: readonly string[]): string {
  return similar.length === 0 ? '' : `, did you mean ${similar.join(' or ')}?`;
}

/**
 * Lists a declared kind. The user asked for it, so a missing permission is an error.
 * @throws RegadmError that names the resource
 */
export async function listDeclared(
  api: ClusterApi,
  { resource, reduce, matches }: DeclaredKind,
  options: ListOptions,
): Promise<ListedReferrers> {
  const onRestart = (): void => {
    matches.objects = 0;
    matches.values.clear();
  };
  try {
    return await listReferrers(api, resource, [reduce], { ...options, onRestart });
  } catch (error) {
    if (!(error instanceof RegadmError) || !isForbidden(error)) throw error;
    const suggestions = [ADVICE.grantReferrers([qualifiedName(resource)]), UNDECLARE];
    throw new RegadmError(error.message, { code: error.code, suggestions, cause: error });
  }
}
