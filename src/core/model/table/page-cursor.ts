import { NO_LAYERS, type Gap } from '../image.js';
import type { InvalidNames } from '../names/invalid-names.js';
import type { DigestTable } from './digest-table.js';
import { DIGEST_WORDS } from './hex-words.js';
import type { ImageColumns } from './image-columns.js';

/** Reads the digests and layer sizes of a page of images in the order in which they were packed. */
export class PageCursor {
  /** Uids in another form than the usual one, by image. */
  readonly otherUids: ReadonlyMap<number, string>;
  private readonly unreadable: ReadonlyMap<number, string>;
  readonly subjects: ReadonlyMap<number, string>;
  readonly gaps: ReadonlyMap<number, Gap>;
  readonly needs: ReadonlyMap<number, string[]>;
  readonly invalidNames: ReadonlyMap<number, InvalidNames>;
  private readonly otherDigests: ReadonlyMap<number, string>;
  private digestAt = 0;
  private layerAt = 0;

  constructor(
    readonly columns: ImageColumns,
    private readonly digests: DigestTable,
  ) {
    this.otherUids = new Map(columns.otherUids);
    this.unreadable = new Map(columns.unreadable);
    this.subjects = new Map(columns.subjects);
    this.gaps = new Map(columns.gaps);
    this.needs = new Map(columns.needs);
    this.invalidNames = new Map(columns.invalidNames);
    this.otherDigests = new Map(columns.otherDigests);
  }

  /** Returns why an image does not state what it names; undefined if it does. */
  problem(index: number): string | undefined {
    return this.unreadable.get(index) ?? (this.gaps.get(index) === 'certain' ? NO_LAYERS : undefined);
  }

  /** Returns the number of the next digest. */
  digest(): number {
    const at = this.digestAt++;
    const other = this.otherDigests.get(at);
    return other === undefined
      ? this.digests.internWords(this.columns.digests, at * DIGEST_WORDS)
      : this.digests.intern(other);
  }

  /** Returns the size of the next layer. */
  layerSize(): number {
    return this.columns.layerSizes[this.layerAt++]!;
  }

  /** Skips digests, and the sizes of those that are layers. */
  skip(digests: number, layers: number): void {
    this.digestAt += digests;
    this.layerAt += layers;
  }
}
