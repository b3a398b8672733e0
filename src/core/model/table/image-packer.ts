import { isDigest } from '../digest.js';
import type { ImageRecord } from '../image.js';
import { addInvalidName, type InvalidNames } from '../names/invalid-names.js';
import { DIGEST_WORDS, UID_WORDS, digestToWords, uidToWords } from './hex-words.js';
import { FLAG, type ImageColumns } from './image-columns.js';

/** A field of an Image object that should be a digest. */
type InvalidField = 'metadata.name' | 'dockerImageMetadata.Id' | 'dockerImageLayers' | 'dockerImageManifests';

function describeField(field: InvalidField, at: number): string {
  if (at === -1) return field;
  return `${field}[${at}].${field === 'dockerImageLayers' ? 'name' : 'digest'}`;
}

/** Initial number of digests per image. */
const DIGESTS_PER_IMAGE = 8;

/** Packs reduced images into columns. */
export function packImages(records: readonly ImageRecord[]): ImageColumns {
  const packer = new ImagePacker(records.length);
  for (const record of records) packer.put(record);
  return packer.finish();
}

/** Packs images one by one, so that no more than one reduced image has to exist at a time. */
export class ImagePacker {
  private digestAt = 0;
  private layerAt = 0;
  /** Names of the current image that are not digests. */
  private invalid: InvalidNames | undefined;
  private readonly referenceIds = new Map<string, number>();

  private readonly columns: ImageColumns;

  /** @param capacity expected number of images */
  constructor(capacity: number) {
    this.columns = emptyColumns(capacity);
  }

  /** Returns the columns with all images, without spare memory. */
  finish(): ImageColumns {
    const { columns, digestAt, layerAt } = this;
    const { count } = columns;
    return {
      ...columns,
      created: columns.created.slice(0, count),
      size: columns.size.slice(0, count),
      flags: columns.flags.slice(0, count),
      layerCounts: columns.layerCounts.slice(0, count),
      childCounts: columns.childCounts.slice(0, count),
      referenceOf: columns.referenceOf.slice(0, count),
      layerSizes: columns.layerSizes.slice(0, layerAt),
      digests: columns.digests.slice(0, digestAt * DIGEST_WORDS),
      uids: columns.uids.slice(0, count * UID_WORDS),
    };
  }

  put(record: ImageRecord): void {
    const { columns } = this;
    const index = columns.count++;
    this.reserve(record);
    const hostAndName = withoutDigest(record);
    const endsWithName = hostAndName !== undefined;
    columns.created[index] = record.created;
    columns.size[index] = record.size;
    columns.referenceOf[index] = this.referenceId(hostAndName ?? record.reference);
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

  /** Makes room for an image. */
  private reserve({ layers, children }: ImageRecord): void {
    const { columns, digestAt, layerAt } = this;
    const { count } = columns;
    if (count > columns.created.length) {
      columns.created = grown(columns.created, count);
      columns.size = grown(columns.size, count);
      columns.flags = grown(columns.flags, count);
      columns.layerCounts = grown(columns.layerCounts, count);
      columns.childCounts = grown(columns.childCounts, count);
      columns.referenceOf = grown(columns.referenceOf, count);
      columns.uids = grown(columns.uids, count * UID_WORDS);
    }
    if (layerAt + layers.length > columns.layerSizes.length)
      columns.layerSizes = grown(columns.layerSizes, layerAt + layers.length);
    // Its name and its config are digests, too.
    const words = (digestAt + 2 + layers.length + children.length) * DIGEST_WORDS;
    if (words > columns.digests.length) columns.digests = grown(columns.digests, words);
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
    const plain = uidToWords(uid, this.columns.uids, index * UID_WORDS);
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

/** Returns the reference of an image without `@` and its name; undefined if it does not end like that. */
function withoutDigest({ reference, name }: ImageRecord): string | undefined {
  const at = reference.length - name.length - 1;
  return at >= 0 && reference[at] === '@' && reference.endsWith(name) ? reference.slice(0, at) : undefined;
}

function emptyColumns(capacity: number): ImageColumns {
  const digests = capacity * DIGESTS_PER_IMAGE;
  return {
    count: 0,
    created: new Float64Array(capacity),
    size: new Float64Array(capacity),
    flags: new Uint8Array(capacity),
    layerCounts: new Uint32Array(capacity),
    childCounts: new Uint32Array(capacity),
    layerSizes: new Float64Array(digests),
    digests: new Uint32Array(digests * DIGEST_WORDS),
    otherDigests: [],
    invalidNames: [],
    uids: new Uint32Array(capacity * UID_WORDS),
    otherUids: [],
    references: [],
    referenceOf: new Uint32Array(capacity),
    unreadable: [],
    subjects: [],
    gaps: [],
    needs: [],
  };
}

/** Returns a copy of a column with room for at least `length` values. */
function grown<T extends Float64Array | Uint32Array | Uint8Array>(column: T, length: number): T {
  const larger = new (column.constructor as new (length: number) => T)(Math.max(length, column.length * 2));
  larger.set(column);
  return larger;
}
