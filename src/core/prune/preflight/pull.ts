import { describePermission, type AccessReview, type Permission } from '../../cluster/access-review.js';
import { mapParallel } from '../../kit/parallel.js';
import { ADVICE } from '../../model/advice.js';
import { PULL } from '../../operator/permissions.js';
import type { ClusterChecks } from '../ports.js';
import { failedWith, notChecked, passed, type PreflightCheck } from './check.js';

/** Maximum concurrent access reviews. */
const CONCURRENCY = 4;
/** Maximum number of namespaces that are checked one by one. */
const MAX_NAMESPACES = 200;

/**
 * Checks that the user may pull images, which a backup and a verification through the registry need: in the whole
 * cluster, or else in each of these namespaces.
 */
export async function checkPull(
  namespaces: readonly string[],
  cluster: Pick<ClusterChecks, 'reviewAccess'>,
  signal?: AbortSignal,
): Promise<PreflightCheck> {
  try {
    const everywhere = await cluster.reviewAccess(PULL, signal);
    if (everywhere.access === 'allowed') return passed('pull', 'the user may pull images from the registry');
    const checked = namespaces.slice(0, MAX_NAMESPACES).map((namespace) => ({ ...PULL, namespace }));
    const reviews = await mapParallel(checked, CONCURRENCY, (permission) => cluster.reviewAccess(permission, signal));
    return toCheck(checked, [everywhere, ...reviews]);
  } catch (error) {
    return failedWith('pull', error);
  }
}

/** @param reviews that of the whole cluster first */
function toCheck(permissions: Permission[], [everywhere, ...reviews]: AccessReview[]): PreflightCheck {
  const unanswered = [everywhere!, ...reviews].find(({ access }) => access === 'unanswered');
  if (unanswered)
    return notChecked('pull', `the API server did not answer the access review (status ${unanswered.status})`);
  const denied = permissions.filter((_, index) => reviews[index]!.access === 'denied');
  const [first] = denied;
  if (!first) return passed('pull', 'the user may pull the images to read from the registry');
  const more = denied.length > 1 ? `, and in ${denied.length - 1} more namespaces` : '';
  return {
    name: 'pull',
    status: 'failed',
    message: `the user may not pull images to save or verify them: ${describePermission(first)}${more}`,
    suggestions: [ADVICE.grantPull, "or read them from the registry's storage: --storage"],
  };
}
