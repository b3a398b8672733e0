import type { DigestTable } from './digest-table.js';
import { Growable } from './growable.js';
import type { ImageRecord } from '../image.js';
import { InvalidImages } from './invalid-images.js';
import { FLAG, UID_WORDS, packImages, wordsToUid, type ImageColumns } from './image-columns.js';
import { TextTable } from './text-table.js';
import { PageCursor } from './page-cursor.js';

/** What an image names that was learned after it was added, as digest numbers. */
interface LearnedParts {
  /** -1 for none. */
  config: number;
  /** The config, if there is one, and the layers. */
  blobs: number[];
  children: number[];
}

/**
 * All images of a cluster, by number. It takes about 60 bytes per image and 12 per layer. Digests are numbers of
 * `digests`.
 */
export class ImageTable {
  private readonly names = new Growable(new Int32Array(1024));
  private readonly createdAt = new Growable(new Float64Array(1024));
  private readonly sizes = new Growable(new Float64Array(1024));
  private readonly flags = new Growable(new Uint8Array(1024));
  private readonly uids = new Growable(new Uint32Array(4096));
  private readonly otherUids = new Map<number, string>();
  private readonly references = new TextTable();
  private readonly referenceOf = new Growable(new Int32Array(1024));
  /** Index of an image's first part: its config (if any), its layers, then its children. */
  private readonly partStart = new Growable(new Int32Array(1025));
  private readonly childStart = new Growable(new Int32Array(1024));
  private readonly parts = new Growable(new Int32Array(8192));
  /** Size of a blob, by digest number; 0 if no image states it. */
  private readonly blobSizes = new Growable(new Float64Array(8192));
  /** Image number by digest number, plus 1; 0 for none. */
  private readonly byDigest = new Growable(new Int32Array(8192));
  /** What is wrong with the metadata of images that do not state what they name. */
  readonly unreadable = new Map<number, string>();
  /** Subjects that images state themselves; both are digest numbers. */
  readonly statedSubjects = new Map<number, number>();
  /** What images name that were unreadable when they were added. */
  private readonly learned = new Map<number, LearnedParts>();
  /** Images that were read again with another uid, because they were deleted and pushed again in between. */
  readonly replaced = new Set<number>();

  /** Images that name something by what is not a digest. */
  readonly invalid = new InvalidImages();

  constructor(readonly digests: DigestTable) {
    this.partStart.push(0);
  }

  get count(): number {
    return this.names.length;
  }

  /** Adds an image, unless there is one with that name. @returns its number */
  add(record: ImageRecord): number {
    this.addColumns(packImages([record]));
    return this.find(record.name);
  }

  /** Adds a page. Images that are already in the table are kept: an inconsistent continuation can repeat them. */
  addColumns(columns: ImageColumns): void {
    const page = new PageCursor(columns, this.digests);
    for (let index = 0; index < columns.count; index++) {
      const name = page.digest();
      const known = this.indexOf(name);
      if (known === -1) this.append(name, page, index);
      else {
        if (this.uidDiffers(known, page, index)) this.replaced.add(known);
        const layers = columns.layerCounts[index]!;
        page.skip(configCount(columns, index) + layers + columns.childCounts[index]!, layers);
      }
    }
  }

  /** Replaces what an unreadable image names, and its size. It stays unreadable if the record is. */
  learn(image: number, record: ImageRecord): void {
    if (record.unreadable) {
      this.unreadable.set(image, record.unreadable);
      return;
    }
    this.unreadable.delete(image);
    const columns = packImages([record]);
    const page = new PageCursor(columns, this.digests);
    page.digest();
    const invalid = page.invalidNames.get(0);
    if (invalid) this.invalid.note(image, invalid, this.hasDigestName(image));
    this.sizes.set(image, record.size);
    const config = configCount(columns, 0) > 0 ? page.digest() : -1;
    const layers = Array.from({ length: columns.layerCounts[0]! }, () => {
      const size = page.layerSize();
      const digest = page.digest();
      this.setBlobSize(digest, size);
      return digest;
    });
    const children = Array.from({ length: columns.childCounts[0]! }, () => page.digest());
    this.learned.set(image, { config, blobs: config === -1 ? layers : [config, ...layers], children });
  }

  /** Returns the number of the image with this digest number, or -1. */
  indexOf(digest: number): number {
    return digest >= 0 && digest < this.byDigest.length ? this.byDigest.at(digest) - 1 : -1;
  }

  /** Returns the number of the image with this name, or -1. */
  find(name: string): number {
    return this.indexOf(this.digests.find(name));
  }

  /** Returns the digest number of an image's name, which is its manifest blob. */
  name(image: number): number {
    return this.names.at(image);
  }

  nameText(image: number): string {
    return this.digests.text(this.name(image));
  }

  /** Returns the creation time in ms since the epoch. */
  created(image: number): number {
    return this.createdAt.at(image);
  }

  /** Returns the size in bytes that `dockerImageMetadata.Size` states. */
  size(image: number): number {
    return this.sizes.at(image);
  }

  managed(image: number): boolean {
    return (this.flags.at(image) & FLAG.managed) !== 0;
  }

  oci(image: number): boolean {
    return (this.flags.at(image) & FLAG.oci) !== 0;
  }

  /** Returns true if an image states itself whether it has a subject: its manifest need not be read. */
  statesSubject(image: number): boolean {
    return (this.flags.at(image) & FLAG.statesSubject) !== 0;
  }

