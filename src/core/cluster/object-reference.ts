import { listPath, pathSegment, qualifiedName, type Resource } from './resources.js';

/** Identifies an object. */
export interface ObjectReference {
  resource: Resource;
  name: string;
  /** Required for namespaced resources. */
  namespace?: string;
}

/**
 * Returns the path of one object. Names are encoded except for the colon of digests.
 * @throws RegadmError INVALID_NAME before any request is sent, when a name is not one segment of a path
 */
export function objectPath(resource: Resource, name: string, namespace?: string): string {
  return `${listPath(resource, namespace)}/${pathSegment(name).replaceAll('%3A', ':')}`;
}

/** Describes an object for messages: `deployments.apps/image-registry in namespace openshift-image-registry`. */
export function describeObject({ resource, name, namespace }: ObjectReference): string {
  return `${qualifiedName(resource)}/${name}${namespace === undefined ? '' : ` in namespace ${namespace}`}`;
}

/** Returns the path of a referenced object. */
export function pathOf({ resource, name, namespace }: ObjectReference): string {
  return objectPath(resource, name, namespace);
}
