import { DIGEST_WORDS, digestToWords, hexToWords, wordsToHex } from './digest-table.js';
import type { ImageRecord } from '../image.js';

/** Number of 32-bit words of a uid in its usual form (32 hexadecimal digits). */
export const UID_WORDS = 4;

/** Formats the words of a uid in its usual form. */
export function wordsToUid(words: Uint32Array, at: number): string {
  return wordsToHex(words, at, UID_WORDS).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

export const FLAG = { managed: 1, oci: 2, referenceHasDigest: 4, hasConfig: 8, plainUid: 16 } as const;

/**
 * A page of images as columns, which is cheap to send between threads (the buffers are transferred) and to store.
 * `digests` contains for each image its name, its config if it has one, its layers and its children.
 */
export interface ImageColumns {
  count: number;
  created: Float64Array;
  size: Float64Array;
  flags: Uint8Array;
  layerCounts: Uint32Array;
  childCounts: Uint32Array;
  layerSizes: Float64Array;
  digests: Uint32Array;
  /** Digests that are not sha256, by position in `digests`. */
  otherDigests: [number, string][];
  uids: Uint32Array;
  /** Uids in another form, by image. */
  otherUids: [number, string][];
  /** Distinct references without their digests; `referenceOf` has the index for each image. */
  references: string[];
  referenceOf: Uint32Array;
  /** What is wrong with an image's metadata, by image. */
  unreadable: [number, string][];
}

/** Packs reduced images into columns. */
export function packImages(records: ImageRecord[]): ImageColumns {
  const count = records.length;
  const sum = (of: (record: ImageRecord) => number): number => records.reduce((total, record) => total + of(record), 0);
  const layers = sum((record) => record.layers.length);
  const digests = count + layers + sum((record) => record.children.length + (record.config ? 1 : 0));
  const columns: ImageColumns = {
    count,
    created: new Float64Array(count),
    size: new Float64Array(count),
    flags: new Uint8Array(count),
    layerCounts: new Uint32Array(count),
    childCounts: new Uint32Array(count),
    layerSizes: new Float64Array(layers),
    digests: new Uint32Array(digests * DIGEST_WORDS),
    otherDigests: [],
    uids: new Uint32Array(count * UID_WORDS),
    otherUids: [],
    references: [],
    referenceOf: new Uint32Array(count),
    unreadable: [],
  };
  const packer = new Packer(columns);
  records.forEach((record, index) => packer.put(record, index));
  return columns;
}

/** Returns the buffers to transfer when columns are sent to another thread. */
export function transferables(columns: ImageColumns): ArrayBuffer[] {
  const { created, size, flags, layerCounts, childCounts, layerSizes, digests, uids, referenceOf } = columns;
  return [created, size, flags, layerCounts, childCounts, layerSizes, digests, uids, referenceOf].map(
    (column) => column.buffer as ArrayBuffer,
  );
}

class Packer {
  private digestAt = 0;
  private layerAt = 0;
  private readonly referenceIds = new Map<string, number>();

  constructor(private readonly columns: ImageColumns) {}

  put(record: ImageRecord, index: number): void {
    const { columns } = this;
    const suffix = `@${record.name}`;
    const endsWithName = record.reference.endsWith(suffix);
    columns.created[index] = record.created;
    columns.size[index] = record.size;
    columns.layerCounts[index] = record.layers.length;
    columns.childCounts[index] = record.children.length;
    columns.referenceOf[index] = this.referenceId(
      endsWithName ? record.reference.slice(0, -suffix.length) : record.reference,
    );
    columns.flags[index] =
      (record.managed ? FLAG.managed : 0) |
      (record.oci ? FLAG.oci : 0) |
      (endsWithName ? FLAG.referenceHasDigest : 0) |
      (record.config ? FLAG.hasConfig : 0) |
      (this.putUid(record.uid, index) ? FLAG.plainUid : 0);
    if (record.unreadable) columns.unreadable.push([index, record.unreadable]);
    this.putDigest(record.name);
    if (record.config) this.putDigest(record.config);
    for (const layer of record.layers) {
      columns.layerSizes[this.layerAt++] = layer.size;
      this.putDigest(layer.digest);
    }
    for (const child of record.children) this.putDigest(child);
  }

  private putDigest(text: string): void {
    if (!digestToWords(text, this.columns.digests, this.digestAt * DIGEST_WORDS))
      this.columns.otherDigests.push([this.digestAt, text]);
    this.digestAt++;
  }

  private putUid(uid: string, index: number): boolean {
    const hex = uid.replaceAll('-', '');
    const plain =
      uid.length === 36 && hex.length === 32 && hexToWords(hex, this.columns.uids, index * UID_WORDS, UID_WORDS);
    if (!plain) this.columns.otherUids.push([index, uid]);
    return plain;
  }

  private referenceId(text: string): number {
    let id = this.referenceIds.get(text);
    if (id === undefined) {
      id = this.columns.references.push(text) - 1;
      this.referenceIds.set(text, id);
    }
    return id;
  }
}
