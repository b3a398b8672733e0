import type { Referrer } from '../../../model/referrer.js';
import { STREAM_KIND } from '../../../model/referrers/stream.js';
import type { ImageStream } from '../../../model/table/snapshot.js';

/** Referrers that are listed together: the image fields of one kind, all strings of its objects, or declared fields. */
export type ReferrerGroup = Pick<Referrer, 'kind' | 'anywhere' | 'declared'>;

/** Stores the newest known state of every object that uses images. */
export class KnownReferrers {
  private readonly groups = new Map<string, Map<string, Referrer>>();

  constructor(referrers: readonly Referrer[]) {
    for (const referrer of referrers) this.put(referrer);
  }

  get size(): number {
    let size = 0;
    for (const known of this.groups.values()) size += known.size;
    return size;
  }

  put(referrer: Referrer): void {
    const group = nameOf(referrer);
    let known = this.groups.get(group);
    if (!known) this.groups.set(group, (known = new Map()));
    known.set(keyOf(referrer), referrer);
  }

  /** Stores a state that can be older than the known one: the uses of both count. */
  add(referrer: Referrer): void {
    const known = this.groups.get(nameOf(referrer))?.get(keyOf(referrer))?.references ?? [];
    const listed = new Set(referrer.references.map((reference) => JSON.stringify(reference)));
    const others = known.filter((reference) => !listed.has(JSON.stringify(reference)));
    this.put(others.length === 0 ? referrer : { ...referrer, references: [...referrer.references, ...others] });
  }

  /** Stores what the tags of a stream follow. @returns whether that has changed */
  putFollower({ namespace, name, follows = [] }: ImageStream): boolean {
    const referrer = { kind: STREAM_KIND, namespace, name, references: follows };
    const known = this.groups.get(nameOf(referrer))?.get(keyOf(referrer))?.references ?? [];
    if (JSON.stringify(known) === JSON.stringify(follows)) return false;
    this.put(referrer);
    return true;
  }

  /** @returns whether it was known */
  remove(referrer: Referrer): boolean {
    return this.groups.get(nameOf(referrer))?.delete(keyOf(referrer)) ?? false;
  }

  /** Replaces all referrers of a group. */
  setAll(group: ReferrerGroup, referrers: Referrer[]): void {
    this.groups.set(nameOf(group), new Map(referrers.map((referrer) => [keyOf(referrer), referrer])));
  }

  /** Forgets the referrers of a group whose objects (`namespace/name`) do not exist. @returns whether there were any */
  retain(group: ReferrerGroup, present: ReadonlySet<string>): boolean {
    const known = this.groups.get(nameOf(group));
    const gone = [...(known?.keys() ?? [])].filter((key) => !present.has(key));
    for (const key of gone) known!.delete(key);
    return gone.length > 0;
  }

  all(): Referrer[] {
    return [...this.groups.values()].flatMap((known) => [...known.values()]);
  }
}

function nameOf({ kind, anywhere, declared }: ReferrerGroup): string {
  if (declared !== undefined) return `${kind} of ${declared}`;
  return anywhere ? `${kind} anywhere` : kind;
}

function keyOf({ namespace, name }: Referrer): string {
  return `${namespace}/${name}`;
}
