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
    return isDeepStrictEqual(kinds[object.kind]!.reduce(found), object);
  } catch {
    return false;
  }
}
