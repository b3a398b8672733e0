import type { Digest } from '../../../model/digest.js';
import { DigestTable } from '../../../model/table/digest-table.js';
import type { DigestView } from '../../../model/table/snapshot.js';

/**
 * The digests of a snapshot, and those that appear while its plan is executed. Does not modify the snapshot's own
 * table.
 */
export class LaterDigests implements DigestView {
  private readonly later = new DigestTable();
  private readonly first: number;

  constructor(private readonly base: DigestView) {
    this.first = base.size;
  }

  get size(): number {
    return this.first + this.later.size;
  }

  /** Returns the number of a digest: the snapshot's, or a new one. */
  intern(text: string): number {
    const known = this.base.find(text);
    return known === -1 ? this.first + this.later.intern(text) : known;
  }

  find(text: string): number {
    const known = this.base.find(text);
    if (known !== -1) return known;
    const later = this.later.find(text);
    return later === -1 ? -1 : this.first + later;
  }

  get invalidCount(): number {
    return this.base.invalidCount + this.later.invalidCount;
  }

  isDigest(digest: number): boolean {
    return digest < this.first ? this.base.isDigest(digest) : this.later.isDigest(digest - this.first);
  }

  digest(digest: number): Digest {
    return digest < this.first ? this.base.digest(digest) : this.later.digest(digest - this.first);
  }

  text(digest: number): string {
    return digest < this.first ? this.base.text(digest) : this.later.text(digest - this.first);
  }

  writeText(digest: number, target: Uint8Array, at: number): boolean {
    return digest < this.first
      ? this.base.writeText(digest, target, at)
      : this.later.writeText(digest - this.first, target, at);
  }

  firstWord(digest: number): number {
    return digest < this.first ? this.base.firstWord(digest) : this.later.firstWord(digest - this.first);
  }

  compare(a: number, b: number): number {
    if (a < this.first && b < this.first) return this.base.compare(a, b);
    const [left, right] = [this.text(a), this.text(b)];
    return left < right ? -1 : left > right ? 1 : 0;
  }
}
