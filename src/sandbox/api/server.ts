import { jsonResponse, textResponse, type SandboxResponse, type SandboxRequest } from '../http/response.js';
import { bearerToken } from '../http/request.js';
import { isTrue, parseRoute, rbacVerb, type Route } from './routes.js';
import { ApiStatus, methodNotAllowed, noSuchResource, notFound, unauthorized } from './status.js';
import { deleteObject } from './deletion.js';
import { discoveryResponse } from './discovery.js';
import { createMapping } from './image-stream-mappings.js';
import { deleteStreamTag } from './image-stream-tags.js';
import type { Lists } from './lists.js';
import { openApiResponse } from './openapi/documents.js';
import { ANONYMOUS, type Permissions, type User } from './permissions.js';
import { reviewResponse } from './reviews.js';
import { qualifiedName, type ResourceDefinition } from './resources.js';
import { withKind, type Store } from './store.js';
import { runWatch } from './watch.js';
import { Writes } from './writes.js';

interface PodLogRequest {
  namespace: string;
  name: string;
  container?: string;
  follow: boolean;
  previous: boolean;
  timestamps: boolean;
  /** RFC 3339. */
  sinceTime?: string;
}

/** The state that the API server reads and writes. */
export interface ApiContext {
  store: Store;
  lists: Lists;
  permissions: Permissions;
  /** Resources that get 404, as if their API group did not exist. */
  missing: string[];
  /** Returns the registry's public `HOST:PORT`. */
  registryHost(): string;
  /** Returns the response to `pods/log`; undefined if the pod does not exist. */
  podLog(request: PodLogRequest): SandboxResponse | undefined;
}

/** Simulates the API server: turns a request into a response. */
export class ApiServer {
  private readonly writes: Writes;
  /** The resources that it serves. */
  readonly definitions: ResourceDefinition[];

  constructor(private readonly context: ApiContext) {
    this.writes = new Writes(context.store, context.registryHost);
    const isMissing = (definition: ResourceDefinition): boolean =>
      context.missing.some((name) => name === definition.resource || name === qualifiedName(definition));
    this.definitions = context.store.definitions.filter((definition) => !isMissing(definition));
  }

  /** Identifies the sender, impersonation included. @throws ApiStatus 401 for an unknown token, 403 */
  authenticate(request: SandboxRequest): User {
    const token = bearerToken(request);
    if (!token) return ANONYMOUS;
    const user = this.context.permissions.userWithToken(token);
    if (!user) throw unauthorized();
    const as = request.headers['impersonate-user'];
    if (!as) return user;
    this.context.permissions.require(user, { verb: 'impersonate', group: '', resource: 'users', name: String(as) });
    const groups = request.headers['impersonate-group'];
    return this.context.permissions.userNamed(String(as), groups === undefined ? [] : [groups].flat());
  }

  handle(request: SandboxRequest): SandboxResponse {
    try {
      return this.route(request, this.authenticate(request));
    } catch (error) {
      if (error instanceof ApiStatus) return error.response();
      throw error;
    }
  }

  /** Checks the permission for a request; exec uses it too. @throws ApiStatus 403 */
  authorize(user: User, method: string, route: Route, query: URLSearchParams): void {
    const { definition, namespace, name, subresource } = route;
    const { group, resource } = definition;
    this.context.permissions.require(user, {
      verb: rbacVerb(method, route, query),
      group,
      resource,
      subresource,
      namespace,
      name,
    });
  }

