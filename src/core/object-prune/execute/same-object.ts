import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../model/kube.js';
import type { ObjectPruneFeature } from '../feature.js';
import type { PrunableObject } from '../plan/object.js';

/** True if an object that was read again has everything that decisions rest on as when it was listed. */
export function isSameObject(
  object: PrunableObject,
  found: KubeObject,
  { kinds }: Pick<ObjectPruneFeature, 'kinds'>,
): boolean {
  try {
    return isDeepStrictEqual(withoutLabels(kinds[object.kind]!.reduce(found)), withoutLabels(object));
  } catch {
    return false;
  }
}

function withoutLabels({ labels: _shown, ...decisive }: PrunableObject): Omit<PrunableObject, 'labels'> {
  return decisive;
}
