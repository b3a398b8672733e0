import { hasCode } from '../../model/errors.js';
import type { ImagePrunePlan } from './types.js';

/** Returns true if a plan deletes something in the registry. */
export function needsRegistry({ blobs, streams }: Pick<ImagePrunePlan, 'blobs' | 'streams'>): boolean {
  return (
    blobs.length > 0 ||
    streams.some(
      ({ pending, layerLinks, manifestLinks }) => pending.length + layerLinks.length + manifestLinks.length > 0,
    )
  );
}

/** Returns true if the registry was not opened because the cluster has none. */
export function isRegistryAbsent(registry: unknown): boolean {
  return hasCode(registry, 'REGISTRY_UNKNOWN') || hasCode(registry, 'REGISTRY_REMOVED');
}
