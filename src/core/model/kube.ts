/** An object as every API server writes it; what is inside is checked where it is read. */
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

/** A list as an API server answers with it. */
export interface KubeList {
  kind?: string;
  apiVersion?: string;
  metadata?: { resourceVersion?: string; continue?: string; remainingItemCount?: number };
  items: KubeObject[];
}

/**
 * Which fields of an object decisions read: `all` of a value, only its `type` (an empty object, list or string stands for
 * it; other values as they are), or certain fields of an object, and of every object in a list.
 */
export type Fields = 'all' | 'type' | { [name: string]: Fields };
