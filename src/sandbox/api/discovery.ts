import { jsonResponse, textResponse, type SandboxResponse } from '../http/response.js';
import { apiVersionOf, type ResourceDefinition } from './resources.js';

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** Kinds that clients create as a query; they are not stored. */
const REVIEWS: [groupVersion: string, resource: string, kind: string][] = [
  ['authorization.k8s.io/v1', 'selfsubjectaccessreviews', 'SelfSubjectAccessReview'],
  ['authorization.k8s.io/v1', 'selfsubjectrulesreviews', 'SelfSubjectRulesReview'],
  ['authentication.k8s.io/v1', 'selfsubjectreviews', 'SelfSubjectReview'],
];

/** Answers `/version`, `/healthz`, `/api`, `/apis` and `/apis/GROUP/VERSION`. @returns undefined for other paths */
export function discoveryResponse(definitions: ResourceDefinition[], path: string): SandboxResponse | undefined {
  const trimmed = path.replace(/\/$/, '');
  if (trimmed === '/version') {
    return jsonResponse({
      major: '1',
      minor: '26',
      gitVersion: 'v1.26.15',
      platform: 'linux/amd64',
      goVersion: 'go1.19',
    });
  }
  if (['/healthz', '/livez', '/readyz'].includes(trimmed)) return textResponse('ok');
  if (trimmed === '/api') return jsonResponse({ kind: 'APIVersions', versions: ['v1'] });
  if (trimmed === '/apis') return jsonResponse({ kind: 'APIGroupList', apiVersion: 'v1', groups: groups(definitions) });
  const one = /^\/apis\/([^/]+)$/.exec(trimmed);
  if (one) {
    const group = groups(definitions).find((candidate) => candidate.name === one[1]);
    return group && jsonResponse({ kind: 'APIGroup', apiVersion: 'v1', ...group });
  }
  const resources = /^\/(?:api|apis\/[^/]+)\/[^/]+$/.test(trimmed) && trimmed.replace(/^\/apis?\//, '');
  return resources ? resourceList(definitions, resources) : undefined;
}

function groups(definitions: ResourceDefinition[]): { name: string; versions: unknown[]; preferredVersion: unknown }[] {
  const served = [...definitions.map(apiVersionOf), ...REVIEWS.map(([groupVersion]) => groupVersion)];
  const names = [...new Set(served)].filter((groupVersion) => groupVersion.includes('/'));
  return names.map((groupVersion) => {
    const [name = '', version = ''] = groupVersion.split('/');
    return { name, versions: [{ groupVersion, version }], preferredVersion: { groupVersion, version } };
  });
}

function resourceList(definitions: ResourceDefinition[], groupVersion: string): SandboxResponse | undefined {
  const served = definitions.filter((definition) => apiVersionOf(definition) === groupVersion);
  const reviews = REVIEWS.filter(([candidate]) => candidate === groupVersion).map(([, name, kind]) => ({
    name,
    singularName: kind.toLowerCase(),
    namespaced: false,
    kind,
    verbs: ['create'],
  }));
  const resources = [...served.flatMap(describe), ...reviews];
  return resources.length
    ? jsonResponse({ kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources })
    : undefined;
}

function describe(definition: ResourceDefinition): Record<string, unknown>[] {
  const { resource, kind, namespaced, shortNames } = definition;
  const base = { namespaced, kind };
  const own = {
    name: resource,
    singularName: kind.toLowerCase(),
    ...base,
    verbs: resource === 'imagestreammappings' ? ['create'] : VERBS,
    ...(shortNames.length ? { shortNames } : {}),
  };
  const rows: Record<string, unknown>[] = [own];
  const sub = (name: string, verbs: string[]): void =>
    void rows.push({ name: `${resource}/${name}`, singularName: '', ...base, verbs });
  if (definition.hasStatus) sub('status', ['get', 'patch', 'update']);
  if (resource === 'pods') {
    sub('log', ['get']);
    sub('exec', ['create', 'get']);
  }
  return rows;
}
