import type { Referrer } from '../../../model/referrer.js';
import { STREAM_KIND } from '../../../model/referrers/stream.js';
import type { ImageStream } from '../../../model/table/snapshot.js';

/** Stores the newest known state of every object that uses images. */
export class KnownReferrers {
  private readonly byKind = new Map<string, Map<string, Referrer>>();

  constructor(referrers: readonly Referrer[]) {
    for (const referrer of referrers) this.put(referrer);
  }

  get size(): number {
    let size = 0;
    for (const known of this.byKind.values()) size += known.size;
    return size;
  }

  put(referrer: Referrer): void {
    let known = this.byKind.get(referrer.kind);
    if (!known) this.byKind.set(referrer.kind, (known = new Map()));
    known.set(keyOf(referrer), referrer);
  }

  /** Stores what the tags of a stream follow. @returns whether that has changed */
  putFollower({ namespace, name, follows = [] }: ImageStream): boolean {
    const referrer = { kind: STREAM_KIND, namespace, name, references: follows };
    const known = this.byKind.get(STREAM_KIND)?.get(keyOf(referrer))?.references ?? [];
    if (JSON.stringify(known) === JSON.stringify(follows)) return false;
    this.put(referrer);
    return true;
  }

  /** @returns whether it was known */
  remove(referrer: Referrer): boolean {
    return this.byKind.get(referrer.kind)?.delete(keyOf(referrer)) ?? false;
  }

  /** Replaces all referrers of a kind. */
  setAll(kind: string, referrers: Referrer[]): void {
    this.byKind.set(kind, new Map(referrers.map((referrer) => [keyOf(referrer), referrer])));
  }

  all(): Referrer[] {
    return [...this.byKind.values()].flatMap((known) => [...known.values()]);
  }
}

function keyOf({ namespace, name }: Referrer): string {
  return `${namespace}/${name}`;
}
