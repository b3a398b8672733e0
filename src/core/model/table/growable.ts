type Column = Float64Array | Int32Array | Uint32Array | Uint8Array;

/** A typed array that grows. */
export class Growable<T extends Column> {
  length = 0;

  constructor(private column: T) {}

  at(index: number): number {
    return this.column[index]!;
  }

  /** Sets a value; what is missing before it becomes 0. */
  set(index: number, value: number): void {
    while (this.length <= index) this.push(0);
    this.column[index] = value;
  }

  push(value: number): void {
    if (this.length === this.column.length) this.grow();
    this.column[this.length++] = value;
  }

  /** Returns true if a value is at `from` or behind it. */
  includes(value: number, from: number): boolean {
    for (let at = from; at < this.length; at++) if (this.column[at] === value) return true;
    return false;
  }

  private grow(): void {
    // Grows by a quarter: with a million images, doubling would leave tens of megabytes unused.
    const length = Math.max(1024, Math.ceil(this.column.length * 1.25));
    const larger = new (this.column.constructor as new (length: number) => T)(length);
    larger.set(this.column as never);
    this.column = larger;
  }
}