  /** Returns true if the metadata of an image names an architecture: it is not an artifact. */
  hasPlatform(image: number): boolean {
    return (this.flags.at(image) & FLAG.hasPlatform) !== 0;
  }

  /** Returns true if the name of an image is a digest. */
  hasDigestName(image: number): boolean {
    return (this.flags.at(image) & FLAG.invalidName) === 0;
  }

  uid(image: number): string {
    if ((this.flags.at(image) & FLAG.plainUid) === 0) return this.otherUids.get(image) ?? '';
    const words = Uint32Array.from({ length: UID_WORDS }, (_, word) => this.uids.at(image * UID_WORDS + word));
    return wordsToUid(words, 0);
  }

  reference(image: number): string {
    const text = this.references.text(this.referenceOf.at(image));
    return (this.flags.at(image) & FLAG.referenceHasDigest) === 0 ? text : `${text}@${this.nameText(image)}`;
  }

  /** Returns the digest number of an image's config blob, or -1. */
  config(image: number): number {
    const learned = this.learnedOf(image);
    if (learned) return learned.config;
    return (this.flags.at(image) & FLAG.hasConfig) === 0 ? -1 : this.parts.at(this.partStart.at(image));
  }

  /** Calls `take` with the digest of the config and of each layer (twice if it is listed twice). */
  eachBlob(image: number, take: (digest: number) => void): void {
    const learned = this.learnedOf(image);
    if (learned) return learned.blobs.forEach((blob) => take(blob));
    for (let at = this.partStart.at(image); at < this.childStart.at(image); at++) take(this.parts.at(at));
  }

  /** Calls `take` with each digest that an index names. */
  eachChild(image: number, take: (digest: number) => void): void {
    const learned = this.learnedOf(image);
    if (learned) return learned.children.forEach((child) => take(child));
    for (let at = this.childStart.at(image); at < this.partStart.at(image + 1); at++) take(this.parts.at(at));
  }

  isIndex(image: number): boolean {
    const learned = this.learnedOf(image);
    return learned ? learned.children.length > 0 : this.childStart.at(image) < this.partStart.at(image + 1);
  }

  /** Returns true if the image with this digest number exists and is an index. */
  isIndexOf(digest: number): boolean {
    const image = this.indexOf(digest);
    return image !== -1 && this.isIndex(image);
  }

  /** Returns the bytes of a blob that images state: of layers and configs; 0 for manifests. */
  blobSize(digest: number): number {
    return digest < this.blobSizes.length ? this.blobSizes.at(digest) : 0;
  }

  private learnedOf(image: number): LearnedParts | undefined {
    return this.learned.size === 0 ? undefined : this.learned.get(image);
  }

  private append(name: number, page: PageCursor, index: number): void {
    const { columns } = page;
    const image = this.count;
    this.names.push(name);
    this.createdAt.push(columns.created[index]!);
    this.sizes.push(columns.size[index]!);
    this.flags.push(columns.flags[index]!);
    for (let word = 0; word < UID_WORDS; word++) this.uids.push(columns.uids[index * UID_WORDS + word]!);
    const uid = page.otherUids.get(index);
    if (uid !== undefined) this.otherUids.set(image, uid);
    const problem = page.unreadable.get(index);
    // No one can pull an image whose name is not a digest. It is kept as it is, so nothing depends on its blobs.
    if (problem && this.hasDigestName(image)) this.unreadable.set(image, problem);
    const subject = page.subjects.get(index);
    if (subject !== undefined) this.statedSubjects.set(name, this.digests.intern(subject));
    const invalid = page.invalidNames.get(index);
    if (invalid) this.invalid.note(image, invalid, this.hasDigestName(image));
    this.referenceOf.push(this.references.intern(columns.references[columns.referenceOf[index]!]!));
    this.appendParts(page, index);
    this.byDigest.set(name, image + 1);
  }

  private appendParts(page: PageCursor, index: number): void {
    const { columns } = page;
    const config = configCount(columns, index) > 0 ? page.digest() : -1;
    if (config !== -1) this.parts.push(config);
    let layerBytes = 0;
    for (let layer = columns.layerCounts[index]!; layer > 0; layer--) {
      const size = page.layerSize();
      const digest = page.digest();
      this.parts.push(digest);
      this.setBlobSize(digest, size);
      layerBytes += size;
    }
    // The API states only the total size; the remainder is the config, unless some of it belongs to invalid names.
    if (config !== -1 && !page.invalidNames.has(index))
      this.setBlobSize(config, Math.max(0, columns.size[index]! - layerBytes));
    this.childStart.push(this.parts.length);
    for (let child = columns.childCounts[index]!; child > 0; child--) this.parts.push(page.digest());
    this.partStart.push(this.parts.length);
  }

  private uidDiffers(image: number, { columns, otherUids }: PageCursor, index: number): boolean {
    const other = otherUids.get(index);
    if (other !== undefined || this.otherUids.has(image)) return other !== this.otherUids.get(image);
    for (let word = 0; word < UID_WORDS; word++) {
      if (this.uids.at(image * UID_WORDS + word) !== columns.uids[index * UID_WORDS + word]) return true;
    }
    return false;
  }

  private setBlobSize(digest: number, size: number): void {
    if (size > this.blobSize(digest)) this.blobSizes.set(digest, size);
  }
}

/** 1 if an image of a page has a config, otherwise 0. */
function configCount({ flags }: ImageColumns, index: number): 0 | 1 {
  return (flags[index]! & FLAG.hasConfig) === 0 ? 0 : 1;
}