  private route(request: SandboxRequest, user: User): SandboxResponse {
    const { method, path, query } = request;
    const review = reviewResponse(this.context.permissions, user, request);
    if (review) return review;
    const route = parseRoute(this.definitions, path);
    if (!route) return this.otherPath(request, user);
    this.authorize(user, method, route, query);
    if (route.definition.resource === 'users' && route.name === '~') return whoAmI(user);
    if (route.subresource && route.subresource !== 'status') return this.subresource(route, query);
    if (route.definition.resource === 'imagestreammappings') return this.mapping(route, request);
    if (method === 'GET' || method === 'HEAD') return this.read(route, request);
    if (method === 'DELETE' && route.definition.resource === 'imagestreamtags')
      return deleteStreamTag(this.context.store, route, request);
    if (method === 'POST' && !route.name) return this.writes.create(route, request);
    if (method === 'PUT' && route.name) return this.writes.replace(route, request);
    if (method === 'PATCH' && route.name) return this.writes.patch(route, request);
    if (method === 'DELETE' && route.name) return deleteObject(this.context.store, route, request);
    throw methodNotAllowed();
  }

  /** Mappings can only be created. @throws ApiStatus 405 for everything else */
  private mapping(route: Route, request: SandboxRequest): SandboxResponse {
    if (request.method !== 'POST' || route.name) throw methodNotAllowed();
    return createMapping(this.context.store, route, request);
  }

  private otherPath(request: SandboxRequest, user: User): SandboxResponse {
    const { path } = request;
    const verb = request.method.toLowerCase().replace('head', 'get');
    if (!this.context.permissions.allowsPath(user, verb, path) && !/^\/apis?\/.+\/.+/.test(path))
      throw forbiddenPath(user, verb, path);
    const found =
      request.method === 'GET' &&
      (discoveryResponse(this.definitions, path) ?? openApiResponse(this.definitions, request));
    if (found) return found;
    const [, root, group = '', version] = path.split('/');
    const known = root === 'api' || this.definitions.some((d) => d.group === group && d.version === version);
    if (known && root?.startsWith('api')) throw noSuchResource();
    return textResponse('404 page not found\n', 404);
  }

  private read(route: Route, { query, headers: { accept } }: SandboxRequest): SandboxResponse {
    const { definition, namespace, name } = route;
    const selectors = {
      labelSelector: query.get('labelSelector') ?? undefined,
      fieldSelector: query.get('fieldSelector') ?? undefined,
    };
    if (isTrue(query.get('watch'))) {
      const watch = {
        ...selectors,
        namespace,
        resourceVersion: query.get('resourceVersion') ?? undefined,
        allowBookmarks: isTrue(query.get('allowWatchBookmarks')),
        timeoutSeconds: Number(query.get('timeoutSeconds')) || undefined,
      };
      const headers = { 'content-type': 'application/json' };
      return { status: 200, headers, stream: (out) => runWatch(this.context.store, definition, watch, out) };
    }
    if (!name) {
      const limit = Number(query.get('limit')) || 0;
      return this.context.lists.read(definition, {
        ...selectors,
        namespace,
        limit,
        continueToken: query.get('continue') || undefined,
        metadataOnly: /;as=PartialObjectMetadataList(;|$)/.test(String(accept)),
      });
    }
    const found = this.context.store.find(definition, namespace, name);
    if (!found) throw notFound(definition, name);
    return jsonResponse(withKind(definition, found));
  }

  private subresource(route: Route, query: URLSearchParams): SandboxResponse {
    const { definition, namespace = '', name = '', subresource } = route;
    if (definition.resource !== 'pods' || subresource !== 'log') throw noSuchResource();
    const container = query.get('container') || undefined;
    const log = this.context.podLog({
      namespace,
      name,
      container,
      follow: isTrue(query.get('follow')),
      previous: isTrue(query.get('previous')),
      timestamps: isTrue(query.get('timestamps')),
      sinceTime: query.get('sinceTime') ?? undefined,
    });
    if (!log) throw notFound(definition, name);
    return log;
  }
}

function whoAmI(user: User): SandboxResponse {
  return jsonResponse({
    kind: 'User',
    apiVersion: 'user.openshift.io/v1',
    metadata: { name: user.name },
    groups: user.groups,
  });
}

function forbiddenPath(user: User, verb: string, path: string): ApiStatus {
  const message = `forbidden: User "${user.name}" cannot ${verb} path "${path}"`;
  return new ApiStatus({ code: 403, reason: 'Forbidden', message, details: {} });
}
