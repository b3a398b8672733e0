import { ApiError, isForbidden } from '../cluster/api-error.js';
import { describePermission, type Permission } from '../cluster/access-review.js';
import { qualifiedName, type ListedResource } from '../cluster/resources.js';
import type { RunContext } from '../deletion/run-context.js';
import { RegadmError } from '../model/errors.js';
import type { ObjectPruneFeature } from './feature.js';
import type { PrunableKind } from './plan/object.js';
import type { ObjectPrunePlan } from './plan/plan.js';
import type { ObjectPrunePorts } from './ports.js';

/** Permissions that are granted together: the same verbs for some resources. */
interface Needed {
  role: string;
  verbs: readonly string[];
  resources: readonly ListedResource[];
}

/**
 * Checks before the first deletion that the user may read and delete every kind of object in the plan, and may read the
 * owners that orphans must not have. An API server that does not answer access reviews does not stop the run: the
 * deletions then show it.
 * @returns the error for a confirmed run; undefined if nothing is missing
 * @throws ApiError if the API server fails
 */
export async function missingPermissions(
  ports: ObjectPrunePorts,
  { feature, plan }: { feature: ObjectPruneFeature; plan: ObjectPrunePlan },
  { signal }: RunContext,
): Promise<RegadmError | undefined> {
  const { namespace } = plan.options;
  const missing = await Promise.all(
    neededFor(feature, plan).map(async (needed) => {
      const permissions = needed.resources.flatMap(({ group, resource }): Permission[] =>
        needed.verbs.map((verb) => ({ verb, group, resource, namespace })),
      );
      const reviews = await Promise.all(permissions.map((permission) => ports.reviewAccess(permission, signal)));
      return { needed, denied: permissions.filter((_, index) => reviews[index]!.access === 'denied') };
    }),
  );
  return toError(missing.filter(({ denied }) => denied.length > 0));
}

function neededFor(feature: ObjectPruneFeature, { deletions }: ObjectPrunePlan): Needed[] {
  const kinds = new Set<PrunableKind>(deletions.map(({ object }) => object.kind));
  const owners = new Set<string>(
    deletions.flatMap(({ because }) => (because.because === 'orphan' && because.owner ? [because.owner.kind] : [])),
  );
  return [
    toDelete([...kinds].map((kind) => feature.kinds[kind]!.resource)),
    { role: 'regadm-read-owners', verbs: ['get'], resources: [...owners].map((kind) => feature.owners[kind]!) },
  ];
}

/** Returns the permissions that deletions need. */
function toDelete(resources: readonly ListedResource[]): Needed {
  return { role: 'regadm-prune-objects', verbs: ['get', 'delete'], resources };
}

/** Names the missing permission in an error of a deletion, which names the role of image pruners otherwise. */
export function withPermission(error: unknown, resource: ListedResource): unknown {
  if (!(error instanceof ApiError) || !isForbidden(error)) return error;
  const { message, code, status, reason, answer, step } = error;
  const suggestions = [grantAdvice(toDelete([resource]))];
  return new ApiError(message, { code, status, reason, answer, step, suggestions, cause: error });
}

function toError(missing: readonly { needed: Needed; denied: readonly Permission[] }[]): RegadmError | undefined {
  const denied = missing.flatMap((one) => one.denied);
  if (denied.length === 0) return undefined;
  return new RegadmError(`the user may not ${denied.map(describePermission).join(', ')}`, {
    code: 'FORBIDDEN',
    suggestions: missing.map(({ needed }) => grantAdvice(needed)),
  });
}

/** Returns the command that gives a user these permissions: `system:image-pruner` lacks them. */
export function grantAdvice({ role, verbs, resources }: Needed): string {
  const names = resources.map(qualifiedName).join(',');
  const allVerbs = ['list', ...verbs].join(',');
  return `grant it: oc create clusterrole ${role} --verb=${allVerbs} --resource=${names} && oc adm policy add-cluster-role-to-user ${role} USER`;
}
