import type { Failure } from '../../model/document.js';
import { compareText } from '../../model/values/compare-text.js';
import type { ObjectPruneOptions } from './options.js';
import { keyOf, type OwnerRecord, type PrunableObject } from './object.js';
import type { DeletionReason, KeepReason, Outcome, OwnerName } from './reason.js';

/** An object that is deleted. */
export interface Deletion {
  object: PrunableObject;
  because: DeletionReason;
  /** The newest object of the same owner: without it, this one would be the current revision. */
  newest?: PrunableObject;
}

/** An object that is kept. */
export interface Kept {
  object: PrunableObject;
  because: KeepReason;
}

/** What a prune does with every object that it has read; frozen. */
export interface ObjectPrunePlan {
  readonly options: ObjectPruneOptions;
  /** By namespace, name and kind. */
  readonly deletions: readonly Deletion[];
  /** By namespace, name and kind. */
  readonly kept: readonly Kept[];
}

/** Everything that a plan is computed from. */
export interface ObjectEvidence {
  objects: readonly PrunableObject[];
  owners: readonly OwnerRecord[];
  /** The API server's time, in ms since the epoch. */
  now: number;
  /** Owners that the user may not read: what belongs to them is kept. */
  unreadable?: readonly Failure[];
}

/** How many objects of one owner are kept. */
interface Retention {
  outcome: Outcome;
  keep: number;
  owner: OwnerName;
  /** Objects that are kept in any case. */
  current?: ReadonlySet<object>;
  /** The newest object of the owner, with any outcome. */
  newest?: PrunableObject;
}

/** Collects the decisions of a plan. */
export class Decisions {
  private readonly deletions: Deletion[] = [];
  private readonly kept: Kept[] = [];

  keep(object: PrunableObject, because: KeepReason): void {
    this.kept.push({ object, because });
  }

  delete(object: PrunableObject, because: DeletionReason, newest?: PrunableObject): void {
    this.deletions.push({ object, because, newest });
  }

  /** Keeps the newest objects of an owner with one outcome, and those in `current`; deletes the others. */
  retain(objects: readonly PrunableObject[], { outcome, keep, owner, current, newest }: Retention): void {
    for (const [position, object] of [...objects].sort(newestFirst).entries()) {
      if (current?.has(object)) this.keep(object, { because: 'current', owner });
      else if (position < keep) this.keep(object, { because: 'newest', outcome, position, keep, owner });
      else this.delete(object, { because: 'surplus', outcome, keep, owner }, newest);
    }
  }

  toPlan(options: ObjectPruneOptions): ObjectPrunePlan {
    const inOrder = <T extends Deletion | Kept>(list: T[]): readonly T[] =>
      Object.freeze(list.sort((a, b) => byName(a.object, b.object)));
    return Object.freeze({ options, deletions: inOrder(this.deletions), kept: inOrder(this.kept) });
  }
}

/** Compares two objects of one owner: the newer one first; then by revision, then by name. */
export function newestFirst(a: PrunableObject, b: PrunableObject): number {
  const { created: timeOfA = -Infinity } = a;
  const { created: timeOfB = -Infinity } = b;
  if (timeOfA !== timeOfB) return timeOfA > timeOfB ? -1 : 1;
  return (b.revision ?? -1) - (a.revision ?? -1) || compareText(b.name, a.name);
}

/** Groups objects by a key; objects whose key is undefined are omitted. */
export function groupBy<T>(objects: readonly T[], key: (object: T) => string | undefined): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const object of objects) {
    const name = key(object);
    if (name === undefined) continue;
    const group = groups.get(name);
    if (group) group.push(object);
    else groups.set(name, [object]);
  }
  return groups;
}

function byName(a: PrunableObject, b: PrunableObject): number {
  return compareText(a.namespace, b.namespace) || compareText(a.name, b.name) || compareText(a.kind, b.kind);
}

/** Finds owners by namespace and name. */
export function indexOwners(owners: readonly OwnerRecord[]): Map<string, OwnerRecord> {
  return new Map(owners.map((owner) => [keyOf(owner), owner]));
}
