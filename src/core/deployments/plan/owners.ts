import { keyOf, type OwnerRecord, type OwnerReference } from '../../object-prune/plan/object.js';
import { groupBy, newestFirst } from '../../object-prune/plan/plan.js';
import type { OwnerName } from '../../object-prune/plan/reason.js';
import type { ReplicaController } from './controller.js';

const OWNER_KIND = { ReplicationController: 'DeploymentConfig', ReplicaSet: 'Deployment' } as const;

/** API groups of the owners; `v1` is what DeploymentConfigs had before OpenShift 3.6. */
const OWNER_GROUPS: Record<string, readonly string[]> = {
  DeploymentConfig: ['apps.openshift.io', ''],
  Deployment: ['apps', 'extensions'],
};

/** Returns the reference to the DeploymentConfig or the Deployment that owns a controller. */
export function ownerReferenceOf({ kind, owners }: ReplicaController): OwnerReference | undefined {
  return owners.find((owner) => owner.kind === OWNER_KIND[kind] && owner.name !== '');
}

/** Names the owner of a controller: it is in the same namespace. */
export function ownerNameOf(controller: ReplicaController): OwnerName | undefined {
  const owner = ownerReferenceOf(controller);
  return owner && { kind: owner.kind, namespace: controller.namespace, name: owner.name };
}

/**
 * Returns an owner of a controller that is not its one DeploymentConfig or Deployment: an Argo Rollout, for example, or
 * a second Deployment.
 */
export function otherOwnerOf({ kind, owners }: ReplicaController): OwnerReference | undefined {
  const [first] = owners;
  return owners.find((owner) => {
    const [group = ''] = owner.apiVersion.includes('/') ? owner.apiVersion.split('/') : [];
    const isOwn = owner.kind === OWNER_KIND[kind] && OWNER_GROUPS[owner.kind]!.includes(group);
    return !isOwn || owner.name !== first!.name || owner.uid !== first!.uid;
  });
}

/** Returns the key of an owner: with the kind, because a DeploymentConfig and a Deployment can have the same name. */
export function ownerKey(owner: OwnerName): string {
  return `${owner.kind} ${keyOf(owner)}`;
}

/** True if the reference states another uid than the owner of this name has. */
export function isReplaced(reference: OwnerReference | undefined, { uid }: OwnerRecord): boolean {
  return reference?.uid !== undefined && uid !== undefined && reference.uid !== uid;
}

/** The current revisions of all owners. */
interface CurrentRevisions {
  /** Every controller that is a current revision. */
  all: ReadonlySet<ReplicaController>;
  /** The newest controller of an owner, by `revisionsKey`. */
  newest: ReadonlyMap<string, ReplicaController>;
}

/**
 * Finds the controllers that are the current revision of an owner: the newest one, the one with the highest revision (a
 * rollback of a Deployment uses an old ReplicaSet again), and the newest complete one (a DeploymentConfig keeps it
 * until the next rollout is complete). Its number of replicas says nothing: the owner can be scaled to zero.
 */
export function currentRevisions(controllers: readonly ReplicaController[]): CurrentRevisions {
  const all = new Set<ReplicaController>();
  const newestOf = new Map<string, ReplicaController>();
  for (const [key, group] of groupBy(controllers, revisionsKey)) {
    const [newest, ...older] = group.sort(newestFirst);
    newestOf.set(key, newest!);
    all.add(newest!);
    const highest = older.reduce((best, one) => ((one.revision ?? -1) > (best.revision ?? -1) ? one : best), newest!);
    all.add(highest);
    const complete = group.find(({ phase }) => phase === 'Complete');
    if (complete) all.add(complete);
  }
  return { all, newest: newestOf };
}

/** Returns a key that the controllers of one owner share, with its uid; undefined without an owner. */
export function revisionsKey(controller: ReplicaController): string | undefined {
  const owner = ownerNameOf(controller);
  return owner && `${ownerKey(owner)} ${ownerReferenceOf(controller)?.uid ?? ''}`;
}
