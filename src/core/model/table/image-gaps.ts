import type { Gap } from '../image.js';

/** What images need that their objects do not state. Images are image numbers, digests are digest numbers. */
export class ImageGaps {
  /** Images whose manifests certainly name more than their objects. They are unreadable until a manifest is read. */
  readonly certain = new Set<number>();
  /** Images whose manifests may name more than their objects. */
  readonly possible = new Set<number>();
  private readonly needs = new Map<number, readonly number[]>();
  /** What could be in possible gaps. */
  private readonly possibleNeeds = new Map<number, readonly number[]>();

  /** Notes the gap of an image, and what it needs, or could need, in addition to what its object states. */
  note(image: number, gap: Gap | undefined, needs: readonly number[]): void {
    if (gap) this[gap].add(image);
    if (needs.length > 0) (gap === 'possible' ? this.possibleNeeds : this.needs).set(image, needs);
  }

  /** Closes the gap of an image: its manifest names these digests, too. */
  close(image: number, needs: readonly number[]): void {
    this.certain.delete(image);
    this.possible.delete(image);
    this.needs.set(image, [...(this.needs.get(image) ?? []), ...needs]);
  }

  /** Counts what could be in possible gaps as needed. `oc` does not: it sees only what Image objects state. */
  needPossible(): void {
    for (const [image, needs] of this.possibleNeeds) this.needs.set(image, needs);
    this.possibleNeeds.clear();
  }

  /** Calls `take` with each digest that an image needs in addition to what its object states. */
  eachNeed(image: number, take: (digest: number) => void): void {
    if (this.needs.size > 0) this.needs.get(image)?.forEach((digest) => take(digest));
  }
}
