import type { RequestKind } from '../kit/traffic.js';

const VERBS: Partial<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };

/** Returns by what a request to the API server is counted: the resource and the verb, as in a role. */
export function requestKind(
  method: string,
  path: string,
  { isWatch = false, recheck = false }: { isWatch?: boolean; recheck?: boolean } = {},
): RequestKind {
  const { resource, isNamed } = resourceOf(path);
  const read = isWatch ? 'watch' : isNamed ? 'get' : 'list';
  const verb = VERBS[method] ?? read;
  return { server: 'api', resource, verb, ...(recheck ? { recheck } : {}) };
}

/** Returns the resource of a path: `/apis/GROUP/VERSION/[namespaces/NAMESPACE/]RESOURCE[/NAME[/SUBRESOURCE]]`. */
function resourceOf(path: string): { resource: string; isNamed: boolean } {
  const [root, ...parts] = path.split('/').filter((part) => part !== '');
  const group = root === 'apis' ? parts.shift() : '';
  parts.shift();
  if ((root !== 'api' && root !== 'apis') || parts.length === 0) return { resource: path, isNamed: true };
  if (parts[0] === 'namespaces' && parts.length > 2) parts.splice(0, 2);
  const [plural = '', name, subresource] = parts;
  const qualified = group ? `${plural}.${group}` : plural;
  return { resource: subresource ? `${qualified}/${subresource}` : qualified, isNamed: name !== undefined };
}
