import type { ClusterApi, KubeObject } from '../cluster/api.js';
import { ApiError, apiError } from '../cluster/api-error.js';
import { REGISTRY_NAMESPACE } from '../model/openshift.js';

const PATH = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings';
const ROLE = 'system:image-pruner';
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
  const list = await api.get<{ items?: Binding[] | null }>(PATH);
  return (list.items ?? []).some(
    (binding) =>
      binding.roleRef?.kind !== 'Role' &&
      binding.roleRef?.name === ROLE &&
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
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name, labels: { [MANAGED_BY]: 'regadm' } },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: ROLE },
    subjects: [{ kind: 'ServiceAccount', name: serviceAccount, namespace: REGISTRY_NAMESPACE }],
  };
  const response = await api.request('POST', PATH, { body });
  if (![200, 201, 202, 409].includes(response.status))
    throw apiError(response, `cannot create the cluster role binding ${name}`);
}

/** Removes one of regadm's own bindings; does nothing when it does not exist, or is not regadm's. @throws ApiError */
export async function removeBinding(api: ClusterApi, name: string): Promise<void> {
  let binding: Binding;
  try {
    binding = await api.get<Binding>(`${PATH}/${name}`);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return;
    throw error;
  }
  if (!isOwn(binding)) return;
  const response = await api.request('DELETE', `${PATH}/${name}`);
  if (![200, 202, 404].includes(response.status))
    throw apiError(response, `cannot delete the cluster role binding ${name}`);
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
