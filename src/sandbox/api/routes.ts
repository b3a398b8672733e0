import { apiVersionOf, type ResourceDefinition } from './resources.js';

/** What a path of the API means: an object or a list of a resource, perhaps a subresource. */
export interface Route {
  definition: ResourceDefinition;
  namespace?: string;
  name?: string;
  subresource?: string;
}

/** Parses `/api/v1/…` and `/apis/GROUP/VERSION/…`; undefined when no such resource is served. */
export function routeOf(definitions: ResourceDefinition[], path: string): Route | undefined {
  const parts = path.split('/').filter(Boolean).map(decodeURIComponent);
  const root = parts.shift();
  const groupVersion = root === 'api' ? parts.shift() : root === 'apis' ? parts.splice(0, 2).join('/') : undefined;
  if (!groupVersion || !parts.length) return undefined;
  const of = definitions.filter((definition) => apiVersionOf(definition) === groupVersion);
  // `/namespaces/NS/RESOURCE…` is about RESOURCE, unless only the namespace itself is named (`/namespaces/NS`, `/namespaces/NS/status`).
  if (parts[0] === 'namespaces' && parts.length >= 3 && parts[2] !== 'status' && parts[2] !== 'finalize') {
    const definition = of.find((d) => d.resource === parts[2] && d.namespaced);
    return definition && { definition, namespace: parts[1], name: parts[3], subresource: parts[4] };
  }
  const definition = of.find((d) => d.resource === parts[0]);
  return definition && { definition, name: parts[1], subresource: parts[2] };
}

/** The RBAC verb of a request. */
export function verbOf(method: string, route: Route, query: URLSearchParams): string {
  switch (method) {
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return route.name ? 'delete' : 'deletecollection';
    default:
      if (isTrue(query.get('watch'))) return 'watch';
      return route.name ? 'get' : 'list';
  }
}

export function isTrue(value: string | null): boolean {
  return value === 'true' || value === '1';
}
