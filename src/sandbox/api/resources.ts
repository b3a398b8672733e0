import type { CustomResource } from '../types.js';

/** A kind of object that the API server serves. */
export interface ResourceDefinition extends CustomResource {
  shortNames: string[];
  hasStatus: boolean;
}

type Row = [resource: string, kind: string, scope: 'ns' | 'cluster', shortNames?: string];

const ROWS: Record<string, Row[]> = {
  '/v1': [
    ['pods', 'Pod', 'ns', 'po'],
    ['replicationcontrollers', 'ReplicationController', 'ns', 'rc'],
    ['podtemplates', 'PodTemplate', 'ns'],
    ['limitranges', 'LimitRange', 'ns', 'limits'],
    ['namespaces', 'Namespace', 'cluster', 'ns'],
    ['serviceaccounts', 'ServiceAccount', 'ns', 'sa'],
    ['secrets', 'Secret', 'ns'],
    ['configmaps', 'ConfigMap', 'ns', 'cm'],
    ['services', 'Service', 'ns', 'svc'],
    ['endpoints', 'Endpoints', 'ns', 'ep'],
    ['events', 'Event', 'ns', 'ev'],
    ['nodes', 'Node', 'cluster', 'no'],
    ['persistentvolumes', 'PersistentVolume', 'cluster', 'pv'],
    ['persistentvolumeclaims', 'PersistentVolumeClaim', 'ns', 'pvc'],
  ],
  'apps/v1': [
    ['deployments', 'Deployment', 'ns', 'deploy'],
    ['replicasets', 'ReplicaSet', 'ns', 'rs'],
    ['daemonsets', 'DaemonSet', 'ns', 'ds'],
    ['statefulsets', 'StatefulSet', 'ns', 'sts'],
    ['controllerrevisions', 'ControllerRevision', 'ns'],
  ],
  'batch/v1': [
    ['jobs', 'Job', 'ns'],
    ['cronjobs', 'CronJob', 'ns', 'cj'],
  ],
  'apps.openshift.io/v1': [['deploymentconfigs', 'DeploymentConfig', 'ns', 'dc']],
  'build.openshift.io/v1': [
    ['builds', 'Build', 'ns'],
    ['buildconfigs', 'BuildConfig', 'ns', 'bc'],
  ],
  'image.openshift.io/v1': [
    ['images', 'Image', 'cluster'],
    ['imagestreams', 'ImageStream', 'ns', 'is'],
    ['imagestreamtags', 'ImageStreamTag', 'ns', 'istag'],
    ['imagestreammappings', 'ImageStreamMapping', 'ns'],
  ],
  'route.openshift.io/v1': [['routes', 'Route', 'ns']],
  'user.openshift.io/v1': [['users', 'User', 'cluster']],
  'config.openshift.io/v1': [
    ['images', 'Image', 'cluster'],
    ['clusteroperators', 'ClusterOperator', 'cluster', 'co'],
    ['clusterversions', 'ClusterVersion', 'cluster'],
  ],
  'imageregistry.operator.openshift.io/v1': [
    ['configs', 'Config', 'cluster'],
    ['imagepruners', 'ImagePruner', 'cluster'],
  ],
  'rbac.authorization.k8s.io/v1': [
    ['clusterroles', 'ClusterRole', 'cluster'],
    ['clusterrolebindings', 'ClusterRoleBinding', 'cluster'],
    ['roles', 'Role', 'ns'],
    ['rolebindings', 'RoleBinding', 'ns'],
  ],
  'machineconfiguration.openshift.io/v1': [
    ['machineconfigs', 'MachineConfig', 'cluster', 'mc'],
    ['machineconfigpools', 'MachineConfigPool', 'cluster', 'mcp'],
  ],
  'networking.k8s.io/v1': [['networkpolicies', 'NetworkPolicy', 'ns', 'netpol']],
  'monitoring.coreos.com/v1': [['prometheusrules', 'PrometheusRule', 'ns', 'promrule']],
  'storage.k8s.io/v1': [['storageclasses', 'StorageClass', 'cluster', 'sc']],
  'coordination.k8s.io/v1': [['leases', 'Lease', 'ns']],
  'apiextensions.k8s.io/v1': [['customresourcedefinitions', 'CustomResourceDefinition', 'cluster', 'crd']],
  'cluster.open-cluster-management.io/v1': [['managedclusters', 'ManagedCluster', 'cluster', 'mcl']],
  'siteconfig.open-cluster-management.io/v1alpha1': [['clusterinstances', 'ClusterInstance', 'ns']],
  'metal3.io/v1alpha1': [['baremetalhosts', 'BareMetalHost', 'ns', 'bmh']],
  'template.openshift.io/v1': [['templates', 'Template', 'ns']],
  'keda.sh/v1alpha1': [['scaledjobs', 'ScaledJob', 'ns', 'sj']],
  'serving.knative.dev/v1': [
    ['services', 'Service', 'ns', 'ksvc'],
    ['revisions', 'Revision', 'ns', 'rev'],
  ],
  'argoproj.io/v1alpha1': [['workflows', 'Workflow', 'ns', 'wf']],
  'tekton.dev/v1': [['tasks', 'Task', 'ns']],
};

