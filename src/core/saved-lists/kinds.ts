import { REFERRER_KIND_NAMES, type ReferrerResource } from '../model/referrers/index.js';

/** A resource that plans are made from. */
export type SavedResource = 'images' | 'imagestreams' | 'limitranges' | ReferrerResource;

/** Kind of the objects of each resource. */
export const KINDS: Record<SavedResource, string> = {
  images: 'Image',
  imagestreams: 'ImageStream',
  limitranges: 'LimitRange',
  ...REFERRER_KIND_NAMES,
};

const BY_KIND = new Map(Object.entries(KINDS).map(([resource, kind]) => [kind, resource as SavedResource]));

/** API group of each resource; kinds of the same name exist in other groups, e.g. `Image` in `config.openshift.io`. */
const GROUPS: Record<SavedResource, string> = {
  images: 'image.openshift.io',
  imagestreams: 'image.openshift.io',
  limitranges: '',
  pods: '',
  replicationcontrollers: '',
  deploymentconfigs: 'apps.openshift.io',
  replicasets: 'apps',
  deployments: 'apps',
  daemonsets: 'apps',
  statefulsets: 'apps',
  jobs: 'batch',
  cronjobs: 'batch',
  controllerrevisions: 'apps',
  builds: 'build.openshift.io',
  buildconfigs: 'build.openshift.io',
};

/** Former group of workloads, in which old files can have them. */
const FORMER_GROUP = 'extensions';

/** Resources whose objects use images, and that some clusters do not have. */
export const OPTIONAL_WORKLOADS: SavedResource[] = ['builds', 'buildconfigs', 'deploymentconfigs'];

/**
 * Resources that can be missing: some clusters do not have them, many users may not list controller revisions, and
 * limits matter only with `--prune-over-size-limit`.
 */
const OPTIONAL: ReadonlySet<SavedResource> = new Set<SavedResource>([
  ...OPTIONAL_WORKLOADS,
  'controllerrevisions',
  'limitranges',
]);

/** The resources that must be saved, even if they are empty. */
export const REQUIRED = (Object.keys(KINDS) as SavedResource[]).filter((resource) => !OPTIONAL.has(resource));

/** The required resources whose objects use images. */
export const REQUIRED_WORKLOADS = REQUIRED.filter((resource) => resource in REFERRER_KIND_NAMES);

/** Returns the name of a resource if it is one that plans are made from. */
export function toSavedResource(name: string): SavedResource | undefined {
  return Object.hasOwn(KINDS, name) ? (name as SavedResource) : undefined;
}

/**
 * Returns the resource of an object's kind.
 * @param apiVersion absent, and `v1` for OpenShift's kinds, count as their own group: old clients write them so
 */
export function resourceOf(kind: string, apiVersion: unknown): SavedResource | undefined {
  const resource = BY_KIND.get(kind);
  return resource && isInGroup(resource, groupOf(apiVersion)) ? resource : undefined;
}

/** True if the objects of a resource can have this API group. */
export function isInGroup(resource: SavedResource, group: string): boolean {
  return group === '' || group === GROUPS[resource] || group === FORMER_GROUP;
}

function groupOf(apiVersion: unknown): string {
  if (typeof apiVersion !== 'string') return '';
  const slash = apiVersion.indexOf('/');
  return slash === -1 ? '' : apiVersion.slice(0, slash);
}
