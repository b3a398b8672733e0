import type { ApiResponse, ClusterApi } from './api.js';
import { apiError } from './api-error.js';
import { serverTime } from './server-time.js';

/** An action on a resource that a user can be allowed to perform. */
export interface Permission {
  verb: string;
  /** API group; empty for the core group. */
  group: string;
  /** Plural name. */
  resource: string;
  subresource?: string;
  /** Absent: the whole cluster. */
  namespace?: string;
  name?: string;
}

/**
 * Answer to an access review. `unanswered`: the server does not support reviews, or does not let this user create them.
 */
export type Access = 'allowed' | 'denied' | 'unanswered';

export interface AccessReview {
  access: Access;
  /** HTTP status of the response. */
  status: number;
  /** The API server's clock, in ms since the epoch; undefined if the response does not state it. */
  serverTime?: number;
}

const PATH = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
/** Statuses of servers that lack the API, or that do not let this user create reviews. */
const UNANSWERED = new Set([403, 404, 405, 501]);

/**
 * Asks the API server whether the current user has a permission (SelfSubjectAccessReview). Changes nothing.
 * @returns `unanswered` for 403, 404, 405 and 501, and for a response that states no result. The caller decides how to
 *   treat it.
 * @throws ApiError for every other status (401, 5xx), and for a server that cannot be reached
 */
export async function reviewAccess(
  api: ClusterApi,
  { verb, group, resource, subresource, namespace, name }: Permission,
  signal?: AbortSignal,
): Promise<AccessReview> {
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes: { verb, group, resource, subresource, namespace, name } },
  };
  const response = await api.request('POST', PATH, { body, signal });
  const { status } = response;
  const answer = { status, serverTime: serverTime(response) };
  if (UNANSWERED.has(status)) return { access: 'unanswered', ...answer };
  if (status !== 200 && status !== 201) throw apiError(response, 'cannot check permissions');
  return { access: accessIn(response), ...answer };
}

function accessIn(response: ApiResponse): Access {
  try {
    const allowed = response.json<{ status?: { allowed?: unknown } } | null>()?.status?.allowed;
    if (typeof allowed !== 'boolean') return 'unanswered';
    return allowed ? 'allowed' : 'denied';
  } catch {
    return 'unanswered';
  }
}

/** Describes a permission, e.g. `create pods/exec in namespace openshift-image-registry`. */
export function describePermission({ verb, group, resource, subresource, namespace, name }: Permission): string {
  const what = [group ? `${resource}.${group}` : resource, subresource, name].filter(Boolean).join('/');
  return `${verb} ${what}${namespace ? ` in namespace ${namespace}` : ''}`;
}
