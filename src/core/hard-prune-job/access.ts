import type { Permission } from '../cluster/access-review.js';
import { clusterRoleBinding } from '../in-cluster/access.js';
import { PRUNER_ROLE, REGISTRY_NAMESPACE } from '../model/openshift.js';
import { CHANGE_MODE, READ_IMAGES, READ_PROCESSES, RESTART } from '../operator/permissions.js';
import { accessObjects } from '../storage-job/access.js';
import type { Place } from '../storage-job/place.js';
import { APP, type HardPruneJobRequest } from './request.js';

/** Returns the service account, and roles with exactly what this run needs, with their bindings. */
export function hardPruneAccess(request: HardPruneJobRequest, place: Place): object[] {
  return [
    ...accessObjects(APP, permissionsOf(request, place)),
    ...(request.pruneImages ? [clusterRoleBinding(APP, `${APP}-images`, PRUNER_ROLE)] : []),
  ];
}

/** A run that switches the mode lists only once, and then follows what changes. */
const FOLLOW_IMAGES: Permission[] = READ_IMAGES.map((permission) => ({ ...permission, verb: 'watch' }));

function permissionsOf(request: HardPruneJobRequest, { access }: Place): Permission[] {
  const ofStore = access.via === 'store' ? access.permissions : [];
  const ofClaim = access.via === 'claim' && request.online?.restarts ? [readClaim(access.mount.claim)] : [];
  return [...READ_IMAGES, ...ofRun(request), ...ofStore, ...ofClaim];
}

/** Returns what a run needs besides reading what is in use. */
function ofRun({ readOnly, online }: HardPruneJobRequest): Permission[] {
  if (readOnly === 'skip') return [];
  if (online) return online.restarts ? RESTART : READ_PROCESSES;
  return [...FOLLOW_IMAGES, ...CHANGE_MODE];
}

/** A run states whether its restart of the registry is a short outage, which depends on the volume. */
function readClaim(name: string): Permission {
  return { verb: 'get', group: '', resource: 'persistentvolumeclaims', name, namespace: REGISTRY_NAMESPACE };
}
