import { describePermission, reviewAccess, type Permission } from '../cluster/access-review.js';
import type { ClusterApi } from '../cluster/api.js';
import { mapParallel } from '../kit/parallel.js';
import { RegadmError } from '../model/errors.js';
import { REGISTRY_NAMESPACE } from '../model/openshift.js';

const IMAGE_GROUP = 'image.openshift.io';
const CONFIGS = 'imageregistry.operator.openshift.io';
const IN_REGISTRY = { namespace: REGISTRY_NAMESPACE };
/** Maximum concurrent access reviews. */
const CONCURRENCY = 16;

/** Needed to find out which images are in use. */
export const READ_IMAGES: Permission[] = [
  { verb: 'list', group: IMAGE_GROUP, resource: 'images' },
  { verb: 'list', group: IMAGE_GROUP, resource: 'imagestreams' },
];

/** Needed to run the registry's pruner in its pod. */
export const EXEC_IN_POD: Permission[] = [
  { verb: 'list', group: '', resource: 'pods', ...IN_REGISTRY },
  { verb: 'create', group: '', resource: 'pods', subresource: 'exec', ...IN_REGISTRY },
];

/** Needed to lock the registry, change its mode and wait for the roll-out. */
export const CHANGE_MODE: Permission[] = [
  { verb: 'get', group: CONFIGS, resource: 'configs', name: 'cluster' },
  { verb: 'patch', group: CONFIGS, resource: 'configs', name: 'cluster' },
  { verb: 'get', group: 'apps', resource: 'deployments', name: 'image-registry', ...IN_REGISTRY },
  { verb: 'list', group: '', resource: 'pods', ...IN_REGISTRY },
];

/** Needed to see which processes serve the registry, and whether a hard prune has locked it. */
export const READ_PROCESSES: Permission[] = [
  { verb: 'get', group: CONFIGS, resource: 'configs', name: 'cluster' },
  { verb: 'list', group: '', resource: 'pods', ...IN_REGISTRY },
];

/** Needed to restart the registry and wait for the end of its old processes. */
export const RESTART: Permission[] = [
  ...READ_PROCESSES,
  { verb: 'get', group: 'apps', resource: 'deployments', name: 'image-registry', ...IN_REGISTRY },
  { verb: 'patch', group: 'apps', resource: 'deployments', name: 'image-registry', ...IN_REGISTRY },
];

/** Needed to give the registry's service account the pruner role while the pruner runs. */
export const BIND_ROLE: Permission[] = ['list', 'get', 'create', 'delete'].map((verb) => ({
  verb,
  group: 'rbac.authorization.k8s.io',
  resource: 'clusterrolebindings',
}));

/** What the registry asks the API server for at every pull. */
export const PULL: Permission = { verb: 'get', group: IMAGE_GROUP, resource: 'imagestreams', subresource: 'layers' };

/**
 * Checks that the user has all these permissions, before anything is changed. If the API server does not answer a
 * review, the run continues: the requests themselves then show what is forbidden.
 * @throws RegadmError FORBIDDEN that names each missing permission; ApiError if the API server cannot be reached
 */
export async function assertPermissions(api: ClusterApi, permissions: Permission[]): Promise<void> {
  const distinct = [...new Map(permissions.map((permission) => [describePermission(permission), permission])).values()];
  const reviews = await mapParallel(distinct, CONCURRENCY, (permission) => reviewAccess(api, permission));
  const missing = distinct.filter((_, index) => reviews[index]!.access === 'denied').map(describePermission);
  if (missing.length === 0) return;
  throw new RegadmError(`missing permission${missing.length > 1 ? 's' : ''}: ${missing.join('; ')}`, {
    code: 'FORBIDDEN',
    suggestions: ['run the command as a cluster administrator, or have these permissions granted; nothing was changed'],
  });
}
