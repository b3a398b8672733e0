import { isRecord } from '../../model/values/json.js';
import type { FieldPath } from '../model.js';
import type { ObjectFacts } from './facts.js';

/** True if the hub or a generator fills in a value (`{{hub … hub}}`, `{{ … }}`): it is not known from the files. */
export function isFilledIn(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('{{');
  if (Array.isArray(value)) return value.some(isFilledIn);
  // Without quotes, `{{ size }}` is a map whose only key is a map; its key becomes the string `{ size }`.
  return isRecord(value) && Object.keys(value).length === 1 && Object.keys(value)[0]!.startsWith('{');
}

/** True for a value that is filled in, or the number that stands for one in a configuration of disks: NaN. */
export function isUnknown(value: unknown): boolean {
  return isFilledIn(value) || Number.isNaN(value);
}

/** True if two values are equal, or can be because one of them is filled in. */
export function canBeEqual(a: unknown, b: unknown): boolean {
  return a === b || isFilledIn(a) || isFilledIn(b);
}

/** Returns the value of a field; if a parent of the field is filled in, the parent. */
export function fieldOf(object: Pick<ObjectFacts, 'get'>, path: FieldPath): unknown {
  return object.get(path) ?? path.map((_, depth) => object.get(path.slice(0, depth))).find(isFilledIn);
}
