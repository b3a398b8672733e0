import { describePermission, type Permission } from '../../cluster/access-review.js';
import { ADVICE } from '../../model/advice.js';
import { RegadmError } from '../../model/errors.js';
import { mapParallel } from '../../kit/parallel.js';
import type { RepositoryName } from '../../model/names/repository-name.js';
import { isLabeled } from '../plan/labels.js';
import type { PlannedImage, RestorePlan } from '../plan/plan.js';
import type { RestorePorts } from '../ports.js';

/** A permission, and the command that grants it. */
interface Needed {
  permission: Permission;
  grant: string;
}

/** Maximum concurrent access reviews. */
const CONCURRENCY = 4;
const GROUP = 'image.openshift.io';

/**
 * Checks that the user may pull from repositories. If not, nothing shows what they have, and the error also names
 * everything that a restore of `plan` needs.
 * @param plan for repositories that have nothing
 * @throws RegadmError FORBIDDEN with the commands that grant what is missing
 */
export async function assertMayPull(
  ports: RestorePorts,
  { repositories, plan }: { repositories: readonly RepositoryName[]; plan?: RestorePlan },
  signal: AbortSignal,
): Promise<void> {
  const pulls = namespacesOf(repositories).map(toPull);
  if (!(await missingPermissions(ports, pulls, signal))) return;
  const needed = [...pulls, ...(plan ? neededFor(plan) : [])];
  const unique = new Map(needed.map((one) => [describePermission(one.permission), one]));
  const missing = await missingPermissions(ports, [...unique.values()], signal);
  if (missing) throw missing;
}

/**
 * Checks that the user may do what the plan does, and nothing else. If the API server does not answer access reviews,
 * nothing counts as missing: the run then shows it.
 * @returns the error for a confirmed run; undefined if nothing is missing
 * @throws ApiError if the API server fails
 */
export function missingForPlan(
  ports: RestorePorts,
  plan: RestorePlan,
  signal: AbortSignal,
): Promise<RegadmError | undefined> {
  return missingPermissions(ports, neededFor(plan), signal);
}

/** Returns the permissions that a plan needs besides those for reading. */
function neededFor({ images, streams }: RestorePlan): Needed[] {
  const possible = images.filter(({ obstacle }) => !obstacle);
  const pushed = possible.flatMap(({ targets }) =>
    targets.filter(({ manifest, blobs }) => manifest || blobs.length > 0).map(({ repository }) => repository),
  );
  const changed = streams.filter(({ items }) => items.some(({ exists, obstacle }) => !exists && !obstacle));
  const keysOf = (list: typeof streams): RepositoryName[] => list.map(({ key }) => key);
  const missing = possible.filter(({ exists }) => !exists);
  const inRegistry = new Set(possible.filter(({ targets }) => targets.length > 0).map(({ name }) => name));
  const verified = changed.filter(({ items }) => items.some(({ saved }) => inRegistry.has(saved.item.image)));
  return [
    ...namespacesOf(pushed).map(toPush),
    // The verification pulls from the streams that list the images.
    ...namespacesOf(keysOf(verified)).map(toPull),
    ...namespacesOf(keysOf(changed.filter(({ create }) => create))).map(toCreateStreams),
    ...namespacesOf(keysOf(changed)).map(toUpdateStatus),
    // OpenShift's registry creates the object of an image that is pushed. Whether another one does, only a push shows.
    ...(missing.some(({ targets }) => targets.length === 0) ? [onImages('create')] : []),
    ...(possible.some(isPatched) ? [onImages('patch')] : []),
  ];
}

function isPatched({ exists, labels, saved }: PlannedImage): boolean {
  return exists ? labels : saved !== undefined && isLabeled(saved);
}

async function missingPermissions(
  { cluster }: RestorePorts,
  needed: readonly Needed[],
  signal: AbortSignal,
): Promise<RegadmError | undefined> {
  const reviews = await mapParallel(needed, CONCURRENCY, ({ permission }) => cluster.reviewAccess(permission, signal));
  const denied = needed.filter((_, at) => reviews[at]!.access === 'denied');
  if (denied.length === 0) return undefined;
  const names = denied.map(({ permission }) => describePermission(permission));
  return new RegadmError(`the user may not ${names.join(', ')}`, {
    code: 'FORBIDDEN',
    suggestions: [...new Set(denied.map(({ grant }) => grant))],
  });
}

function namespacesOf(keys: readonly RepositoryName[]): string[] {
  return [...new Set(keys.map((key) => key.slice(0, key.indexOf('/'))))].sort();
}

function toPull(namespace: string): Needed {
  return {
    permission: { verb: 'get', group: GROUP, resource: 'imagestreams', subresource: 'layers', namespace },
    grant: `grant pulling: oc policy add-role-to-user registry-viewer USER -n ${namespace}`,
  };
}

function toPush(namespace: string): Needed {
  return {
    permission: { verb: 'update', group: GROUP, resource: 'imagestreams', subresource: 'layers', namespace },
    grant: `grant pushing: oc policy add-role-to-user system:image-pusher USER -n ${namespace}`,
  };
}

function toCreateStreams(namespace: string): Needed {
  return {
    permission: { verb: 'create', group: GROUP, resource: 'imagestreams', namespace },
    grant: `grant the creation of image streams: oc policy add-role-to-user registry-editor USER -n ${namespace}`,
  };
}

function toUpdateStatus(namespace: string): Needed {
  return {
    permission: { verb: 'update', group: GROUP, resource: 'imagestreams', subresource: 'status', namespace },
    grant: ADVICE.grantPruner,
  };
}

function onImages(verb: 'create' | 'patch'): Needed {
  return { permission: { verb, group: GROUP, resource: 'images' }, grant: grantOnImages(verb) };
}

/** Returns the remedy for a missing permission on images. */
export function grantOnImages(verb: 'create' | 'patch'): string {
  const role = `regadm-${verb}-images`;
  return `grant it: oc create clusterrole ${role} --verb=${verb} --resource=images.image.openshift.io && oc adm policy add-cluster-role-to-user ${role} USER`;
}
