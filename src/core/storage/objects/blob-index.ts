import { RegadmError } from '../../model/errors.js';
import type { BlobFacts } from '../../model/registry-storage.js';

/** The blobs of a listing with their sizes and times, in 90 bytes each: there can be millions. */
export class BlobIndex {
  private constructor(
    /** Sorted, as hex. */
    readonly hexes: string[],
    private readonly bytes: Float64Array,
    private readonly times: Float64Array,
  ) {}

  /** @throws RegadmError STORAGE_UNREADABLE if a blob is listed twice */
  static from(parts: readonly BlobPart[]): BlobIndex {
    const found = parts.flatMap((part) => part.hexes.map((_, at) => ({ part, at })));
    const hexAt = (index: number): string => found[index]!.part.hexes[found[index]!.at]!;
    if (found.some((_, index) => index > 0 && hexAt(index - 1) >= hexAt(index)))
      found.sort((a, b) => (a.part.hexes[a.at]! < b.part.hexes[b.at]! ? -1 : 1));
    const index = new BlobIndex([], new Float64Array(found.length), new Float64Array(found.length));
    for (const [position, { part, at }] of found.entries()) {
      const hex = part.hexes[at]!;
      if (hex === index.hexes.at(-1)) throw listedTwice(hex);
      index.hexes.push(hex);
      index.bytes[position] = part.bytes[at]!;
      index.times[position] = part.times[at]!;
    }
    return index;
  }

  get size(): number {
    return this.hexes.length;
  }

  /** Returns size and time of a blob; undefined if it is not in the listing. */
  factsOf(hex: string): BlobFacts | undefined {
    const at = this.find(hex);
    return at === undefined ? undefined : { bytes: this.bytes[at]!, writtenAt: this.times[at]! };
  }

  /** Returns when a blob was written; undefined if it is not in the listing. */
  writtenAt(hex: string): number | undefined {
    const at = this.find(hex);
    return at === undefined ? undefined : this.times[at];
  }

  /** Returns the sizes of all blobs, in the order of `hexes`. */
  sizes(): Float64Array {
    return this.bytes.slice();
  }

  /** Sets the size of a blob that the listing shows with 0 bytes. */
  setSize(position: number, bytes: number): void {
    this.bytes[position] = bytes;
  }

  /** Returns the string of this index for the same digest, so that memory holds it once; else a copy. */
  intern(hex: string): string {
    const at = this.find(hex);
    return at === undefined ? copyOf(hex) : this.hexes[at]!;
  }

  private find(hex: string): number | undefined {
    let [low, high] = [0, this.hexes.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.hexes[middle]! < hex) low = middle + 1;
      else high = middle;
    }
    return this.hexes[low] === hex ? low : undefined;
  }
}

/** Blobs of one listed prefix. */
export class BlobPart {
  readonly hexes: string[] = [];
  readonly bytes: number[] = [];
  readonly times: number[] = [];

  add(hex: string, bytes: number, writtenAt: number): void {
    this.hexes.push(copyOf(hex));
    this.bytes.push(bytes);
    this.times.push(writtenAt);
  }
}

/** Copies a part of a string: V8 keeps the whole string (a page of a listing) in memory as long as a part of it. */
function copyOf(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}

function listedTwice(hex: string): RegadmError {
  return new RegadmError(`cannot read the whole storage of the registry: the listing names blob sha256:${hex} twice`, {
    code: 'STORAGE_UNREADABLE',
  });
}
