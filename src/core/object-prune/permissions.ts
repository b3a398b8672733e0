import { describePermission, type AccessReview, type Permission } from '../cluster/access-review.js';
import { qualifiedName, type ListedResource } from '../cluster/resources.js';
import type { RunContext } from '../deletion/run-context.js';
import { RegadmError } from '../model/errors.js';
import type { ObjectPruneFeature } from './feature.js';
import type { PrunableKind } from './plan/object.js';
import type { ObjectPrunePlan } from './plan/plan.js';
import type { ObjectPrunePorts } from './ports.js';

/**
 * Checks before the first deletion that the user may read and delete every kind of object in the plan. An API server
 * that does not answer access reviews does not stop the run: the deletions then show it.
 * @returns the error for a confirmed run; undefined if nothing is missing
 * @throws ApiError if the API server fails
 */
export async function missingPermissions(
  ports: ObjectPrunePorts,
  { feature, plan }: { feature: ObjectPruneFeature; plan: ObjectPrunePlan },
  { signal }: RunContext,
): Promise<RegadmError | undefined> {
  const { namespace } = plan.options;
  const kinds = new Set<PrunableKind>(plan.deletions.map(({ object }) => object.kind));
  const resources = [...kinds].map((kind) => feature.kinds[kind]!.resource);
  const permissions = resources.flatMap(({ group, resource }): Permission[] =>
    ['get', 'delete'].map((verb) => ({ verb, group, resource, namespace })),
  );
  const reviews = await Promise.all(permissions.map((permission) => ports.reviewAccess(permission, signal)));
  return toError(resources, permissions, reviews);
}

function toError(
  resources: readonly ListedResource[],
  permissions: readonly Permission[],
  reviews: readonly AccessReview[],
): RegadmError | undefined {
  const denied = permissions.filter((_, index) => reviews[index]!.access === 'denied');
  if (denied.length === 0) return undefined;
  const names = resources.map(qualifiedName).join(',');
  return new RegadmError(`the user may not ${denied.map(describePermission).join(', ')}`, {
    code: 'FORBIDDEN',
    suggestions: [
      `grant it: oc create clusterrole regadm-prune-objects --verb=get,list,delete --resource=${names} && oc adm policy add-cluster-role-to-user regadm-prune-objects USER`,
    ],
  });
}
