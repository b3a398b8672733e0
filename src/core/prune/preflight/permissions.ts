import { ADVICE } from '../../model/advice.js';
import { describePermission, type AccessReview, type Permission } from '../../cluster/access-review.js';
import { mapParallel } from '../../kit/parallel.js';
import type { ClusterChecks } from '../ports.js';
import { failedWith, notChecked, passed, type PreflightCheck } from './check.js';
import type { DatedResponse } from './clocks.js';

interface PermissionsInput {
  cluster: Pick<ClusterChecks, 'reviewAccess'>;
  pruneRegistry: boolean;
  namespace?: string;
  now?: () => number;
  signal?: AbortSignal;
}

/** Maximum concurrent access reviews. */
const CONCURRENCY = 4;

/**
 * Returns the permissions that a run needs beyond the lists. The registry asks the API server for `delete images` at
 * every deletion.
 */
export function permissionsOfRun({
  namespace,
  pruneRegistry,
}: Pick<PermissionsInput, 'namespace' | 'pruneRegistry'>): Permission[] {
  const group = 'image.openshift.io';
  return [
    { verb: 'update', group, resource: 'imagestreams', subresource: 'status', namespace },
    { verb: 'get', group, resource: 'imagestreams', namespace },
    { verb: 'get', group, resource: 'images' },
    ...(namespace === undefined || pruneRegistry ? [{ verb: 'delete', group, resource: 'images' }] : []),
  ];
}

/**
 * Checks that the user has every permission that the run needs. If the API server does not answer access reviews, the
 * result is `unknown`, which does not stop the run: reading the lists has shown that the login works.
 */
export async function checkPermissions(input: PermissionsInput): Promise<{ check: PreflightCheck } & DatedResponse> {
  const { cluster, now = Date.now, signal } = input;
  const sentAt = now();
  try {
    const permissions = permissionsOfRun(input);
    const reviews = await mapParallel(permissions, CONCURRENCY, (permission) =>
      cluster.reviewAccess(permission, signal),
    );
    return { check: toCheck(permissions, reviews), serverTime: reviews[0]!.serverTime, sentAt, receivedAt: now() };
  } catch (error) {
    return { check: failedWith('permissions', error), sentAt, receivedAt: sentAt };
  }
}

function toCheck(permissions: Permission[], reviews: AccessReview[]): PreflightCheck {
  const unanswered = reviews.find(({ access }) => access === 'unanswered');
  if (unanswered)
    return notChecked('permissions', `the API server did not answer the access review (status ${unanswered.status})`);
  const denied = permissions.filter((_, index) => reviews[index]!.access === 'denied');
  if (denied.length === 0)
    return passed('permissions', `the user may ${permissions.map(describePermission).join(', ')}`);
  return {
    name: 'permissions',
    status: 'failed',
    message: `the user may not ${denied.map(describePermission).join(', ')}`,
    suggestions: [ADVICE.grantPruner],
  };
}
