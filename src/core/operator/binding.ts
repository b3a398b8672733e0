import type { ClusterApi, KubeObject } from '../cluster/api.js';
import { createObject, deleteObject, findObject, listObjects, type ObjectReference } from '../cluster/objects.js';
import { apiVersionOf, defineResource } from '../cluster/resources.js';
import { PRUNER_ROLE, REGISTRY_NAMESPACE } from '../model/openshift.js';

const BINDINGS = defineResource('rbac.authorization.k8s.io/v1', 'clusterrolebindings', 'ClusterRoleBinding', {
  namespaced: false,
});
/** Prefix of the names of regadm's own cluster role bindings. */
export const BINDING_PREFIX = 'regadm-hard-prune-';
const MANAGED_BY = 'app.kubernetes.io/managed-by';

interface Binding extends KubeObject {
  roleRef?: { kind?: string; name?: string };
  subjects?: { kind: string; name: string; namespace?: string }[];
}

/**
 * True when a service account of the registry has the pruner role by a binding that is not regadm's.
 * @throws ApiError
 */
export async function hasPrunerRole(api: ClusterApi, serviceAccount: string): Promise<boolean> {
  const bindings: Binding[] = await listObjects(api, BINDINGS);
  return bindings.some(
    (binding) =>
      binding.roleRef?.kind !== 'Role' &&
      binding.roleRef?.name === PRUNER_ROLE &&
      !isOwn(binding) &&
      bindsAccount(binding, serviceAccount),
  );
}

/**
 * Binds the pruner role to a service account of the registry. An existing binding of that name is regadm's own.
 * @throws ApiError
 */
export async function createBinding(api: ClusterApi, name: string, serviceAccount: string): Promise<void> {
  const body = {
    apiVersion: apiVersionOf(BINDINGS),
    kind: BINDINGS.kind,
    metadata: { name, labels: { [MANAGED_BY]: 'regadm' } },
    roleRef: { apiGroup: BINDINGS.group, kind: 'ClusterRole', name: PRUNER_ROLE },
    subjects: [{ kind: 'ServiceAccount', name: serviceAccount, namespace: REGISTRY_NAMESPACE }],
  };
  await createObject(api, bindingNamed(name), body);
}

/** Removes one of regadm's own bindings; does nothing when it does not exist, or is not regadm's. @throws ApiError */
export async function removeBinding(api: ClusterApi, name: string): Promise<void> {
  const binding = await findObject<Binding>(api, bindingNamed(name));
  if (binding && isOwn(binding)) await deleteObject(api, bindingNamed(name), { uid: binding.metadata.uid });
}

function bindingNamed(name: string): ObjectReference {
  return { resource: BINDINGS, name };
}

const isOwn = ({ metadata }: Binding): boolean =>
  metadata.labels?.[MANAGED_BY] === 'regadm' && metadata.name.startsWith(BINDING_PREFIX);

/** Returns whether a binding applies to the account: directly, as a user, or through a group of service accounts. */
function bindsAccount({ subjects = [] }: Binding, account: string): boolean {
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${REGISTRY_NAMESPACE}`];
  return subjects.some(({ kind, name, namespace }) => {
    if (kind === 'ServiceAccount') return name === account && namespace === REGISTRY_NAMESPACE;
    if (kind === 'User') return name === `system:serviceaccount:${REGISTRY_NAMESPACE}:${account}`;
    return kind === 'Group' && groups.includes(name);
  });
}
