import { RegadmError } from '../model/errors.js';
import { isObjectName } from '../model/names/object-name.js';
import { quote } from '../model/names/quote.js';
import { REFERRER_KIND_NAMES } from '../model/referrers/index.js';

/** A kind of object in the API. */
export interface Resource {
  /** Plural name, as in `oc get`. */
  resource: string;
  /** Empty for the core group. */
  group: string;
  version: string;
  /** Kind of one object, e.g. `Pod`; a list has the kind `PodList`. */
  kind: string;
  namespaced: boolean;
}

/** A resource that plans are made from. */
export interface ListedResource extends Resource {
  /** True if a cluster can lack the resource (404): then it has no such objects. */
  optional?: boolean;
  /** True if a user may lack the permission to list the resource: then its uses are reported as not visible. */
  ifAllowed?: boolean;
}

/**
 * Builds a resource, namespaced by default.
 * @param apiVersion of its objects: `v1`, `apps/v1`
 */
export function defineResource(
  apiVersion: string,
  resource: string,
  kind: string,
  more: Partial<ListedResource> = {},
): ListedResource {
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  return { group, version, resource, kind, namespaced: true, ...more };
}

export const IMAGES = defineResource('image.openshift.io/v1', 'images', 'Image', { namespaced: false });
export const IMAGE_STREAMS = defineResource('image.openshift.io/v1', 'imagestreams', 'ImageStream');
export const IMAGE_STREAM_TAGS = defineResource('image.openshift.io/v1', 'imagestreamtags', 'ImageStreamTag');
export const LIMIT_RANGES = defineResource('v1', 'limitranges', 'LimitRange');

export const PODS = defineResource('v1', 'pods', 'Pod');
export const JOBS = defineResource('batch/v1', 'jobs', 'Job');
export const NAMESPACES = defineResource('v1', 'namespaces', 'Namespace', { namespaced: false });
/** The namespaces that a user may see; only OpenShift has them. */
export const PROJECTS = defineResource('project.openshift.io/v1', 'projects', 'Project', { namespaced: false });
export const SECRETS = defineResource('v1', 'secrets', 'Secret');
export const CONFIG_MAPS = defineResource('v1', 'configmaps', 'ConfigMap');
export const CLAIMS = defineResource('v1', 'persistentvolumeclaims', 'PersistentVolumeClaim');
export const VOLUMES = defineResource('v1', 'persistentvolumes', 'PersistentVolume', { namespaced: false });
export const ROUTES = defineResource('route.openshift.io/v1', 'routes', 'Route');
/** The cluster's image configuration; its only object is called `cluster`. */
export const IMAGE_CONFIGS = defineResource('config.openshift.io/v1', 'images', 'Image', { namespaced: false });
export const USERS = defineResource('user.openshift.io/v1', 'users', 'User', { namespaced: false });
export const CLUSTER_VERSIONS = defineResource('config.openshift.io/v1', 'clusterversions', 'ClusterVersion', {
  namespaced: false,
});

export const BUILDS = defineResource('build.openshift.io/v1', 'builds', REFERRER_KIND_NAMES.builds, { optional: true });
export const BUILD_CONFIGS = defineResource('build.openshift.io/v1', 'buildconfigs', REFERRER_KIND_NAMES.buildconfigs, {
  optional: true,
});
export const REPLICATION_CONTROLLERS = defineResource(
  'v1',
  'replicationcontrollers',
  REFERRER_KIND_NAMES.replicationcontrollers,
);
export const DEPLOYMENT_CONFIGS = defineResource(
  'apps.openshift.io/v1',
  'deploymentconfigs',
  REFERRER_KIND_NAMES.deploymentconfigs,
  { optional: true },
);
export const REPLICA_SETS = defineResource('apps/v1', 'replicasets', REFERRER_KIND_NAMES.replicasets);
export const DEPLOYMENTS = defineResource('apps/v1', 'deployments', REFERRER_KIND_NAMES.deployments);

/**
 * Resources that use images. A cluster can lack those of OpenShift's own groups. The largest come first, because lists
 * are read concurrently.
 */
export const REFERRERS: ListedResource[] = [
  PODS,
  REPLICA_SETS,
  BUILDS,
  REPLICATION_CONTROLLERS,
  DEPLOYMENTS,
  JOBS,
  DEPLOYMENT_CONFIGS,
  BUILD_CONFIGS,
  defineResource('apps/v1', 'daemonsets', REFERRER_KIND_NAMES.daemonsets),
  defineResource('apps/v1', 'statefulsets', REFERRER_KIND_NAMES.statefulsets),
  defineResource('batch/v1', 'cronjobs', REFERRER_KIND_NAMES.cronjobs),
];

/** Resources that use images and that `oc` does not list; the role `system:image-pruner` may not list them. */
export const EXTENDED_REFERRERS: ListedResource[] = [
  defineResource('apps/v1', 'controllerrevisions', REFERRER_KIND_NAMES.controllerrevisions, {
    optional: true,
    ifAllowed: true,
  }),
];

/** Returns the `apiVersion` of a resource's objects: `v1`, `apps/v1`. */
export function apiVersionOf({ group, version }: Pick<Resource, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`;
}

/** Returns the path of a list: of all namespaces, or of one. @throws RegadmError INVALID_NAME */
export function listPath({ group, version, resource, namespaced }: Resource, namespace?: string): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return namespace !== undefined && namespaced
    ? `${root}/namespaces/${pathSegment(namespace)}/${resource}`
    : `${root}/${resource}`;
}

/**
 * Encodes the name of an object or a namespace as one segment of a path.
 * @throws RegadmError INVALID_NAME when no object can have this name: `..` would address another object
 */
export function pathSegment(name: string): string {
  if (isObjectName(name)) return encodeURIComponent(name);
  throw new RegadmError(`no request was sent, because ${quote(String(name))} is not the name of an object`, {
    code: 'INVALID_NAME',
  });
}

/** Returns the resource's name with its group: `images.image.openshift.io`, `pods`. */
export function qualifiedName({ group, resource }: Pick<Resource, 'group' | 'resource'>): string {
  return group === '' ? resource : `${resource}.${group}`;
}
