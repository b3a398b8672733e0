import { isRecord, listOf, textIn } from './values/json.js';

/** An object of the API. Readers check the fields that they use. */
export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata: ObjectMeta;
  spec?: Record<string, unknown>;
  status?: Record<string, unknown>;
  [key: string]: unknown;
}

export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  annotations?: Record<string, string>;
  labels?: Record<string, string>;
  [key: string]: unknown;
}

/** A condition in the status of an object. */
export interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

/** Returns the conditions in the status of an object; without values of other types. */
export function conditionsOf({ status }: Pick<KubeObject, 'status'>): Condition[] {
  return listOf(status?.conditions).flatMap((each) => {
    if (!isRecord(each) || typeof each.type !== 'string' || typeof each.status !== 'string') return [];
    return [{ type: each.type, status: each.status, reason: textIn(each.reason), message: textIn(each.message) }];
  });
}

/** A list of objects, as the API server sends it. */
export interface KubeList {
  kind?: string;
  apiVersion?: string;
  metadata?: { resourceVersion?: string; continue?: string; remainingItemCount?: number };
  items: KubeObject[];
}

/**
 * The fields of an object that decisions read: `all` of a value, only its `type` (read as an empty object, list or
 * string; other values as they are), or the named fields of an object or of every object in a list.
 */
export type Fields = 'all' | 'type' | { [name: string]: Fields };

/**
 * Returns true if a resource version is older than another one of the same resource. Versions grow; if they are not
 * numbers, they cannot be compared, and none is older.
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
 */
export function isOlderVersion(version: string, other: string): boolean {
  return /^\d+$/.test(version) && /^\d+$/.test(other) && BigInt(version) < BigInt(other);
}
