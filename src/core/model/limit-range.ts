import type { KubeObject } from './kube.js';
import { parseQuantity } from './values/quantity.js';

/** Maximum size of an image that a LimitRange allows in its namespace, in bytes. */
export interface ImageLimit {
  readonly namespace: string;
  readonly bytes: number;
}

interface LimitItem {
  type?: string;
  max?: { storage?: string | number } | null;
}

/**
 * Reads `max.storage` of every `openshift.io/Image` limit of a LimitRange. A string that is not a quantity is NaN,
 * which no size exceeds, so that everything in that namespace is kept.
 */
export function reduceLimitRange(object: KubeObject): ImageLimit[] {
  const limits = (object.spec as { limits?: LimitItem[] | null } | undefined)?.limits ?? [];
  return limits
    .filter(({ type, max }) => type === 'openshift.io/Image' && max?.storage !== undefined && max.storage !== null)
    .map(({ max }) => ({ namespace: object.metadata.namespace ?? '', bytes: parseQuantity(max!.storage!) ?? NaN }));
}
