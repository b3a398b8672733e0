import type { KubeObject } from '../../kube.js';
import type { Reference } from '../../referrer.js';
import { isRecord, textIn } from '../../values/json.js';

/** An object inside a custom resource, and where it is. */
export interface Part {
  value: Record<string, unknown>;
  /** Name of the field that contains it, or that contains its list. */
  key: string;
  /** Its name, else that of the nearest object around it that has one. */
  name: string;
}

/** Returns the references in a part. A value of an unexpected type has none. */
export type PartReader = (part: Part) => Reference[];

interface Waiting {
  value: unknown;
  key: string;
  name: string;
}

/** Fields of metadata that only describe who wrote an object. */
const IGNORED = new Set(['managedFields', 'ownerReferences']);

/**
 * Passes every object inside a value to the readers, in the order of the fields. Without recursion and without trust in
 * any type, because tenants write custom resources: their values nest deeply, and few are checked by a schema.
 */
export function walk(value: unknown, readers: readonly PartReader[]): Reference[] {
  const found: Reference[] = [];
  const waiting: Waiting[] = [{ value, key: '', name: '' }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const inner = Array.isArray(next.value) ? itemsOf(next.value, next) : fieldsOf(next, readers, found);
    for (let at = inner.length - 1; at >= 0; at--) waiting.push(inner[at]!);
  }
  return found;
}

function itemsOf(list: unknown[], { key, name }: Waiting): Waiting[] {
  return list.filter(isNested).map((value) => ({ value, key, name }));
}

function fieldsOf(
  { value, key, name: around }: Waiting,
  readers: readonly PartReader[],
  found: Reference[],
): Waiting[] {
  if (!isRecord(value)) return [];
  const name = textIn(value.name) ?? (key === '' ? undefined : nameInMetadata(value)) ?? around;
  for (const read of readers) for (const reference of read({ value, key, name })) found.push(reference);
  return Object.entries(value)
    .filter(([field, inner]) => isNested(inner) && !IGNORED.has(field))
    .map(([field, inner]) => ({ value: inner, key: field, name }));
}

function nameInMetadata({ metadata }: Record<string, unknown>): string | undefined {
  return isRecord(metadata) ? textIn(metadata.name) : undefined;
}

function isNested(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

/** Keeps the first of several references to the same image: statuses repeat what the spec states. */
export function withoutDuplicates(references: Reference[]): Reference[] {
  const known = new Set<string>();
  return references.filter(({ form, text, namespace = '' }) => {
    const key = `${form}\0${namespace}\0${text}`;
    return !known.has(key) && known.add(key);
  });
}

/** Returns the namespace of an object; empty for one of the cluster. */
export function namespaceOf({ metadata }: KubeObject): string {
  return textIn(metadata.namespace) ?? '';
}
