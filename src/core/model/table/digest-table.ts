import { isDigest, type Digest } from '../digest.js';
import { DIGEST_WORDS, digestToWords, wordsToDigest, wordsToHex, writeDigest } from './hex-words.js';

/** Number of digests whose words are in one array, as a power of two. */
const SEGMENT_BITS = 13;
const SEGMENT_MASK = (1 << SEGMENT_BITS) - 1;

/** Number of slots that are searched for a digest. Random digests in a table that is half full need a few. */
const MAX_STEPS = 32;
/** Stands for a slot: the digest is in `crowded`. */
const CROWDED = -1;

/**
 * Assigns numbers to digests: each digest of a cluster is stored once, in 32 bytes, and everything else refers to it by
 * number. A million images have about six million digests; as strings in a Map, they would take a gigabyte.
 */
export class DigestTable {
  /** The words of the digests, in segments: they are never copied. */
  private readonly segments: Uint32Array[] = [];
  private slots = new Int32Array(4096).fill(-1);
  private readonly scratch = new Uint32Array(DIGEST_WORDS);
  /**
   * Numbers of digests that found no slot near their hash, by their hexadecimal digits. Tenants choose names and can
   * give a great number of them the same first word; without a limit of the search, each would take longer.
   */
  private readonly crowded = new Map<string, number>();
  /** Names that are not SHA-256 digests, by number and by text; rare. */
  private readonly otherText = new Map<number, string>();
  private readonly otherIds = new Map<string, number>();
  /** Numbers of texts that are not digests at all: names of images and of tag items. */
  private readonly invalid = new Set<number>();
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** Number of texts that are not digests. */
  get invalidCount(): number {
    return this.invalid.size;
  }

  /**
   * Returns the number of a digest (or of the name of an image, which can be any text), and assigns one if it has none.
   */
  intern(text: string): number {
    if (digestToWords(text, this.scratch, 0)) return this.internWords(this.scratch, 0);
    let id = this.otherIds.get(text);
    if (id === undefined) {
      id = this.append();
      this.otherIds.set(text, id);
      this.otherText.set(id, text);
      if (!isDigest(text)) this.invalid.add(id);
    }
    return id;
  }

  /** Returns the number of a sha256 digest that is given as words, and assigns one if it has none. */
  internWords(words: Uint32Array, at: number): number {
    const slot = this.slotOf(words, at);
    const known = this.idAt(slot, words, at);
    if (known !== -1) return known;
    const id = this.append();
    const segment = this.segmentOf(id);
    const to = offsetOf(id);
    for (let word = 0; word < DIGEST_WORDS; word++) segment[to + word] = words[at + word]!;
    this.place(id, slot);
    if (this.count * 2 > this.slots.length) this.rehash();
    return id;
  }

  /** Returns the number of a digest, or -1. */
  find(text: string): number {
    if (!digestToWords(text, this.scratch, 0)) return this.otherIds.get(text) ?? -1;
    return this.idAt(this.slotOf(this.scratch, 0), this.scratch, 0);
  }

  /** Returns false for the number of a text that is not a digest. */
  isDigest(id: number): boolean {
    return this.invalid.size === 0 || !this.invalid.has(id);
  }

  /** Returns a digest for a request or a storage key. @throws Error if the text of this number is not a digest */
  digest(id: number): Digest {
    const text = this.text(id);
    if (isDigest(text)) return text;
    throw new Error(`${JSON.stringify(text.slice(0, 100))} is not a digest`);
  }

  text(id: number): string {
    return this.otherText.get(id) ?? wordsToDigest(this.segmentOf(id), offsetOf(id));
  }

  /** Returns the first 32 bits of a SHA-256 digest; NaN for other texts. */
  firstWord(id: number): number {
    return this.otherText.size > 0 && this.otherText.has(id) ? NaN : this.segmentOf(id)[offsetOf(id)]!;
  }

  /**
   * Writes the text of a sha256 digest, of `DIGEST_LENGTH` bytes: long lists of digests need no strings.
   * @returns false for any other name; nothing is written
   */
  writeText(id: number, target: Uint8Array, at: number): boolean {
    if (this.otherText.size > 0 && this.otherText.has(id)) return false;
    writeDigest(this.segmentOf(id), offsetOf(id), target, at);
    return true;
  }

  /** Compares two digests as strings, for sorting. */
  compare(a: number, b: number): number {
    if (this.otherText.size > 0 && (this.otherText.has(a) || this.otherText.has(b))) {
      const [left, right] = [this.text(a), this.text(b)];
      return left < right ? -1 : left > right ? 1 : 0;
    }
    const left = this.segmentOf(a);
    const right = this.segmentOf(b);
    const leftAt = offsetOf(a);
    const rightAt = offsetOf(b);
    for (let word = 0; word < DIGEST_WORDS; word++) {
      const difference = left[leftAt + word]! - right[rightAt + word]!;
      if (difference !== 0) return difference;
    }
    return 0;
  }

  private append(): number {
    const id = this.count++;
    if ((id & SEGMENT_MASK) === 0) this.segments.push(new Uint32Array((SEGMENT_MASK + 1) * DIGEST_WORDS));
    return id;
  }

  private segmentOf(id: number): Uint32Array {
    return this.segments[id >> SEGMENT_BITS]!;
  }

  private hex(id: number): string {
    return wordsToHex(this.segmentOf(id), offsetOf(id), DIGEST_WORDS);
  }

  /** Returns the number in a slot, or that of crowded words; -1 if there is none. */
  private idAt(slot: number, words: Uint32Array, at: number): number {
    return slot === CROWDED ? (this.crowded.get(wordsToHex(words, at, DIGEST_WORDS)) ?? -1) : this.slots[slot]!;
  }

  private place(id: number, slot: number): void {
    if (slot === CROWDED) this.crowded.set(this.hex(id), id);
    else this.slots[slot] = id;
  }

  /**
   * Returns the slot that contains these words, or the free slot for them; `CROWDED` if all slots near their hash are
   * taken by others. Digests are random, so their first word is the hash.
   */
  private slotOf(words: Uint32Array, at: number): number {
    const mask = this.slots.length - 1;
    let slot = words[at]! & mask;
    for (let step = 0; step < MAX_STEPS; step++) {
      const id = this.slots[slot]!;
      if (id === -1 || this.same(id, words, at)) return slot;
      slot = (slot + 1) & mask;
    }
    return CROWDED;
  }

  private same(id: number, words: Uint32Array, at: number): boolean {
    const segment = this.segmentOf(id);
    const base = offsetOf(id);
    for (let word = 0; word < DIGEST_WORDS; word++) if (segment[base + word] !== words[at + word]) return false;
    return true;
  }

  /** Doubles the slots. All digests are different, so none is compared with another. */
  private rehash(): void {
    const slots = new Int32Array(this.slots.length * 2).fill(-1);
    this.slots = slots;
    this.crowded.clear();
    const mask = slots.length - 1;
    for (let id = 0; id < this.count; id++) {
      if (this.otherText.size > 0 && this.otherText.has(id)) continue;
      const hash = this.segmentOf(id)[offsetOf(id)]!;
      let step = 0;
      while (step < MAX_STEPS && slots[(hash + step) & mask] !== -1) step++;
      this.place(id, step === MAX_STEPS ? CROWDED : (hash + step) & mask);
    }
  }
}

/** Returns where the words of a digest begin in their segment. */
function offsetOf(id: number): number {
  return (id & SEGMENT_MASK) * DIGEST_WORDS;
}
