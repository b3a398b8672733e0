import { DIGEST_WORDS, digestToWords, hexToWords, wordsToHex } from './digest-table.js';
import { isDigest } from '../digest.js';
import type { Gap, ImageRecord } from '../image.js';
import { addInvalidName, type InvalidNames } from '../names/invalid-names.js';

/** Number of 32-bit words of a uid in its usual form (32 hexadecimal digits). */
export const UID_WORDS = 4;

/** Formats the words of a uid in its usual form. */
export function wordsToUid(words: Uint32Array, at: number): string {
  return wordsToHex(words, at, UID_WORDS).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

export const FLAG = {
  managed: 1,
  oci: 2,
  referenceHasDigest: 4,
  hasConfig: 8,
  plainUid: 16,
  invalidName: 32,
  statesSubject: 64,
  hasPlatform: 128,
} as const;

/**
 * A page of images as columns, which is cheap to send between threads (the buffers are transferred) and to store.
 * `digests` contains for each image its name, its config if it has one, its layers and its children. Except for the
 * name of the image, which can be any text, it contains nothing but digests.
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
  /** Digests that are not sha256 and names of images that are not digests, by position in `digests`. */
  otherDigests: [number, string][];
  /** Names that are not digests, by image: they name no blob, and no other column contains them. */
  invalidNames: [number, InvalidNames][];
  uids: Uint32Array;
  /** Uids in another form, by image. */
  otherUids: [number, string][];
  /** Distinct references without their digests; `referenceOf` has the index for each image. */
  references: string[];
  referenceOf: Uint32Array;
  /** What is wrong with an image's metadata, by image. */
  unreadable: [number, string][];
  /** The subjects that images state, by image. `FLAG.statesSubject` is also set for an image that states none. */
  subjects: [number, string][];
  /** Images whose manifests may name more than their objects, by image; those that are unreadable, too. */
  gaps: [number, Gap][];
  /** Digests that images need in addition to those of `digests`, by image. */
  needs: [number, string[]][];
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
    invalidNames: [],
    uids: new Uint32Array(count * UID_WORDS),
    otherUids: [],
    references: [],
    referenceOf: new Uint32Array(count),
    unreadable: [],
    subjects: [],
    gaps: [],
    needs: [],
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

/** A field of an Image object that should be a digest. */
type InvalidField = 'metadata.name' | 'dockerImageMetadata.Id' | 'dockerImageLayers' | 'dockerImageManifests';

function describeField(field: InvalidField, at: number): string {
  if (at === -1) return field;
  return `${field}[${at}].${field === 'dockerImageLayers' ? 'name' : 'digest'}`;
}

class Packer {
  private digestAt = 0;
  private layerAt = 0;
  /** Names of the current image that are not digests. */
  private invalid: InvalidNames | undefined;
  private readonly referenceIds = new Map<string, number>();

  constructor(private readonly columns: ImageColumns) {}

  put(record: ImageRecord, index: number): void {
    const { columns } = this;
    const suffix = `@${record.name}`;
    const endsWithName = record.reference.endsWith(suffix);
    columns.created[index] = record.created;
    columns.size[index] = record.size;
    columns.referenceOf[index] = this.referenceId(
      endsWithName ? record.reference.slice(0, -suffix.length) : record.reference,
    );
    if (record.unreadable) columns.unreadable.push([index, record.unreadable]);
    if (record.subject) columns.subjects.push([index, record.subject]);
    if (record.gap) columns.gaps.push([index, record.gap]);
    if (record.needs?.length) columns.needs.push([index, record.needs]);
    this.invalid = undefined;
    const hasDigestName = this.putName(record.name);
    const hasConfig = record.config !== '' && this.putDigest(record.config, 'dockerImageMetadata.Id');
    columns.layerCounts[index] = this.putLayers(record.layers);
    columns.childCounts[index] = this.putChildren(record.children);
    if (this.invalid) columns.invalidNames.push([index, this.invalid]);
    columns.flags[index] =
      (record.managed ? FLAG.managed : 0) |
      (record.oci ? FLAG.oci : 0) |
      (endsWithName ? FLAG.referenceHasDigest : 0) |
      (hasConfig ? FLAG.hasConfig : 0) |
      (hasDigestName ? 0 : FLAG.invalidName) |
      (record.subject === undefined ? 0 : FLAG.statesSubject) |
      (record.hasPlatform ? FLAG.hasPlatform : 0) |
      (this.putUid(record.uid, index) ? FLAG.plainUid : 0);
  }

  private putLayers(layers: ImageRecord['layers']): number {
    const before = this.layerAt;
    for (let at = 0; at < layers.length; at++) {
      const { digest, size } = layers[at]!;
      if (this.putDigest(digest, 'dockerImageLayers', at)) this.columns.layerSizes[this.layerAt++] = size;
    }
    return this.layerAt - before;
  }

  private putChildren(children: string[]): number {
    let count = 0;
    for (let at = 0; at < children.length; at++) if (this.putDigest(children[at]!, 'dockerImageManifests', at)) count++;
    return count;
  }

  /**
   * Puts the name of an image, which can be any text.
   * @returns whether it is a digest
   */
  private putName(text: string): boolean {
    const valid = this.putDigest(text, 'metadata.name');
    if (!valid) this.columns.otherDigests.push([this.digestAt++, text]);
    return valid;
  }

  /** Puts a digest; anything else is only noted. @returns whether it is a digest */
  private putDigest(text: string, field: InvalidField, at = -1): boolean {
    if (!digestToWords(text, this.columns.digests, this.digestAt * DIGEST_WORDS)) {
      if (!isDigest(text)) {
        this.invalid = addInvalidName(this.invalid, describeField(field, at), text);
        return false;
      }
      this.columns.otherDigests.push([this.digestAt, text]);
    }
    this.digestAt++;
    return true;
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
