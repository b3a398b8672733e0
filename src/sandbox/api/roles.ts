import { REGISTRY_NAMESPACE } from '../names.js';
import type { KubeObject } from '../../core/model/kube.js';
import type { PolicyRule } from '../types.js';

const READ = ['get', 'list'];

/** Rules of the cluster role `system:image-pruner` in OpenShift: it can watch only images and image streams. */
const IMAGE_PRUNER_RULES: PolicyRule[] = [
  { apiGroups: [''], resources: ['pods', 'replicationcontrollers'], verbs: READ },
  { apiGroups: [''], resources: ['limitranges'], verbs: ['list'] },
  { apiGroups: ['build.openshift.io', ''], resources: ['buildconfigs', 'builds'], verbs: READ },
  { apiGroups: ['apps.openshift.io', ''], resources: ['deploymentconfigs'], verbs: READ },
  { apiGroups: ['batch'], resources: ['jobs', 'cronjobs'], verbs: READ },
  { apiGroups: ['apps'], resources: ['daemonsets', 'deployments', 'replicasets', 'statefulsets'], verbs: READ },
  { apiGroups: ['image.openshift.io', ''], resources: ['images'], verbs: ['delete'] },
  { apiGroups: ['image.openshift.io', ''], resources: ['images', 'imagestreams'], verbs: [...READ, 'watch'] },
  { apiGroups: ['image.openshift.io', ''], resources: ['imagestreams/status'], verbs: ['update'] },
];

const BASIC_USER_RULES: PolicyRule[] = [
  {
    apiGroups: ['authorization.k8s.io'],
    resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
    verbs: ['create'],
  },
  { apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'], verbs: ['create'] },
  { apiGroups: ['user.openshift.io'], resources: ['users'], resourceNames: ['~'], verbs: ['get'] },
];

const DISCOVERY_URLS = ['/api', '/api/*', '/apis', '/apis/*', '/openapi', '/openapi/*', '/version', '/version/'];
const HEALTH_URLS = ['/healthz', '/livez', '/readyz', '/version', '/version/'];

const REGISTRY_RULES: PolicyRule[] = [
  { apiGroups: [''], resources: ['limitranges', 'resourcequotas'], verbs: ['list'] },
  { apiGroups: ['image.openshift.io'], resources: ['imagestreamimages', 'imagestreams/layers'], verbs: ['get'] },
  {
    apiGroups: ['image.openshift.io'],
    resources: ['imagestreams'],
    verbs: ['create', 'get', 'list', 'update', 'watch'],
  },
  { apiGroups: ['image.openshift.io'], resources: ['imagestreamtags'], verbs: ['delete', 'get'] },
  { apiGroups: ['image.openshift.io'], resources: ['images'], verbs: ['get', 'update'] },
  { apiGroups: ['image.openshift.io'], resources: ['imagestreammappings'], verbs: ['create'] },
];

const LAYERS = { apiGroups: ['image.openshift.io', ''], resources: ['imagestreams/layers'] };
const READ_IMAGES = ['imagestreamimages', 'imagestreammappings', 'imagestreams', 'imagestreamtags'];

/** Rules of the role that lets a user read the images of a project. */
const REGISTRY_VIEWER_RULES: PolicyRule[] = [
  { apiGroups: ['image.openshift.io', ''], resources: READ_IMAGES, verbs: [...READ, 'watch'] },
  { ...LAYERS, verbs: ['get'] },
  { apiGroups: [''], resources: ['namespaces'], verbs: ['get'] },
];

const role = (name: string, rules: PolicyRule[]): KubeObject => ({ metadata: { name }, rules });

/** Makes the cluster roles that the sandbox needs. */
export function clusterRoles(): KubeObject[] {
  return [
    role('cluster-admin', [
      { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
      { nonResourceURLs: ['*'], verbs: ['*'] },
    ]),
    role('system:image-pruner', IMAGE_PRUNER_RULES),
    role('system:basic-user', BASIC_USER_RULES),
    role('system:discovery', [{ nonResourceURLs: [...DISCOVERY_URLS, ...HEALTH_URLS], verbs: ['get'] }]),
    role('system:public-info-viewer', [{ nonResourceURLs: HEALTH_URLS, verbs: ['get'] }]),
    role('system:registry', REGISTRY_RULES),
    role('registry-viewer', REGISTRY_VIEWER_RULES),
    role('system:image-puller', [{ ...LAYERS, verbs: ['get'] }]),
    role('system:image-pusher', [{ ...LAYERS, verbs: ['get', 'update'] }]),
  ];
}

type SubjectSpec = { user: string } | { group: string } | { serviceAccount: string; namespace: string };

function subject(spec: SubjectSpec): Record<string, string> {
  const apiGroup = 'rbac.authorization.k8s.io';
  if ('user' in spec) return { kind: 'User', apiGroup, name: spec.user };
  if ('group' in spec) return { kind: 'Group', apiGroup, name: spec.group };
  return { kind: 'ServiceAccount', name: spec.serviceAccount, namespace: spec.namespace };
}

/** Makes a ClusterRoleBinding. */
export function binding(name: string, roleName: string, ...subjects: SubjectSpec[]): KubeObject {
  return {
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: roleName },
    subjects: subjects.map(subject),
  };
}

/** Makes the bindings of the sandbox's users, of all users and of the operator's service accounts. */
export function clusterRoleBindings(): KubeObject[] {
  return [
    binding('cluster-admins', 'cluster-admin', { user: 'admin' }),
    binding('sandbox-pruner', 'system:image-pruner', { user: 'pruner' }),
    binding('system:basic-user', 'system:basic-user', { group: 'system:authenticated' }),
    binding('system:discovery', 'system:discovery', { group: 'system:authenticated' }),
    binding(
      'system:public-info-viewer',
      'system:public-info-viewer',
      { group: 'system:unauthenticated' },
      { group: 'system:authenticated' },
    ),
    binding('openshift-image-registry-pruner', 'system:image-pruner', {
      serviceAccount: 'pruner',
      namespace: REGISTRY_NAMESPACE,
    }),
    binding('registry-registry-role', 'system:registry', { serviceAccount: 'registry', namespace: REGISTRY_NAMESPACE }),
  ];
}
