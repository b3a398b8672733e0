import type { Permission } from '../cluster/access-review.js';
import { clusterRoleBinding, ownClusterRole, ownRole, serviceAccount, type Rule } from '../in-cluster/access.js';
import { PRUNER_ROLE } from '../model/openshift.js';
import { CHANGE_MODE, READ_IMAGES } from '../operator/permissions.js';
import type { Place } from './place.js';
import { APP, type HardPruneJobRequest } from './request.js';

/** Returns the service account, and roles with exactly what this run needs, with their bindings. */
export function accessObjects(request: HardPruneJobRequest, place: Place): object[] {
  const permissions = permissionsOf(request, place);
  const namespaces = [...new Set(permissions.flatMap(({ namespace }) => namespace ?? []))].sort();
  const clusterWide = permissions.filter(({ namespace }) => namespace === undefined);
  return [
    serviceAccount(APP),
    ...ownClusterRole(APP, APP, rulesOf(clusterWide)),
    ...namespaces.flatMap((name) =>
      ownRole(APP, name, rulesOf(permissions.filter(({ namespace }) => namespace === name))),
    ),
    ...(request.pruneImages ? [clusterRoleBinding(APP, `${APP}-images`, PRUNER_ROLE)] : []),
  ];
}

/** A run that switches the mode lists only once, and then follows what changes. */
const FOLLOW_IMAGES: Permission[] = READ_IMAGES.map((permission) => ({ ...permission, verb: 'watch' }));

function permissionsOf({ readOnly }: HardPruneJobRequest, { access }: Place): Permission[] {
  const ofStore = access.via === 'store' ? access.permissions : [];
  return [...READ_IMAGES, ...(readOnly === 'skip' ? [] : [...FOLLOW_IMAGES, ...CHANGE_MODE]), ...ofStore];
}

/** Returns one rule per resource and name, with all its verbs. */
function rulesOf(permissions: Permission[]): Rule[] {
  const rules = new Map<string, Rule>();
  for (const { group, resource, subresource, name, verb } of permissions) {
    const path = subresource === undefined ? resource : `${resource}/${subresource}`;
    const key = JSON.stringify([group, path, name]);
    const verbs = rules.get(key)?.verbs ?? [];
    rules.set(key, {
      apiGroups: [group],
      resources: [path],
      ...(name === undefined ? {} : { resourceNames: [name] }),
      verbs: [...new Set([...verbs, verb])],
    });
  }
  return [...rules.values()];
}
