import type { Permission } from '../../cluster/access-review.js';
import { GRANT_TAG_DELETION } from '../../model/tag-advice.js';
import type { ImagePrunePlan } from '../plan/plan.js';
import type { ClusterChecks } from '../ports.js';
import type { PreflightCheck } from './check.js';
import { checkInNamespaces, type NeededPermission } from './in-namespaces.js';

/** What removes a tag from the spec of an image stream; the role of pruners lacks it. */
const DELETE_TAG: Permission = { verb: 'delete', group: 'image.openshift.io', resource: 'imagestreamtags' };

/**
 * Checks that the user may delete the tags of the plan that the spec of an image stream has. Tags that only the status
 * has go with the update of their stream.
 * @returns undefined if the plan has no such tags
 */
export async function checkTagDeletion(
  { streams }: Pick<ImagePrunePlan, 'streams'>,
  cluster: Pick<ClusterChecks, 'reviewAccess'>,
  signal?: AbortSignal,
): Promise<PreflightCheck | undefined> {
  const concerned = streams.filter(({ expired }) => expired.some(({ inSpec, whole }) => inSpec && whole));
  if (concerned.length === 0) return undefined;
  const needed: NeededPermission = {
    name: 'tags',
    permission: DELETE_TAG,
    namespaces: [...new Set(concerned.map(({ stream }) => stream.namespace))],
    passes: 'the user may delete the tags that expire',
    fails: 'the user may not delete tags that expire and that the spec of their image stream has',
    suggestions: GRANT_TAG_DELETION,
  };
  return checkInNamespaces(needed, cluster, signal);
}
