import { REGISTRY_NAMESPACE } from '../model/openshift.js';
import { inRegistryNamespace, ofCluster } from './labels.js';

const RBAC_GROUP = 'rbac.authorization.k8s.io';
const RBAC = `${RBAC_GROUP}/v1`;

/** A rule of a role. */
export interface Rule {
  apiGroups: string[];
  resources: string[];
  /** Absent: all objects. */
  resourceNames?: string[];
  verbs: string[];
}

/** Returns the service account of the pods. */
export function serviceAccount(app: string): object {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: inRegistryNamespace(app) };
}

/** Returns a cluster role and its binding to the service account. */
export function ownClusterRole(app: string, name: string, rules: Rule[]): object[] {
  return [
    { apiVersion: RBAC, kind: 'ClusterRole', metadata: ofCluster(app, name), rules },
    clusterRoleBinding(app, name, name),
  ];
}

/** Returns the binding of a cluster role to the service account. */
export function clusterRoleBinding(app: string, name: string, role: string): object {
  return {
    apiVersion: RBAC,
    kind: 'ClusterRoleBinding',
    metadata: ofCluster(app, name),
    roleRef: { apiGroup: RBAC_GROUP, kind: 'ClusterRole', name: role },
    subjects: subjects(app),
  };
}

function subjects(app: string): object[] {
  return [{ kind: 'ServiceAccount', name: app, namespace: REGISTRY_NAMESPACE }];
}

/** Returns a role in a namespace and its binding to the service account. */
export function ownRole(app: string, namespace: string, rules: Rule[]): object[] {
  const metadata = { ...ofCluster(app), namespace };
  return [
    { apiVersion: RBAC, kind: 'Role', metadata, rules },
    {
      apiVersion: RBAC,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: RBAC_GROUP, kind: 'Role', name: app },
      subjects: subjects(app),
    },
  ];
}
