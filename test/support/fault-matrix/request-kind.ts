import type { RequestInfo } from '../../../src/sandbox/index.js';

/** What a request does; it decides which faults make sense. */
export type Shape =
  | 'list'
  | 'page'
  | 'watch'
  | 'read'
  | 'review'
  | 'write'
  | 'delete'
  | 'registry-read'
  | 'registry-write'
  | 'registry-delete'
  | 'exec';

/** A kind of request: requests that differ only in the object that they name. */
export interface RequestKind {
  name: string;
  shape: Shape;
}

const API_PATH =
  /^\/(?:api|apis\/[^/]+)\/[^/]+(?:\/namespaces\/[^/]+(?=\/))?\/(?<resource>[a-z]+)(?<object>\/[^/]+)?(?<subresource>\/.+)?$/;

/**
 * Returns the kind of a request, such as `list pods`, `list pods (later page)`, `PUT imagestreams/status`
 * and `delete blob`. @throws Error for a request that has no shape, and so would have no faults
 */
export function kindOf(request: RequestInfo): RequestKind {
  return request.server === 'api' ? apiKind(request) : registryKind(request);
}

function apiKind({ method, path }: RequestInfo): RequestKind {
  const url = new URL(path, 'https://server');
  const { resource, object, subresource = '' } = API_PATH.exec(url.pathname)?.groups ?? {};
  if (method === 'GET') {
    if (resource === undefined) return { name: `get ${url.pathname}`, shape: 'read' };
    if (subresource === '/exec') return { name: execName(url), shape: 'exec' };
    if (object !== undefined) return { name: `get ${resource}${subresource}`, shape: 'read' };
    if (url.searchParams.get('watch') === 'true') return { name: `watch ${resource}`, shape: 'watch' };
    if (url.searchParams.has('continue')) return { name: `list ${resource} (later page)`, shape: 'page' };
    const selected = url.searchParams.has('labelSelector') || url.searchParams.has('fieldSelector');
    return { name: `list ${selected ? 'selected ' : ''}${resource}`, shape: 'list' };
  }
  if (method === 'POST' && resource?.endsWith('reviews')) return { name: `create ${resource}`, shape: 'review' };
  if (method === 'DELETE') return { name: `delete ${resource}`, shape: 'delete' };
  if (['PUT', 'PATCH', 'POST'].includes(method)) return { name: `${method} ${resource}${subresource}`, shape: 'write' };
  throw new Error(`the fault matrix does not know what ${method} ${path} does: add its shape to request-kind.ts`);
}

/** The commands that regadm runs in pods, by a pattern in their text. */
const COMMANDS: Record<string, RegExp> = {
  'exec pruner (check)': /-prune=check/,
  'exec pruner (delete)': /-prune=delete/,
  'exec search for pruners': /# regadm: pruner processes/,
  'exec stop of pruners': /# regadm: stop pruner processes/,
};

function execName(url: URL): string {
  const command = url.searchParams.getAll('command').join(' ');
  const found = Object.entries(COMMANDS).find(([, pattern]) => pattern.test(command));
  if (!found) throw new Error(`the fault matrix does not know what the command does: ${command}`);
  return found[0];
}

function registryKind({ method, path }: RequestInfo): RequestKind {
  const object = /\/admin\/blobs\//.test(path)
    ? 'blob'
    : /\/v2\/.+\/blobs\/uploads\//.test(path)
      ? 'upload'
      : /\/v2\/.+\/blobs\//.test(path)
        ? 'layer link'
        : /\/v2\/.+\/manifests\//.test(path)
          ? 'manifest'
          : path;
  if (method === 'DELETE') return { name: `delete ${object}`, shape: 'registry-delete' };
  if (method === 'GET' || method === 'HEAD') return { name: `${method} ${object}`, shape: 'registry-read' };
  if (method === 'POST' || method === 'PUT') return { name: `${method} ${object}`, shape: 'registry-write' };
  throw new Error(`the fault matrix does not know what ${method} ${path} does: add its shape to request-kind.ts`);
}
