import { describePermission, reviewAccess, type Permission } from '../../cluster/access-review.js';
import type { ClusterApi } from '../../cluster/api.js';
import { mapParallel } from '../../kit/parallel.js';
import { failedWith, notChecked, type PreflightCheck } from './check.js';

export interface PermissionsResult {
  check: PreflightCheck;
  ok: boolean;
  /** False when the API server did not answer the access review. */
  checked: boolean;
  /** The API server's clock, in ms since the epoch; undefined when it did not state it. */
  serverTime?: number;
  /** When the request was sent and the response received, by this machine's clock. */
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

/** Maximum concurrent access reviews. */
const CONCURRENCY = 4;
const GRANT = 'give the user the role: oc adm policy add-cluster-role-to-user system:image-pruner USER';
/** What a run needs beyond the lists that the plan was made from. The registry asks the API for `delete images` at every deletion. */
function needed({ namespace, pruneRegistry }: PermissionsInput): Permission[] {
  const group = 'image.openshift.io';
  return [
    { verb: 'update', group, resource: 'imagestreams', subresource: 'status', namespace },
    { verb: 'get', group, resource: 'imagestreams', namespace },
    { verb: 'get', group, resource: 'images' },
    ...(namespace === undefined || pruneRegistry ? [{ verb: 'delete', group, resource: 'images' }] : []),
  ];
}

/**
 * Checks that the user has every permission that the run needs. Where the API server does not answer the question, the
 * result is "not checked", which does not stop the run: reading the lists has shown that the login works.
 */
export async function checkPermissions(input: PermissionsInput): Promise<PermissionsResult> {
  const now = input.now ?? Date.now;
  const sentAt = now();
  let serverTime: number | undefined;
  let receivedAt = sentAt;
  const result = (check: PreflightCheck, checked = true): PermissionsResult => ({
    check,
    ok: check.ok,
    checked,
    serverTime,
    sentAt,
    receivedAt,
  });
  try {
    const permissions = needed(input);
    const reviews = await mapParallel(permissions, CONCURRENCY, (one) => reviewAccess(input.api, one, input.signal));
    receivedAt = now();
    serverTime = reviews[0]!.serverTime;
    const unanswered = reviews.find(({ access }) => access === 'unanswered');
    if (unanswered) {
      const why = `the API server did not answer the access review (status ${unanswered.status})`;
      return result(notChecked('permissions', why), false);
    }
    const denied = permissions.filter((_, index) => reviews[index]!.access === 'denied');
    if (denied.length === 0) {
      const message = `the user may ${permissions.map(describePermission).join(', ')}`;
      return result({ check: 'permissions', ok: true, message });
    }
    return result({
      check: 'permissions',
      ok: false,
      message: `the user may not ${denied.map(describePermission).join(', ')}`,
      suggestion: GRANT,
    });
  } catch (error) {
    return result(failedWith('permissions', error), false);
  }
}
