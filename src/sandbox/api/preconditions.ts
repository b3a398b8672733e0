import type { KubeObject } from '../../core/model/kube.js';
import type { ResourceDefinition } from './resources.js';
import { conflict, uidConflict, versionConflict } from './status.js';

export interface Preconditions {
  uid?: string;
  resourceVersion?: string;
}

/**
 * Checks that an update is about the current object and its current version.
 * @throws ApiStatus 409
 */
export function requireSame(definition: ResourceDefinition, current: KubeObject, wanted: Preconditions = {}): void {
  const { uid, resourceVersion } = wanted;
  const { metadata } = current;
  if (uid && uid !== metadata.uid) throw uidConflict(definition, metadata.name, uid, metadata.uid!);
  if (resourceVersion && resourceVersion !== metadata.resourceVersion) throw conflict(definition, metadata.name);
}

/** Checks the preconditions of a deletion. @throws ApiStatus 409 */
export function requireDeletable(
  definition: ResourceDefinition,
  { metadata }: KubeObject,
  wanted: Preconditions = {},
): void {
  const { uid, resourceVersion } = wanted;
  if (uid !== undefined && uid !== metadata.uid) throw uidConflict(definition, metadata.name, uid, metadata.uid!);
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    throw versionConflict(definition, metadata.name, resourceVersion, metadata.resourceVersion!);
  }
}
