import { isRecord } from '../../../core/model/values/json.js';
import { identity, inOrder } from './element-order.js';
import { OBJECT_FIELDS, type Fields, type FieldShape } from './merge-keys.js';

type Json = Record<string, unknown>;

/** Prefixes of directives that concern the list whose name follows. */
const ORDER = '$setElementOrder/';
const DELETE_VALUES = '$deleteFromPrimitiveList/';

/**
 * Applies a strategic merge patch, as `oc apply`, `oc patch` and `oc set image` send it for built-in kinds.
 * @throws Error if the patch is not an object or a directive in it cannot be executed
 * @see https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md
 */
export function strategicMergePatch(target: object, patch: unknown): object {
  if (!isRecord(patch)) throw new Error('the patch is not an object');
  return mergeObject(target as Json, patch, OBJECT_FIELDS);
}

function mergeObject(target: Json, patch: Json, fields: Fields): Json {
  const { $patch: directive, $retainKeys: retained, ...changes } = patch;
  if (directive === 'replace') return withoutDirectives(changes) as Json;
  if (directive === 'delete') return {};
  if (directive !== undefined) throw unknownDirective(directive, patch);
  const result = retained === undefined ? { ...target } : retainKeys(target, retained, changes);
  const entries = Object.entries(changes);
  for (const [name, value] of entries.filter(([key]) => !isDirective(key)))
    setField(result, name, mergeField(result[name], value, fields[name] ?? {}));
  for (const [key, value] of entries) {
    if (key.startsWith(DELETE_VALUES)) deleteValues(result, key.slice(DELETE_VALUES.length), listOf(value, key));
  }
  for (const [key, value] of entries) {
    if (!key.startsWith(ORDER)) continue;
    const name = key.slice(ORDER.length);
    const order = { wanted: listOf(value, key), before: arrayOf(target[name]), key: fields[name]?.key };
    requireOrder(arrayOf(changes[name]), order);
    if (Array.isArray(result[name])) result[name] = inOrder(result[name], order);
  }
  return result;
}

function setField(object: Json, name: string, value: unknown): void {
  if (value === undefined) delete object[name];
  else object[name] = value;
}

/** @returns undefined if the patch removes the field */
function mergeField(target: unknown, patch: unknown, shape: FieldShape): unknown {
  if (isRecord(target) && isRecord(patch)) return mergeObject(target, patch, shape.fields ?? {});
  if (Array.isArray(target) && Array.isArray(patch)) {
    if (shape.key !== undefined) return mergeEntries(target, patch, { ...shape, key: shape.key });
    if (!shape.values) return patch;
    const values = [...new Set<unknown>([...target, ...patch])];
    return inOrder(values, { wanted: patch, before: target, key: undefined });
  }
  return withoutDirectives(patch);
}

/** Merges a list of objects that a key identifies. */
function mergeEntries(target: unknown[], patch: unknown[], shape: FieldShape & { key: string }): unknown[] {
  const { key, fields = {} } = shape;
  const changes = patch.map((item) => entryOf(item, key));
  const named = changes.filter(({ $patch }) => $patch === undefined);
  if (changes.some(({ $patch }) => $patch === 'replace')) return named.map(withoutDirectives);
  const deleted = changes.filter(({ $patch }) => $patch === 'delete').map((item) => item[key]);
  const result = target.filter((item) => !deleted.includes(identity(item, key)));
  for (const change of named) {
    const at = result.findIndex((item) => identity(item, key) === change[key]);
    if (at >= 0) result[at] = mergeObject(result[at] as Json, change, fields);
    else result.push(withoutDirectives(change));
  }
  return inOrder(result, { wanted: named, before: target, key });
}

/** @throws Error if the entry of a patch does not say which entry it changes, or has an unknown directive */
function entryOf(item: unknown, key: string): Json {
  if (!isRecord(item)) throw new Error(`an entry of a list is not an object: ${JSON.stringify(item)}`);
  const { $patch: directive } = item;
  if (directive !== undefined && directive !== 'replace' && directive !== 'delete')
    throw unknownDirective(directive, item);
  if (directive !== 'replace' && item[key] === undefined)
    throw new Error(`map: ${JSON.stringify(item)} does not contain declared merge key: ${key}`);
  return item;
}

/** Removes the fields that `$retainKeys` does not name. */
function retainKeys(target: Json, directive: unknown, changes: Json): Json {
  const retained = listOf(directive, '$retainKeys');
  if (Object.keys(changes).some((key) => !isDirective(key) && !retained.includes(key)))
    throw new Error('invalid patch format of retainKeys');
  return Object.fromEntries(Object.entries(target).filter(([key]) => retained.includes(key)));
}

function deleteValues(object: Json, name: string, values: unknown[]): void {
  const list = object[name];
  if (Array.isArray(list)) object[name] = list.filter((item) => !values.includes(item));
}

/** @throws Error if the entries of the patch are not in the order that it wants */
function requireOrder(patch: unknown[], { wanted, key }: { wanted: unknown[]; key: string | undefined }): void {
  const ids = wanted.map((item) => identity(item, key));
  const kept = patch.filter((item) => !isRecord(item) || item.$patch === undefined);
  const positions = kept.map((item) => ids.indexOf(identity(item, key)));
  if (positions.some((position, at) => position < 0 || position < (positions[at - 1] ?? 0)))
    throw new Error(
      `The order in patch list:\n${JSON.stringify(kept)}\n doesn't match ${ORDER.slice(0, -1)} list:\n${JSON.stringify(wanted)}\n`,
    );
}

/** Returns what a patch sets where nothing is yet: without directives and nulls. @returns undefined for a deletion */
function withoutDirectives(value: unknown): unknown {
  if (value === null) return undefined;
  if (Array.isArray(value)) return value.map(withoutDirectives).filter((item) => item !== undefined);
  if (!isRecord(value)) return value;
  if (value.$patch === 'delete') return undefined;
  const entries = Object.entries(value).filter(([key]) => !isDirective(key));
  return Object.fromEntries(
    entries.map(([key, item]) => [key, withoutDirectives(item)]).filter(([, item]) => item !== undefined),
  );
}

function isDirective(key: string): boolean {
  return key === '$patch' || key === '$retainKeys' || key.startsWith(ORDER) || key.startsWith(DELETE_VALUES);
}

function listOf(value: unknown, name: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error(`${name} is not a list`);
}

function arrayOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function unknownDirective(directive: unknown, patch: Json): Error {
  return new Error(`unknown patch type: ${String(directive)} in map: ${JSON.stringify(patch)}`);
}
