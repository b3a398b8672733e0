/**
 * Stores, for every thing (image, tag item or blob) and every age, the index of the smallest number of revisions that
 * keeps the thing; `never` if none does. One number is enough, because more revisions never keep less.
 */
export class KeepThresholds {
  private readonly least: Uint8Array;
  /** Number of ages. */
  readonly ages: number;
  /** Number of revision settings. As a threshold, it means that none of them keeps the thing. */
  readonly never: number;

  constructor(count: number, settings: { revisions: readonly number[]; ages: readonly number[] }) {
    this.ages = settings.ages.length;
    this.never = settings.revisions.length;
    this.least = new Uint8Array(count * this.ages).fill(this.never);
  }

  get(thing: number, age: number): number {
    return this.least[thing * this.ages + age]!;
  }

  /** Lowers a threshold. Returns false if it was already that low. */
  lower(thing: number, age: number, threshold: number): boolean {
    const at = thing * this.ages + age;
    if (threshold >= this.least[at]!) return false;
    this.least[at] = threshold;
    return true;
  }

  /** Sums the weights of the things that each number of revisions removes. */
  removed(age: number, weightOf: (thing: number) => number): number[] {
    const byThreshold = new Float64Array(this.never + 1);
    const count = this.least.length / this.ages;
    for (let thing = 0; thing < count; thing++) byThreshold[this.get(thing, age)]! += weightOf(thing);
    return Array.from({ length: this.never }, (_, revisions) =>
      byThreshold.subarray(revisions + 1).reduce((sum, weight) => sum + weight, 0),
    );
  }
}
