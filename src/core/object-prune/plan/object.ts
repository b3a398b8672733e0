import type { Fields, KubeObject } from '../../model/kube.js';

/** A reference of an object to one that owns it. */
export interface OwnerReference {
  /** `apps/v1` */
  apiVersion: string;
  kind: string;
  name: string;
  uid?: string;
  /** True for the one owner that manages the object. */
  controller: boolean;
}

/** The kinds of objects that can be deleted. */
export type PrunableKind = 'Build' | 'ReplicationController' | 'ReplicaSet';

/**
 * An object that a prune can delete, reduced to what decisions need: two readings of it differ if something changed
 * that a decision rests on.
 */
export interface PrunableObject {
  kind: PrunableKind;
  namespace: string;
  name: string;
  uid?: string;
  /** Its creationTimestamp in ms since the epoch; undefined if it has none. */
  created?: number;
  /** True while finalizers keep an object that was deleted. */
  isDeleting: boolean;
  /** Its phase, e.g. `Complete`; undefined if it states none. */
  phase?: string;
  /** Its position in the history of its owner; undefined if it states none. */
  revision?: number;
  owners: OwnerReference[];
  /** Only shown: no decision rests on them. */
  labels?: Record<string, string>;
}

/** An object that owns others. */
export interface OwnerRecord {
  /** `BuildConfig`, `DeploymentConfig` or `Deployment` */
  kind: string;
  namespace: string;
  name: string;
  uid?: string;
}

/**
 * Returns the fields of the metadata that are read. Without managed fields, which are the largest part of
 * most objects, a run takes about half the time.
 * @param annotations that the kind of object has
 */
export function metadataFields(...annotations: readonly string[]): Fields {
  return {
    name: 'all',
    namespace: 'all',
    uid: 'all',
    resourceVersion: 'all',
    creationTimestamp: 'all',
    deletionTimestamp: 'all',
    ownerReferences: 'all',
    labels: 'all',
    annotations: Object.fromEntries(annotations.map((name) => [name, 'all' as const])),
  };
}

/** Reads what every prunable object has. */
export function reduceCommon({ metadata }: KubeObject): Omit<PrunableObject, 'kind'> {
  const { namespace = '', name, uid, creationTimestamp, deletionTimestamp } = metadata;
  return {
    namespace,
    name,
    uid,
    created: timeOf(creationTimestamp),
    isDeleting: Boolean(deletionTimestamp),
    owners: ownersOf(metadata.ownerReferences),
    ...(metadata.labels ? { labels: metadata.labels } : {}),
  };
}

/** Reads an owner. */
export function reduceOwner(kind: string, { metadata: { namespace = '', name, uid } }: KubeObject): OwnerRecord {
  return { kind, namespace, name, uid };
}

/** Returns a number that an annotation states; undefined if it states none. */
export function numberIn({ metadata }: KubeObject, annotation: string): number | undefined {
  const text = metadata.annotations?.[annotation];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** Returns a key that tells objects of one kind apart. */
export function keyOf({ namespace, name }: { namespace: string; name: string }): string {
  return `${namespace}/${name}`;
}

function timeOf(text: string | undefined): number | undefined {
  const time = text === undefined ? NaN : Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

function ownersOf(references: unknown): OwnerReference[] {
  if (references === undefined || references === null) return [];
  return (references as Partial<OwnerReference>[]).map(
    ({ apiVersion = '', kind = '', name = '', uid, controller }) => ({
      apiVersion,
      kind,
      name,
      uid,
      controller: controller === true,
    }),
  );
}
