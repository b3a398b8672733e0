import { apiVersionOf, type ResourceDefinition } from './resources.js';

/** What a path of the API names: a list of a resource, an object, or a subresource of it. */
export interface Route {
  definition: ResourceDefinition;
  namespace?: string;
  name?: string;
  subresource?: string;
}

/** Parses `/api/v1/…` and `/apis/GROUP/VERSION/…`. @returns undefined if the resource is not served */
export function parseRoute(definitions: ResourceDefinition[], path: string): Route | undefined {
  const parts = path.split('/').filter(Boolean).map(decodeURIComponent);
  const root = parts.shift();
  const groupVersion = root === 'api' ? parts.shift() : root === 'apis' ? parts.splice(0, 2).join('/') : undefined;
  if (!groupVersion || !parts.length) return undefined;
  const candidates = definitions.filter((definition) => apiVersionOf(definition) === groupVersion);
  // `/namespaces/NS/RESOURCE…` names RESOURCE; `/namespaces/NS` and `/namespaces/NS/status` name the namespace.
  if (parts[0] === 'namespaces' && parts.length >= 3 && parts[2] !== 'status' && parts[2] !== 'finalize') {
    const definition = candidates.find((d) => d.resource === parts[2] && d.namespaced);
    return definition && { definition, namespace: parts[1], name: parts[3], subresource: parts[4] };
  }
  const definition = candidates.find((d) => d.resource === parts[0]);
  return definition && { definition, name: parts[1], subresource: parts[2] };
}

/** Returns the RBAC verb of a request. */
export function rbacVerb(method: string, route: Route, query: URLSearchParams): string {
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
