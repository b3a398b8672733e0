/** A kind of object in the API. */
export interface Resource {
  /** Plural name, as in `oc get`. */
  resource: string;
  /** Empty for the core group. */
  group: string;
  version: string;
  namespaced: boolean;
}

/** A resource that plans are made from. */
export interface ListedResource extends Resource {
  /** A cluster can lack it (404): then it has no such objects. */
  optional?: boolean;
}

/** Builds a namespaced resource, unless `more` says otherwise. */
export const defineResource = (
  group: string,
  version: string,
  name: string,
  more: Partial<ListedResource> = {},
): ListedResource => ({ group, version, resource: name, namespaced: true, ...more });

export const IMAGES = defineResource('image.openshift.io', 'v1', 'images', { namespaced: false });
export const IMAGE_STREAMS = defineResource('image.openshift.io', 'v1', 'imagestreams');
export const LIMIT_RANGES = defineResource('', 'v1', 'limitranges');

/**
 * Resources that use images. A cluster can lack those of OpenShift's own groups. The largest come first, because lists
 * are read concurrently.
 */
export const REFERRERS: ListedResource[] = [
  defineResource('', 'v1', 'pods'),
  defineResource('apps', 'v1', 'replicasets'),
  defineResource('build.openshift.io', 'v1', 'builds', { optional: true }),
  defineResource('', 'v1', 'replicationcontrollers'),
  defineResource('apps', 'v1', 'deployments'),
  defineResource('batch', 'v1', 'jobs'),
  defineResource('apps.openshift.io', 'v1', 'deploymentconfigs', { optional: true }),
  defineResource('build.openshift.io', 'v1', 'buildconfigs', { optional: true }),
  defineResource('apps', 'v1', 'daemonsets'),
  defineResource('apps', 'v1', 'statefulsets'),
  defineResource('batch', 'v1', 'cronjobs'),
];

/** Returns the path of a list: of all namespaces, or of one. */
export function listPath({ group, version, resource, namespaced }: Resource, namespace?: string): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return namespace !== undefined && namespaced
    ? `${root}/namespaces/${encodeURIComponent(namespace)}/${resource}`
    : `${root}/${resource}`;
}

/** Returns the resource's name with its group: `images.image.openshift.io`, `pods`. */
export function qualifiedName({ group, resource }: Pick<Resource, 'group' | 'resource'>): string {
  return group === '' ? resource : `${resource}.${group}`;
}
