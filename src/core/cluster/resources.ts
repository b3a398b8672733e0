/** Where the lists are that a plan is made from. */
export interface ListedResource {
  /** Plural name, as in `oc get`. */
  resource: string;
  group: string;
  version: string;
  /** Clusters may lack it (404): then there are none. */
  optional?: boolean;
  namespaced: boolean;
}

const at = (group: string, version: string, resource: string, more: Partial<ListedResource> = {}): ListedResource => ({
  group,
  version,
  resource,
  namespaced: true,
  ...more,
});

export const IMAGES = at('image.openshift.io', 'v1', 'images', { namespaced: false });
export const IMAGE_STREAMS = at('image.openshift.io', 'v1', 'imagestreams');
export const LIMIT_RANGES = at('', 'v1', 'limitranges');

/** Resources that use images; those of OpenShift's own groups may not exist. The largest come first: lists are read side by side. */
export const REFERRERS: ListedResource[] = [
  at('', 'v1', 'pods'),
  at('apps', 'v1', 'replicasets'),
  at('build.openshift.io', 'v1', 'builds', { optional: true }),
  at('', 'v1', 'replicationcontrollers'),
  at('apps', 'v1', 'deployments'),
  at('batch', 'v1', 'jobs'),
  at('apps.openshift.io', 'v1', 'deploymentconfigs', { optional: true }),
  at('build.openshift.io', 'v1', 'buildconfigs', { optional: true }),
  at('apps', 'v1', 'daemonsets'),
  at('apps', 'v1', 'statefulsets'),
  at('batch', 'v1', 'cronjobs'),
];

/** The path of a list: of all namespaces, or of one. */
export function listPath({ group, version, resource, namespaced }: ListedResource, namespace?: string): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return namespace !== undefined && namespaced
    ? `${root}/namespaces/${encodeURIComponent(namespace)}/${resource}`
    : `${root}/${resource}`;
}

/** `images.image.openshift.io`, `pods`. */
export function qualifiedName({ group, resource }: ListedResource): string {
  return group === '' ? resource : `${resource}.${group}`;
}
