type Column = Float64Array | Int32Array | Uint32Array | Uint8Array;

/** Number of values per segment, as a power of two. */
const SEGMENT_BITS = 13;
const SEGMENT = 1 << SEGMENT_BITS;
const MASK = SEGMENT - 1;

/**
 * A column of numbers that grows by segments. One array that is copied whenever it grows would leave four times its
 * memory to the garbage collector.
 */
export class Growable<T extends Column> {
  length = 0;
  private readonly segments: T[] = [];

  constructor(private readonly type: new (length: number) => T) {}

  at(index: number): number {
    return this.segments[index >> SEGMENT_BITS]![index & MASK]!;
  }

  /** Sets a value; what is missing before it becomes 0. */
  set(index: number, value: number): void {
    while (this.length <= index) this.push(0);
    this.segments[index >> SEGMENT_BITS]![index & MASK] = value;
  }

  push(value: number): void {
    const index = this.length++;
    if ((index & MASK) === 0) this.segments.push(new this.type(SEGMENT));
    this.segments[index >> SEGMENT_BITS]![index & MASK] = value;
  }

  /** Returns true if a value is at `from` or behind it. */
  includes(value: number, from: number): boolean {
    for (let at = from; at < this.length; at++) if (this.at(at) === value) return true;
    return false;
  }
}
