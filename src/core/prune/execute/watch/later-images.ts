import { NO_LAYERS, type ImageRecord } from '../../../model/image.js';
import { ImageGaps } from '../../../model/table/image-gaps.js';
import type { ImageColumns } from '../../../model/table/image-columns.js';
import { packImages } from '../../../model/table/image-packer.js';
import type { ImageView } from '../../../model/table/snapshot.js';
import { unpackImages } from '../../../model/table/unpack-images.js';
import type { LaterDigests } from './later-digests.js';

/** An image that appeared later, with digests as numbers. */
interface LaterImage {
  record: ImageRecord;
  name: number;
  config: number;
  layers: number[];
  children: number[];
}

/**
 * The images of a snapshot, and those that appear while its plan is executed. Does not modify the snapshot's own table.
 */
export class LaterImages implements ImageView {
  readonly unreadable: Map<number, string>;
  readonly replaced: Set<number>;
  /** Of later images only: the manifests of the snapshot's images have been read. */
  readonly gaps = new ImageGaps();
  /** Those of the snapshot: later images are not counted. */
  readonly invalid: ImageView['invalid'];
  /** Number of the first later image. */
  private readonly first: number;
  private readonly later: LaterImage[] = [];
  private readonly byDigest = new Map<number, number>();

  constructor(
    private readonly base: ImageView,
    private readonly digests: LaterDigests,
  ) {
    this.first = base.count;
    this.unreadable = new Map(base.unreadable);
    this.invalid = base.invalid;
    this.replaced = new Set(base.replaced);
  }

  get count(): number {
    return this.first + this.later.length;
  }

  /** Adds an image, unless it is known. */
  add(record: ImageRecord): void {
    this.addColumns(packImages([record]));
  }

  /** Adds those images of a page that are not known. */
  addColumns(columns: ImageColumns): void {
    for (const { name, uid, record } of unpackImages(columns)) this.addUnlessKnown(name, uid, record);
  }

  indexOf(digest: number): number {
    const known = this.base.indexOf(digest);
    return known === -1 ? (this.byDigest.get(digest) ?? -1) : known;
  }

  find(name: string): number {
    return this.indexOf(this.digests.find(name));
  }

  name(image: number): number {
    return image < this.first ? this.base.name(image) : this.at(image).name;
  }

  nameText(image: number): string {
    return image < this.first ? this.base.nameText(image) : this.at(image).record.name;
  }

  created(image: number): number {
    return image < this.first ? this.base.created(image) : this.at(image).record.created;
  }

  size(image: number): number {
    return image < this.first ? this.base.size(image) : this.at(image).record.size;
  }

  managed(image: number): boolean {
    return image < this.first ? this.base.managed(image) : this.at(image).record.managed;
  }

  oci(image: number): boolean {
    return image < this.first ? this.base.oci(image) : this.at(image).record.oci;
  }

  statesSubject(image: number): boolean {
    return image < this.first ? this.base.statesSubject(image) : this.at(image).record.subject !== undefined;
  }

  hasDigestName(image: number): boolean {
    return this.digests.isDigest(this.name(image));
  }

  uid(image: number): string {
    return image < this.first ? this.base.uid(image) : this.at(image).record.uid;
  }

  reference(image: number): string {
    return image < this.first ? this.base.reference(image) : this.at(image).record.reference;
  }

  config(image: number): number {
    return image < this.first ? this.base.config(image) : this.at(image).config;
  }

  eachBlob(image: number, take: (digest: number) => void): void {
    if (image < this.first) return this.base.eachBlob(image, take);
    const { config, layers } = this.at(image);
    if (config !== -1) take(config);
    layers.forEach((layer) => take(layer));
  }

  eachNeed(image: number, take: (digest: number) => void): void {
    if (image < this.first) return this.base.eachNeed(image, take);
    this.eachBlob(image, take);
    this.gaps.eachNeed(image, take);
  }

  eachChild(image: number, take: (digest: number) => void): void {
    if (image < this.first) this.base.eachChild(image, take);
    else this.at(image).children.forEach((child) => take(child));
  }

  isIndex(image: number): boolean {
    return image < this.first ? this.base.isIndex(image) : this.at(image).children.length > 0;
  }

  isIndexOf(digest: number): boolean {
    const image = this.indexOf(digest);
    return image !== -1 && this.isIndex(image);
  }

  /** Returns the size that the snapshot states; sizes of later images are unknown. */
  blobSize(digest: number): number {
    return this.base.blobSize(digest);
  }

  private at(image: number): LaterImage {
    return this.later[image - this.first]!;
  }

  private addUnlessKnown(name: string, uid: string, record: () => ImageRecord): void {
    const known = this.find(name);
    if (known === -1) this.push(record());
    else if (this.uid(known) !== uid) this.replaced.add(known);
  }

  private push(record: ImageRecord): void {
    const intern = (text: string): number => this.digests.intern(text);
    const image = this.count;
    this.later.push({
      record,
      name: intern(record.name),
      config: record.config === '' ? -1 : intern(record.config),
      layers: record.layers.map(({ digest }) => intern(digest)),
      children: record.children.map(intern),
    });
    this.gaps.note(image, record.gap, (record.needs ?? []).map(intern));
    this.gaps.needPossible();
    this.byDigest.set(this.later.at(-1)!.name, image);
    const problem = record.unreadable || (record.gap === 'certain' && NO_LAYERS);
    if (problem && this.hasDigestName(image)) this.unreadable.set(image, problem);
  }
}
