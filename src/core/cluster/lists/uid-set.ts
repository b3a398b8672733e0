import type { KubeObject } from '../../model/kube.js';

/** Number of 32-bit words of a hashed uid. Two equal ones among five million are less likely than one in a million. */
const WORDS = 2;
/** Initial number of slots; a power of two. */
const FIRST_SLOTS = 1024;
/** Offset basis and prime of FNV-1a, and a second seed. @see https://datatracker.ietf.org/doc/draft-eastlake-fnv */
const FNV_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
const SECOND_SEED = 0x9e3779b9;
const SECOND_PRIME = 0x85ebca6b;

/** Hashes the uids of a page's objects, to be collected in a `UidSet`. Objects without a uid are skipped. */
export function hashUids(items: readonly KubeObject[]): Uint32Array {
  const words = new Uint32Array(items.length * WORDS);
  let length = 0;
  for (const { metadata } of items) {
    const uid: unknown = metadata.uid;
    if (typeof uid !== 'string' || uid === '') continue;
    let first = FNV_BASIS;
    let second = SECOND_SEED;
    for (let at = 0; at < uid.length; at++) {
      const code = uid.charCodeAt(at);
      first = Math.imul(first ^ code, FNV_PRIME);
      second = Math.imul(second ^ code, SECOND_PRIME);
      second ^= second >>> 15;
    }
    words[length++] = first;
    // Zero marks a free slot.
    words[length++] = second || 1;
  }
  return words.subarray(0, length);
}

/** The hashed uids of a list: finds objects that occur twice. It grows like a hash table, eight bytes a slot. */
export class UidSet {
  size = 0;
  private words = new Uint32Array(FIRST_SLOTS * WORDS);

  /** Adds the uids of a page. @returns the number of those that were there before */
  addAll(hashes: Uint32Array): number {
    this.reserve(this.size + hashes.length / WORDS);
    const before = this.size;
    for (let at = 0; at < hashes.length; at += WORDS) this.put(hashes[at]!, hashes[at + 1]!);
    return hashes.length / WORDS - (this.size - before);
  }

  /** Tells whether a uid is in the set. @param at its number among the hashes of `hashUids` */
  has(hashes: Uint32Array, at: number): boolean {
    return this.words[this.slot(hashes[at * WORDS]!, hashes[at * WORDS + 1]!) + 1] !== 0;
  }

  /** Returns true if both sets have the same uids. */
  equals(other: UidSet): boolean {
    if (this.size !== other.size) return false;
    const { words } = this;
    for (let at = 0; at < words.length; at += WORDS)
      if (words[at + 1] !== 0 && other.words[other.slot(words[at]!, words[at + 1]!) + 1] === 0) return false;
    return true;
  }

  private put(first: number, second: number): void {
    const slot = this.slot(first, second);
    if (this.words[slot + 1] !== 0) return;
    this.words[slot] = first;
    this.words[slot + 1] = second;
    this.size++;
  }

  /** Returns the position of a uid, or of the free slot where it belongs. */
  private slot(first: number, second: number): number {
    const { words } = this;
    const mask = words.length / WORDS - 1;
    for (let at = first & mask; ; at = (at + 1) & mask) {
      const position = at * WORDS;
      if (words[position + 1] === 0 || (words[position] === first && words[position + 1] === second)) return position;
    }
  }

  /** Grows the table so that it stays at most half full. */
  private reserve(count: number): void {
    const old = this.words;
    let slots = old.length / WORDS;
    while (slots < count * 2) slots *= 2;
    if (slots * WORDS === old.length) return;
    this.words = new Uint32Array(slots * WORDS);
    this.size = 0;
    for (let at = 0; at < old.length; at += WORDS) if (old[at + 1] !== 0) this.put(old[at]!, old[at + 1]!);
  }
}
