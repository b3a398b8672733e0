import { describeObject, type ObjectReference } from '../cluster/objects.js';
import { CLAIMS, IMAGE_CONFIGS, PODS, ROUTES, defineResource } from '../cluster/resources.js';
import { REGISTRY_NAMESPACE } from '../model/openshift.js';

const CLUSTER = { namespaced: false };

/** The operator's config object, which sets up the registry. */
export const CONFIG: ObjectReference = {
  resource: defineResource('imageregistry.operator.openshift.io/v1', 'configs', 'Config', CLUSTER),
  name: 'cluster',
};
export const CONFIG_NAME = describeObject(CONFIG);

/** The registry's Deployment, which the operator writes. */
export const DEPLOYMENT = inRegistry(defineResource('apps/v1', 'deployments', 'Deployment'), 'image-registry');

/** The cluster's image configuration, in which the operator publishes the registry's host names. */
export const IMAGE_CONFIG: ObjectReference = { resource: IMAGE_CONFIGS, name: 'cluster' };

/** The route that makes the registry reachable from outside the cluster. */
export const PUBLIC_ROUTE = inRegistry(ROUTES, 'default-route');

/** Returns the reference of a pod of the registry's namespace. */
export function podNamed(name: string): ObjectReference {
  return inRegistry(PODS, name);
}

/** Returns the reference of a volume claim of the registry's namespace. */
export function claimNamed(name: string): ObjectReference {
  return inRegistry(CLAIMS, name);
}

function inRegistry(resource: ObjectReference['resource'], name: string): ObjectReference {
  return { resource, namespace: REGISTRY_NAMESPACE, name };
}
