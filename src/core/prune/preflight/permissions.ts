import type { ApiResponse, ClusterApi } from '../../cluster/api.js';
import { failedWith, notChecked, type PreflightCheck } from './check.js';

export interface Permission {
  verb: string;
  resource: string;
  subresource?: string;
  /** Absent: the cluster, or all namespaces. */
  namespace?: string;
}

export interface PermissionsResult {
  check: PreflightCheck;
  ok: boolean;
  /** False where the API server would not answer the question. */
  checked: boolean;
  /** The API's `Date`, and when its answer was asked for and came, by our clock. */
  date?: string;
  sentAt: number;
  receivedAt: number;
}

export interface PermissionsInput {
  api: ClusterApi;
  pruneRegistry: boolean;
  namespace?: string;
  now?: () => number;
  signal?: AbortSignal;
}

const REVIEWS = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
const GRANT = 'give the user the role: oc adm policy add-cluster-role-to-user system:image-pruner USER';
/** Servers without the API, or that keep the answer to themselves; what was listed so far has shown that lists are allowed. */
const NO_ANSWER = new Set([403, 404, 405, 501]);

/** What a run needs beyond the lists that the plan was made from. The registry asks the API for `delete images` at every deletion. */
function needed({ namespace, pruneRegistry }: PermissionsInput): Permission[] {
  return [
    { verb: 'update', resource: 'imagestreams', subresource: 'status', namespace },
    { verb: 'get', resource: 'imagestreams', namespace },
    { verb: 'get', resource: 'images' },
    ...(namespace === undefined || pruneRegistry ? [{ verb: 'delete', resource: 'images' }] : []),
  ];
}

/** Asks the API server what this user may do (SelfSubjectAccessReview). */
export async function checkPermissions(input: PermissionsInput): Promise<PermissionsResult> {
  const now = input.now ?? Date.now;
  const sentAt = now();
  let date: string | undefined;
  let receivedAt = sentAt;
  const result = (check: PreflightCheck, checked = true): PermissionsResult => ({
    check,
    ok: check.ok,
    checked,
    date,
    sentAt,
    receivedAt,
  });
  try {
    const permissions = needed(input);
    const answers = await Promise.all(permissions.map((permission) => review(input, permission)));
    receivedAt = now();
    date = headerOf(answers[0]!, 'date');
    const silent = answers.find(({ status }) => NO_ANSWER.has(status));
    if (silent)
      return result(notChecked('permissions', `the API server does not tell them (status ${silent.status})`), false);
    const refused = permissions.filter((_, index) => !allowed(answers[index]!));
    if (refused.length === 0)
      return result({
        check: 'permissions',
        ok: true,
        message: `the user may ${permissions.map(describe).join(', ')}`,
      });
    return result({
      check: 'permissions',
      ok: false,
      message: `the user may not ${refused.map(describe).join(', ')}`,
      suggestion: GRANT,
    });
  } catch (error) {
    return result(failedWith('permissions', error), false);
  }
}

function review(
  { api, signal }: PermissionsInput,
  { verb, resource, subresource, namespace }: Permission,
): Promise<ApiResponse> {
  const resourceAttributes = {
    group: 'image.openshift.io',
    verb,
    resource,
    ...(subresource ? { subresource } : {}),
    ...(namespace ? { namespace } : {}),
  };
  const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes } };
  return api.request('POST', REVIEWS, { body, signal });
}

function allowed(answer: ApiResponse): boolean {
  if (answer.status !== 200 && answer.status !== 201) {
    throw new Error(`the API server answers ${answer.status} when asked for permissions`);
  }
  return answer.json<{ status?: { allowed?: boolean } }>().status?.allowed === true;
}

function describe({ verb, resource, subresource, namespace }: Permission): string {
  return `${verb} ${resource}${subresource ? `/${subresource}` : ''}${namespace ? ` in ${namespace}` : ''}`;
}

function headerOf({ headers }: ApiResponse, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
