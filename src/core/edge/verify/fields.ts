import { textIn, listOf } from '../../model/values/json.js';
import { parseQuantity } from '../../model/values/quantity.js';
import { valueAt } from '../model.js';

/** Reads a text in an object that a server returned; undefined if there is none, or another value. */
export function textAt(object: unknown, ...path: string[]): string | undefined {
  return textIn(valueAt(object, path)) || undefined;
}

/** Reads a list in an object that a server returned; empty if there is none, or another value. */
export function listAt(object: unknown, ...path: string[]): unknown[] {
  return listOf(valueAt(object, path));
}

/** Reads a quantity in an object that a server returned, in bytes; undefined if there is none, or another value. */
export function bytesAt(object: unknown, ...path: string[]): number | undefined {
  const value = valueAt(object, path);
  return typeof value === 'string' || typeof value === 'number' ? parseQuantity(value) : undefined;
}
