import type { DigestTable } from './digest-table.js';
import { Growable } from './growable.js';
import type { ImageRecord } from '../image.js';
import { ImageGaps } from './image-gaps.js';
import { InvalidImages } from './invalid-images.js';
import { FLAG, type ImageColumns } from './image-columns.js';
import { packImages } from './image-packer.js';
import { configCount, partsOf, readParts, type LearnedParts } from './learned-parts.js';
import { TextTable } from './text-table.js';
import { PageCursor } from './page-cursor.js';
import { UidColumn } from './uid-column.js';

/**
 * All images of a cluster, by number. It takes about 60 bytes per image and 12 per layer. Digests are numbers of
 * `digests`.
 */
export class ImageTable {
  private readonly names = new Growable(Int32Array);
  private readonly createdAt = new Growable(Float64Array);
  private readonly sizes = new Growable(Float64Array);
  private readonly flags = new Growable(Uint8Array);
  private readonly uids = new UidColumn();
  private readonly references = new TextTable();
  private readonly referenceOf = new Growable(Int32Array);
  /** Index of an image's first part: its config (if any), its layers, then its children. */
  private readonly partStart = new Growable(Int32Array);
  private readonly childStart = new Growable(Int32Array);
  private readonly parts = new Growable(Int32Array);
  /** Size of a blob, by digest number; 0 if no image states it. */
  private readonly blobSizes = new Growable(Float64Array);
  /** Image number by digest number, plus 1; 0 for none. */
  private readonly byDigest = new Growable(Int32Array);
  /** What is wrong with the metadata of images that do not state what they name. */
  readonly unreadable = new Map<number, string>();
  /** Subjects that images state themselves; both are digest numbers. */
  readonly statedSubjects = new Map<number, number>();
  /** What images name that were unreadable when they were added. */
  private readonly learned = new Map<number, LearnedParts>();
  /** Images that were read again with another uid, because they were deleted and pushed again in between. */
  readonly replaced = new Set<number>();

  /** What images need that their objects do not state. */
  readonly gaps = new ImageGaps();

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
        if (this.uids.differs(known, page, index)) this.replaced.add(known);
        const layers = columns.layerCounts[index]!;
        page.skip(configCount(columns, index) + layers + columns.childCounts[index]!, layers);
      }
    }
  }

  /** Replaces what an unreadable image names, and its size. It stays unreadable if the record is. */
  learn(image: number, record: ImageRecord): void {
    if (record.unreadable) return void this.unreadable.set(image, record.unreadable);
    this.unreadable.delete(image);
    const columns = packImages([record]);
    const page = new PageCursor(columns, this.digests);
    page.digest();
    const invalid = page.invalidNames.get(0);
    if (invalid) this.invalid.note(image, invalid, this.hasDigestName(image));
    this.sizes.set(image, record.size);
    const parts = readParts(page, (digest, size) => this.setBlobSize(digest, size));
    this.learned.set(image, parts);
  }

  /** Adds what the manifest of an image names in addition to what its object states. It is no longer unreadable. */
  complete(image: number, { needs, children }: { needs: string[]; children: string[] }): void {
    const { digests, gaps } = this;
    this.unreadable.delete(image);
    gaps.close(
      image,
      needs.map((digest) => digests.intern(digest)),
    );
    if (children.length === 0) return;
    const known = partsOf(this, image);
    known.children.push(...children.map((child) => digests.intern(child)));
    this.learned.set(image, known);
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
    return this.uids.text(image, this.flags.at(image));
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

  /** Calls `take` with each blob that stays as long as the image stays: also what only its manifest names. */
  eachNeed(image: number, take: (digest: number) => void): void {
    this.eachBlob(image, take);
    this.gaps.eachNeed(image, take);
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
    this.uids.push(image, page, index);
    const problem = page.problem(index);
    // No one can pull an image whose name is not a digest. It is kept as it is, so nothing depends on its blobs.
    if (problem && this.hasDigestName(image)) this.unreadable.set(image, problem);
    const subject = page.subjects.get(index);
    if (subject !== undefined) this.statedSubjects.set(name, this.digests.intern(subject));
    const invalid = page.invalidNames.get(index);
    if (invalid) this.invalid.note(image, invalid, this.hasDigestName(image));
    const gap = page.gaps.get(index) ?? (invalid && 'possible');
    const needs = page.needs.get(index) ?? [];
    if (this.hasDigestName(image))
      this.gaps.note(
        image,
        gap,
        needs.map((digest) => this.digests.intern(digest)),
      );
    this.referenceOf.push(this.references.intern(columns.references[columns.referenceOf[index]!]!));
    this.appendParts(page, index);
    this.byDigest.set(name, image + 1);
  }

  private appendParts(page: PageCursor, index: number): void {
    const { columns } = page;
    const config = configCount(columns, index) > 0 ? page.digest() : -1;
    if (config !== -1) this.parts.push(config);
    const firstLayer = this.parts.length;
    let layerBytes = 0;
    for (let layer = columns.layerCounts[index]!; layer > 0; layer--) {
      const size = page.layerSize();
      const digest = page.digest();
      // The API server counts a layer that is listed twice once.
      if (!this.parts.includes(digest, firstLayer)) layerBytes += size;
      this.parts.push(digest);
      this.setBlobSize(digest, size);
    }
    // The API states only the total size; the remainder is the config, unless some of it belongs to invalid names.
    if (config !== -1 && !page.invalidNames.has(index))
      this.setBlobSize(config, Math.max(0, columns.size[index]! - layerBytes));
    this.childStart.push(this.parts.length);
    for (let child = columns.childCounts[index]!; child > 0; child--) this.parts.push(page.digest());
    this.partStart.push(this.parts.length);
  }

  private setBlobSize(digest: number, size: number): void {
    if (size > this.blobSize(digest)) this.blobSizes.set(digest, size);
  }
}
