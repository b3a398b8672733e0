import { jsonResponse, type SandboxResponse, type SandboxRequest } from '../http/response.js';
import { parseObject } from './body.js';
import type { Permissions, User } from './permissions.js';
import { decodeReview } from './protobuf/review.js';

interface AccessReviewSpec {
  resourceAttributes?: {
    verb?: string;
    group?: string;
    resource?: string;
    subresource?: string;
    namespace?: string;
    name?: string;
  };
  nonResourceAttributes?: { path?: string; verb?: string };
}

/**
 * Answers reviews: requests for the identity or the permissions of the sender.
 * @returns undefined for other requests
 */
export function reviewResponse(
  permissions: Permissions,
  user: User,
  request: SandboxRequest,
): SandboxResponse | undefined {
  const match = /^\/apis\/((?:authorization|authentication)\.k8s\.io)\/v1\/(\w+)$/.exec(request.path);
  if (!match || request.method !== 'POST') return undefined;
  permissions.require(user, { verb: 'create', group: match[1]!, resource: match[2]! });
  const review = parse(request);
  if (match[2] === 'selfsubjectaccessreviews')
    return jsonResponse({ ...review, status: accessStatus(permissions, user, review.spec ?? {}) }, 201);
  if (match[2] === 'selfsubjectreviews') {
    return jsonResponse({ ...review, status: { userInfo: { username: user.name, groups: user.groups } } }, 201);
  }
  if (match[2] === 'selfsubjectrulesreviews')
    return jsonResponse({ ...review, status: rulesStatus(permissions, user, review) }, 201);
  return undefined;
}

function parse(request: SandboxRequest): { spec?: AccessReviewSpec & { namespace?: string } } {
  const decoded = decodeReview(request.body);
  if (decoded) return { ...decoded, metadata: {} } as object;
  return parseObject(request) as { spec?: AccessReviewSpec };
}

function accessStatus(
  permissions: Permissions,
  user: User,
  spec: AccessReviewSpec,
): { allowed: boolean; reason?: string } {
  const path = spec.nonResourceAttributes;
  if (path) return { allowed: permissions.allowsPath(user, path.verb ?? '', path.path ?? '') };
  const { verb = '', group = '', resource = '', subresource, namespace, name } = spec.resourceAttributes ?? {};
  const wanted = {
    verb,
    group,
    resource,
    subresource: subresource || undefined,
    namespace: namespace || undefined,
    name: name || undefined,
  };
  return permissions.allows(user, wanted) ? { allowed: true, reason: 'RBAC: allowed' } : { allowed: false };
}

function rulesStatus(
  permissions: Permissions,
  user: User,
  review: { spec?: { namespace?: string } },
): Record<string, unknown> {
  const rules = permissions.rulesFor(user, review.spec?.namespace);
  return {
    resourceRules: rules.filter((rule) => rule.resources),
    nonResourceRules: rules.filter((rule) => rule.nonResourceURLs),
    incomplete: false,
  };
}
