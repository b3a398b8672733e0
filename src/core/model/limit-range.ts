import { RegadmError } from './errors.js';
import type { KubeObject } from './kube.js';
import { parseQuantity } from './quantity.js';

/** The largest image that a namespace's LimitRange allows, in bytes. */
export interface ImageLimit {
  namespace: string;
  bytes: number;
}

interface LimitItem {
  type?: string;
  max?: { storage?: string | number } | null;
}

/** The `max.storage` of every `openshift.io/Image` limit of a LimitRange. @throws RegadmError when one is no quantity */
export function reduceLimitRange(object: KubeObject): ImageLimit[] {
  const limits = ((object.spec as { limits?: LimitItem[] | null } | undefined)?.limits ?? []).filter(
    ({ type, max }) => type === 'openshift.io/Image' && max?.storage !== undefined && max.storage !== null,
  );
  const namespace = object.metadata.namespace ?? '';
  return limits.map(({ max }) => {
    const bytes = parseQuantity(max!.storage!);
    if (bytes === undefined) {
      throw new RegadmError(`limit range ${namespace}/${object.metadata.name}: max.storage "${max!.storage}" is no quantity`, {
        code: 'INVALID_LIMIT_RANGE',
      });
    }
    return { namespace, bytes };
  });
}
