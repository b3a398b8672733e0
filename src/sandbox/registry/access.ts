import type { Attributes, Permissions, User } from '../api/permissions.js';
import { ANONYMOUS } from '../api/permissions.js';
import type { SandboxResponse, SandboxRequest } from '../http/response.js';
import { bearerToken } from '../http/request.js';
import { unauthorized, type Access } from './responses.js';

type RepositoryAction = 'pull' | 'push' | 'delete';

/** The access for the deletion of a blob. */
export const PRUNE: Access = { Type: 'admin', Class: '', Name: '', Action: 'prune' };

/** By this permission, the registry reads who a token belongs to, before it checks anything else. */
const OWN_USER: Attributes = { verb: 'get', group: 'user.openshift.io', resource: 'users', name: '~' };
const DELETE_IMAGES: Attributes = { verb: 'delete', group: 'image.openshift.io', resource: 'images' };

/** Checks tokens and permissions as the registry does: each action needs a permission on the API server. */
export class RegistryAccess {
  constructor(private readonly permissions: Permissions) {}

  /** Names the sender for the request log. */
  userName(request: SandboxRequest): string {
    const token = requestToken(request);
    if (!token) return ANONYMOUS.name;
    return this.permissions.userWithToken(token)?.name ?? 'unknown';
  }

  /** Returns the 401 for a sender without a known token; undefined for everybody else. */
  refuseUnknown(request: SandboxRequest): SandboxResponse | undefined {
    const token = requestToken(request);
    if (!token) return unauthorized(request);
    return this.userWith(token) ? undefined : unauthorized(request, undefined, 'denied');
  }

  /** Returns the 401 for a sender who lacks the permission for an action; undefined if it is granted. */
  refuse(request: SandboxRequest, action: RepositoryAction, repository: string): SandboxResponse | undefined {
    const access = { Type: 'repository', Class: '', Name: repository, Action: action };
    if (action === 'delete') return this.check(request, access, DELETE_IMAGES);
    return this.check(request, access, layers(action === 'pull' ? 'get' : 'update', repository));
  }

  /** Returns the 401 for a sender who lacks the permission to delete blobs. */
  refusePrune(request: SandboxRequest): SandboxResponse | undefined {
    return this.check(request, PRUNE, DELETE_IMAGES);
  }

  private check(request: SandboxRequest, access: Access, wanted: Attributes): SandboxResponse | undefined {
    const token = requestToken(request);
    if (!token) return unauthorized(request, access);
    const user = this.userWith(token);
    return user && this.permissions.allows(user, wanted) ? undefined : unauthorized(request, access, 'denied');
  }

  private userWith(token: string): User | undefined {
    const user = this.permissions.userWithToken(token);
    return user && this.permissions.allows(user, OWN_USER) ? user : undefined;
  }
}

function layers(verb: string, repository: string): Attributes {
  const [namespace, name] = repository.split('/');
  return { verb, group: 'image.openshift.io', resource: 'imagestreams', subresource: 'layers', namespace, name };
}

/** Returns the token of a request: a bearer token, or the password of basic authentication. */
export function requestToken(request: SandboxRequest): string | undefined {
  const bearer = bearerToken(request);
  if (bearer) return bearer;
  const basic = /^Basic\s+(.+)$/i.exec(String(request.headers.authorization ?? ''))?.[1];
  if (!basic) return undefined;
  const credentials = Buffer.from(basic, 'base64').toString();
  return credentials.replace(/^[^:]*:/, '') || undefined;
}