const WITHOUT_STATUS = new Set([
  'secrets',
  'configmaps',
  'serviceaccounts',
  'events',
  'limitranges',
  'images',
  'imagestreammappings',
  'endpoints',
  'networkpolicies',
  'podtemplates',
  'templates',
]);

/**
 * Groups whose kinds the API server, or an API server that it aggregates, defines itself. All others are custom
 * resources.
 */
const BUILT_IN_GROUPS = new Set([
  '',
  'apps',
  'batch',
  'apiextensions.k8s.io',
  'coordination.k8s.io',
  'networking.k8s.io',
  'rbac.authorization.k8s.io',
  'storage.k8s.io',
  'apps.openshift.io',
  'build.openshift.io',
  'image.openshift.io',
  'route.openshift.io',
  'template.openshift.io',
  'user.openshift.io',
]);

/** Returns whether a kind is defined by a CustomResourceDefinition. */
export function isCustomResource({ group }: { group: string }): boolean {
  return !BUILT_IN_GROUPS.has(group);
}

/** Lists every kind that the sandbox serves, with those of the options that are not built in. */
export function resourceDefinitions(custom: CustomResource[] = []): ResourceDefinition[] {
  const builtIn = Object.entries(ROWS).flatMap(([groupVersion, rows]) => {
    const [group = '', version = ''] = groupVersion.split('/');
    return rows.map(([resource, kind, scope, short]) => ({
      group,
      version,
      resource,
      kind,
      namespaced: scope === 'ns',
      shortNames: short ? [short] : [],
      hasStatus: !WITHOUT_STATUS.has(resource),
    }));
  });
  const isBuiltIn = (resource: CustomResource): boolean =>
    builtIn.some((known) => qualifiedName(known) === qualifiedName(resource));
  const added = custom.filter((resource) => !isBuiltIn(resource));
  return [...builtIn, ...added.map((resource) => ({ ...resource, shortNames: [], hasStatus: true }))];
}

/** Returns `image.openshift.io/v1`, or `v1` for the core group. */
export function apiVersionOf(definition: { group: string; version: string }): string {
  return definition.group ? `${definition.group}/${definition.version}` : definition.version;
}

/** Returns the name of a resource in error messages: `images.image.openshift.io`, `pods`. */
export function qualifiedName(definition: { group: string; resource: string }): string {
  return definition.group ? `${definition.resource}.${definition.group}` : definition.resource;
}

/** Finds a resource by its plural name, with or without the group. Without it, returns the first match. */
export function findResource(definitions: ResourceDefinition[], name: string): ResourceDefinition {
  const found = definitions.find((d) => d.resource === name) ?? definitions.find((d) => qualifiedName(d) === name);
  if (!found) throw new Error(`sandbox: no resource is called "${name}"`);
  return found;
}
