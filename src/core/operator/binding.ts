import type { ClusterApi, KubeObject } from '../cluster/api.js';
import { REGISTRY_NAMESPACE } from '../model/openshift.js';
import { apiError } from '../cluster/api-error.js';
import { ApiError } from '../cluster/api-error.js';

const PATH = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings';
const ROLE = 'system:image-pruner';
export const BINDING_PREFIX = 'regadm-hard-prune-';
const OWN_LABEL = { 'app.kubernetes.io/managed-by': 'regadm' };

interface Binding extends KubeObject {
  roleRef?: { kind?: string; name?: string };
  subjects?: { kind: string; name: string; namespace?: string }[];
}

/** True when the registry's service account has the pruner role by a binding that is not regadm's. @throws ApiError */
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

/** Binds the pruner role to the registry's service account. One of that name that is there already is taken for ours. @throws ApiError */
export async function createBinding(api: ClusterApi, name: string, serviceAccount: string): Promise<void> {
  const body = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name, labels: OWN_LABEL },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: ROLE },
    subjects: [{ kind: 'ServiceAccount', name: serviceAccount, namespace: REGISTRY_NAMESPACE }],
  };
  const response = await api.request('POST', PATH, { body });
  if (![200, 201, 202, 409].includes(response.status))
    throw apiError(response, `cannot create the cluster role binding ${name}`);
}

/** Removes a binding of regadm's own; one that is gone, or is not regadm's, is left as it is. @throws ApiError */
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
  metadata.labels?.['app.kubernetes.io/managed-by'] === 'regadm' && metadata.name.startsWith(BINDING_PREFIX);

function bindsAccount({ subjects = [] }: Binding, account: string): boolean {
  return subjects.some(({ kind, name, namespace }) => {
    if (kind === 'ServiceAccount') return name === account && namespace === REGISTRY_NAMESPACE;
    if (kind === 'User') return name === `system:serviceaccount:${REGISTRY_NAMESPACE}:${account}`;
    return (
      kind === 'Group' && ['system:serviceaccounts', `system:serviceaccounts:${REGISTRY_NAMESPACE}`].includes(name)
    );
  });
}
