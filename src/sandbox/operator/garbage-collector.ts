import type { KubeObject } from '../../core/model/kube.js';
import { FOREGROUND_FINALIZER, ORPHAN_FINALIZER } from '../api/deletion.js';
import type { ResourceDefinition } from '../api/resources.js';
import type { Store, StoreEvent } from '../api/store.js';

interface OwnerReference {
  uid?: string;
}

/** A place of an object; the object itself may have changed. */
interface Place {
  definition: ResourceDefinition;
  namespace?: string;
  name: string;
}

/**
 * Simulates the garbage collector: deletes or orphans what a deleted object owns. It only acts on deletions, so objects
 * whose owner never existed stay.
 */
export class GarbageCollector {
  /** Places of the objects that name a uid as that of an owner. */
  private readonly dependents = new Map<string, Map<string, Place>>();
  /** Deleted objects, or objects that wait for the garbage collector, by uid. */
  private readonly pending = new Map<string, Place>();

  constructor(private readonly store: Store) {
    store.subscribe((event) => this.observe(event));
  }

  /** Handles one deletion. @returns false if none is left */
  step(): boolean {
    const [next] = this.pending;
    if (!next) return false;
    const [uid, place] = next;
    this.pending.delete(uid);
    const owner = this.find(place);
    if (owner?.metadata.uid === uid) this.finish(place, owner);
    else this.collect(uid);
    return true;
  }

  private observe({ type, definition, object }: StoreEvent): void {
    const { uid = '', namespace, name } = object.metadata;
    const place = { definition, namespace, name };
    if (type === 'DELETED') {
      if (this.dependents.has(uid)) this.pending.set(uid, place);
      return;
    }
    for (const owner of ownersOf(object)) this.remember(owner.uid, place);
    if (finalizersOf(object).some(isCollectors)) this.pending.set(uid, place);
  }

  private remember(owner: string | undefined, place: Place): void {
    if (owner === undefined) return;
    const places = this.dependents.get(owner) ?? new Map<string, Place>();
    this.dependents.set(owner, places.set(`${place.definition.resource} ${place.namespace}/${place.name}`, place));
  }

  /** Handles the dependents of an object that is marked as deleted, and removes the finalizer. */
  private finish(place: Place, owner: KubeObject): void {
    const { uid = '' } = owner.metadata;
    if (finalizersOf(owner).includes(ORPHAN_FINALIZER)) this.orphan(uid);
    else this.collect(uid);
    const finalizers = finalizersOf(owner).filter((name) => !isCollectors(name));
    const metadata = { ...owner.metadata, finalizers };
    if (finalizers.length > 0) this.store.write(place.definition, { ...owner, metadata });
    else this.store.delete(place.definition, place.namespace, place.name);
  }

  /** Deletes the dependents of an owner; one that has a further owner only loses this one. */
  private collect(uid: string): void {
    for (const [place, dependent] of this.take(uid)) {
      if (ownersOf(dependent).length > 1) this.release(place, dependent, uid);
      else this.store.delete(place.definition, place.namespace, place.name);
    }
  }

  private orphan(uid: string): void {
    for (const [place, dependent] of this.take(uid)) this.release(place, dependent, uid);
  }

  private release({ definition }: Place, dependent: KubeObject, uid: string): void {
    const ownerReferences = ownersOf(dependent).filter((owner) => owner.uid !== uid);
    this.store.write(definition, { ...dependent, metadata: { ...dependent.metadata, ownerReferences } });
  }

  /** Lists the objects that still name the owner, and forgets them. */
  private take(uid: string): [Place, KubeObject][] {
    const places = [...(this.dependents.get(uid)?.values() ?? [])];
    this.dependents.delete(uid);
    return places.flatMap((place): [Place, KubeObject][] => {
      const found = this.find(place);
      return found && ownersOf(found).some((owner) => owner.uid === uid) ? [[place, found]] : [];
    });
  }

  private find({ definition, namespace, name }: Place): KubeObject | undefined {
    return this.store.find(definition, namespace, name);
  }
}

function ownersOf({ metadata }: KubeObject): OwnerReference[] {
  return (metadata.ownerReferences ?? []) as OwnerReference[];
}

function finalizersOf({ metadata }: KubeObject): string[] {
  return metadata.deletionTimestamp === undefined ? [] : ((metadata.finalizers ?? []) as string[]);
}

function isCollectors(finalizer: string): boolean {
  return finalizer === FOREGROUND_FINALIZER || finalizer === ORPHAN_FINALIZER;
}
