import type { Permission } from '../cluster/access-review.js';
import { clusterRoleBinding } from '../in-cluster/access.js';
import { PRUNER_ROLE } from '../model/openshift.js';
import { CHANGE_MODE, READ_IMAGES } from '../operator/permissions.js';
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

function permissionsOf({ readOnly }: HardPruneJobRequest, { access }: Place): Permission[] {
  const ofStore = access.via === 'store' ? access.permissions : [];
  return [...READ_IMAGES, ...(readOnly === 'skip' ? [] : [...FOLLOW_IMAGES, ...CHANGE_MODE]), ...ofStore];
}
