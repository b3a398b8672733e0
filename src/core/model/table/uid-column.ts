import { Growable } from './growable.js';
import { UID_WORDS, wordsToUid } from './hex-words.js';
import { FLAG } from './image-columns.js';
import type { PageCursor } from './page-cursor.js';

/** The uids of images, by image number. A uid in its usual form takes 16 bytes. */
export class UidColumn {
  private readonly words = new Growable(Uint32Array);
  private readonly others = new Map<number, string>();

  /** Appends the uid of an image of a page; `image` is the number that it gets. */
  push(image: number, { columns, otherUids }: PageCursor, index: number): void {
    for (let word = 0; word < UID_WORDS; word++) this.words.push(columns.uids[index * UID_WORDS + word]!);
    const other = otherUids.get(index);
    if (other !== undefined) this.others.set(image, other);
  }

  /** Returns the uid of an image with these flags. */
  text(image: number, flags: number): string {
    if ((flags & FLAG.plainUid) === 0) return this.others.get(image) ?? '';
    const words = Uint32Array.from({ length: UID_WORDS }, (_, word) => this.words.at(image * UID_WORDS + word));
    return wordsToUid(words, 0);
  }

  /** Returns true if an image has another uid than an image of a page. */
  differs(image: number, { columns, otherUids }: PageCursor, index: number): boolean {
    const other = otherUids.get(index);
    if (other !== undefined || this.others.has(image)) return other !== this.others.get(image);
    for (let word = 0; word < UID_WORDS; word++) {
      if (this.words.at(image * UID_WORDS + word) !== columns.uids[index * UID_WORDS + word]) return true;
    }
    return false;
  }
}
