import type { ClusterApi } from './api.js';
import { REGISTRY_NAMESPACE } from '../model/openshift.js';
import { failure } from './api-error.js';
import { RegadmError } from '../model/errors.js';

export interface Permission {
  verb: string;
  group: string;
  resource: string;
  subresource?: string;
  namespace?: string;
  name?: string;
}

const IMAGE_GROUP = 'image.openshift.io';
const IN_REGISTRY = { namespace: REGISTRY_NAMESPACE };

/** To see what is in use. */
export const READ_IMAGES: Permission[] = [
  { verb: 'list', group: IMAGE_GROUP, resource: 'images' },
  { verb: 'list', group: IMAGE_GROUP, resource: 'imagestreams' },
];

/** To run the registry's pruner in its pod. */
export const EXEC_IN_POD: Permission[] = [
  { verb: 'list', group: '', resource: 'pods', ...IN_REGISTRY },
  { verb: 'create', group: '', resource: 'pods', subresource: 'exec', ...IN_REGISTRY },
];

/** To hold and change the registry's mode, and to see it carried out. */
export const CHANGE_MODE: Permission[] = [
  { verb: 'get', group: 'imageregistry.operator.openshift.io', resource: 'configs', name: 'cluster' },
  { verb: 'patch', group: 'imageregistry.operator.openshift.io', resource: 'configs', name: 'cluster' },
  { verb: 'get', group: 'apps', resource: 'deployments', name: 'image-registry', ...IN_REGISTRY },
  { verb: 'list', group: '', resource: 'pods', ...IN_REGISTRY },
];

/** To give the registry's service account the role for as long as it is needed. */
export const BIND_ROLE: Permission[] = ['list', 'get', 'create', 'delete'].map((verb) => ({
  verb,
  group: 'rbac.authorization.k8s.io',
  resource: 'clusterrolebindings',
}));

/**
 * Asks the API server whether the user may do all this, before anything is done.
 * @throws RegadmError FORBIDDEN that names each missing permission: which verb on what
 */
export async function assertPermissions(api: ClusterApi, permissions: Permission[]): Promise<void> {
  const distinct = [...new Map(permissions.map((permission) => [describe(permission), permission])).values()];
  const allowed = await Promise.all(distinct.map((permission) => isAllowed(api, permission)));
  const missing = distinct.filter((_, index) => !allowed[index]).map(describe);
  if (missing.length === 0) return;
  throw new RegadmError(`missing permission${missing.length > 1 ? 's' : ''}: ${missing.join('; ')}`, {
    code: 'FORBIDDEN',
    suggestions: ['run it as a cluster administrator, or have these permissions granted; nothing was changed'],
  });
}

async function isAllowed(
  api: ClusterApi,
  { verb, group, resource, subresource, namespace, name }: Permission,
): Promise<boolean> {
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes: { verb, group, resource, subresource, namespace, name } },
  };
  const response = await api.request('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', { body });
  // Where reviews are not answered, the requests themselves will say what is forbidden.
  if (response.status === 401) throw failure(response, 'the API server refused the login');
  if (response.status !== 201 && response.status !== 200) return true;
  return response.json<{ status?: { allowed?: boolean } }>().status?.allowed ?? false;
}

/** `create pods/exec in namespace openshift-image-registry`. */
function describe({ verb, group, resource, subresource, namespace, name }: Permission): string {
  const what = `${resource}${group ? `.${group}` : ''}${subresource ? `/${subresource}` : ''}${name ? `/${name}` : ''}`;
  return `${verb} ${what}${namespace ? ` in namespace ${namespace}` : ' at the cluster scope'}`;
}
