import { isAbsent, isRecord } from '../model/values/json.js';
import type { Placement } from './pod.js';

/** Fields of a toleration. */
const TOLERATION = ['key', 'operator', 'value', 'effect', 'tolerationSeconds'];
/** Fields of an affinity. */
const AFFINITY = ['nodeAffinity', 'podAffinity', 'podAntiAffinity'];

/**
 * Reads on which nodes pods run from the spec of an ImagePruner or of a pod. What is empty counts as not set.
 * @throws Error that names a field which a pod could not have
 */
export function placementOf(spec: Record<string, unknown> = {}): Placement {
  const { tolerations, nodeSelector, affinity } = spec;
  return {
    ...(isEmpty(tolerations) ? {} : { tolerations: checkTolerations(tolerations) }),
    ...(isEmpty(nodeSelector) ? {} : { nodeSelector: checkNodeSelector(nodeSelector) }),
    ...(isEmpty(affinity) ? {} : { affinity: checkAffinity(affinity) }),
  };
}

/** Omits what is empty: a flag that states `none`. */
export function withoutEmpty(placement: Placement): Placement {
  return Object.fromEntries(Object.entries(placement).filter(([, value]) => !isEmpty(value)));
}

function isEmpty(value: unknown): boolean {
  return isAbsent(value) || (typeof value === 'object' && Object.keys(value).length === 0);
}

function checkTolerations(value: unknown): Record<string, unknown>[] {
  if (Array.isArray(value) && value.every((each) => isRecord(each) && hasOnly(each, TOLERATION))) return value;
  throw new Error('tolerations is not a list of tolerations');
}

function checkNodeSelector(value: unknown): Record<string, string> {
  if (isRecord(value) && Object.values(value).every((each) => typeof each === 'string'))
    return value as Record<string, string>;
  throw new Error('nodeSelector is not a set of labels');
}

/** Checks an affinity for its main fields. @throws Error that names what an affinity consists of */
export function checkAffinity(value: unknown): Record<string, unknown> {
  if (isRecord(value) && hasOnly(value, AFFINITY) && Object.values(value).every(isRecord)) return value;
  throw new Error(`affinity is not an object with ${AFFINITY.join(', ')}`);
}

function hasOnly(value: object, names: readonly string[]): boolean {
  return Object.keys(value).every((key) => names.includes(key));
}
