import { describePermission, type Permission } from '../../cluster/access-review.js';
import { mapParallel } from '../../kit/parallel.js';
import type { ClusterChecks } from '../ports.js';
import { failedWith, notChecked, passed, type PreflightCheck, type PreflightName } from './check.js';
import { counted } from '../../model/values/counted.js';

/** Maximum concurrent access reviews. */
const CONCURRENCY = 4;
/** Maximum number of namespaces that are checked one by one. */
const MAX_NAMESPACES = 200;

/** A permission that is needed in some namespaces. */
export interface NeededPermission {
  name: PreflightName;
  permission: Permission;
  namespaces: readonly string[];
  /** What to say if the user has it: "the user may …". */
  passes: string;
  /** What to say if not, before the permission: "the user may not …". */
  fails: string;
  suggestions: string[];
}

/** Checks that the user has a permission in the whole cluster, or else in each of these namespaces. */
export async function checkInNamespaces(
  { name, permission, namespaces, passes, fails, suggestions }: NeededPermission,
  cluster: Pick<ClusterChecks, 'reviewAccess'>,
  signal?: AbortSignal,
): Promise<PreflightCheck> {
  try {
    const everywhere = await cluster.reviewAccess(permission, signal);
    if (everywhere.access === 'allowed') return passed(name, passes);
    const checked = namespaces.slice(0, MAX_NAMESPACES).map((namespace) => ({ ...permission, namespace }));
    const reviews = await mapParallel(checked, CONCURRENCY, (each) => cluster.reviewAccess(each, signal));
    const unanswered = [everywhere, ...reviews].find(({ access }) => access === 'unanswered');
    if (unanswered)
      return notChecked(name, `the API server did not answer the access review (status ${unanswered.status})`);
    const denied = checked.filter((_, index) => reviews[index]!.access === 'denied');
    const [first] = denied;
    if (!first) return passed(name, passes);
    const more = denied.length > 1 ? `, and in ${counted(denied.length - 1, 'more namespace')}` : '';
    return { name, status: 'failed', message: `${fails}: ${describePermission(first)}${more}`, suggestions };
  } catch (error) {
    return failedWith(name, error);
  }
}
