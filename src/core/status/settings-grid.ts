import { findAttachments, type Attachments } from '../graph/attachments.js';
import type { Verdict } from '../graph/item-rules.js';
import type { PruneOptions } from '../graph/options.js';
import { streamKey } from '../model/image-stream.js';
import type { Snapshot } from '../model/table/snapshot.js';
import { KeepThresholds } from './keep-thresholds.js';
import { rulesByAge, type AgeRules } from './rules-by-age.js';
import { storedSizes } from '../graph/stored-sizes.js';

/** Amounts that a prune with one pair of settings would remove. */
export interface GridCell {
  images: number;
  tagItems: number;
  /** Size of the blobs of pushed images. */
  bytes: number;
}

/** Amounts that prunes with every pair of settings would remove. */
export interface SettingsGrid {
  /** Values of `--keep-tag-revisions`, ascending. */
  revisions: number[];
  /** Values of `--keep-younger-than` in ms, ascending. */
  ages: number[];
  /** `cells[age][revisions]`, in the order of the settings. */
  cells: GridCell[][];
  /** Number of images in them whose manifests can attach them to images that stay: `prune images` reads these. */
  unreadManifests: number;
}

interface GridInput {
  snapshot: Snapshot;
  /** All other options (referrers `extended` or `all`); its own revisions and age are ignored. */
  options: PruneOptions;
  /** Values of `--keep-tag-revisions`, ascending. */
  revisions: number[];
  /** Values of `--keep-younger-than` in ms, ascending. */
  ages: number[];
  /** Ms since the epoch. */
  now: number;
}

/** Computes what `prune images` would remove with every pair of revisions and age, in one pass over the snapshot. */
export function settingsGrid(input: GridInput): SettingsGrid {
  const pass = new GridPass(input);
  pass.placeItems();
  pass.placeImages();
  pass.keepRelatedImages();
  pass.keepAttachedItems();
  pass.keepPromotedItems();
  const { revisions, ages } = input;
  return { revisions, ages, cells: pass.cells(), unreadManifests: pass.countUnreadManifests() };
}

class GridPass {
  private readonly images: KeepThresholds;
  private readonly items: KeepThresholds;
  private readonly attachments: Attachments;
  private readonly rules: AgeRules[];
  /** Images whose threshold was lowered at an age, as `image * ages + age`; their related images must be updated. */
  private readonly queue: number[] = [];

  constructor(private readonly input: GridInput) {
    const { snapshot, options, ages, now } = input;
    this.images = new KeepThresholds(snapshot.images.count, input);
    this.items = new KeepThresholds(countItems(snapshot), input);
    this.attachments = findAttachments(snapshot);
    this.rules = rulesByAge(snapshot, options, ages, now);
  }

  placeItems(): void {
    const { images, streams } = this.input.snapshot;
    let at = 0;
    for (const stream of streams) {
      const keepsAll = this.rules.map(({ items }) => items.stream(stream)?.kept === true);
      stream.tags.forEach(({ items }, tag) =>
        items.forEach((item, position) => {
          const image = images.indexOf(item.image);
          for (const [age, rules] of this.rules.entries()) {
            const threshold = keepsAll[age] ? 0 : this.threshold(rules.items.item(stream, tag, position), position);
            this.items.lower(at, age, threshold);
            if (image !== -1) this.lower(image, age, threshold);
          }
          at++;
        }),
      );
    }
  }

  /**
   * Converts a verdict to a threshold. The rules ran without revisions, so only an item removed for that reason can be
   * kept by revisions.
   */
  private threshold({ kept, because }: Verdict, position: number): number {
    if (kept) return 0;
    if (because.rule !== 'beyond-revisions') return this.images.never;
    const enough = this.input.revisions.findIndex((revisions) => position < revisions);
    return enough === -1 ? this.images.never : enough;
  }

  placeImages(): void {
    const { snapshot, options } = this.input;
    const { images } = snapshot;
    const keepsAll = images.unreadable.size > 0 || options.namespace !== undefined;
    for (let image = 0; image < images.count; image++) {
      const isKept = keepsAll || !images.hasDigestName(image) || (!options.all && !images.managed(image));
      for (const [age, { items, held }] of this.rules.entries()) {
        if (isKept || items.isYoung(images.created(image)) || held.has(images.name(image))) this.lower(image, age, 0);
      }
    }
  }

  /** Lowers the thresholds of children and attachments to those of their index or subject. */
  keepRelatedImages(): void {
    const { images, streams } = this.input.snapshot;
    for (let next = this.queue.pop(); next !== undefined; next = this.queue.pop()) {
      const image = Math.floor(next / this.images.ages);
      const age = next % this.images.ages;
      const threshold = this.images.get(image, age);
      const lowerDigest = (digest: number): void => {
        const other = images.indexOf(digest);
        if (other !== -1) this.lower(other, age, threshold);
      };
      images.eachChild(image, lowerDigest);
      for (const digest of this.attachments.images.get(images.name(image)) ?? []) lowerDigest(digest);
      for (const { stream, tag } of this.attachments.tags.get(images.name(image)) ?? [])
        for (const item of streams[stream]!.tags[tag]!.items) lowerDigest(item.image);
    }
  }

  private lower(image: number, age: number, threshold: number): void {
    if (this.images.lower(image, age, threshold)) this.queue.push(image * this.images.ages + age);
  }

  /** Lowers the thresholds of attachments' tag items to those of their subjects. */
  keepAttachedItems(): void {
    const { images, streams, subjects } = this.input.snapshot;
    const ofTags = new Map<string, number>();
    for (const [subject, tags] of this.attachments.tags)
      for (const { stream, tag } of tags) ofTags.set(`${stream}/${tag}`, subject);
    if (ofTags.size + subjects.size === 0) return;
    let at = 0;
    streams.forEach(({ tags }, stream) =>
      tags.forEach(({ items }, tag) => {
        const ofTag = ofTags.get(`${stream}/${tag}`);
        for (const { image } of items) {
          if (images.indexOf(image) !== -1)
            for (const subject of [ofTag, subjects.get(image)]) if (subject !== undefined) this.lowerItem(at, subject);
          at++;
        }
      }),
    );
  }

  /** Lowers the thresholds of the items that other items were promoted from to those of the other items. */
  keepPromotedItems(): void {
    const sources = promotedFrom(this.input.snapshot.streams);
    const queue = [...sources.keys()];
    for (let item = queue.pop(); item !== undefined; item = queue.pop()) {
      for (const source of sources.get(item) ?? []) {
        const wasLowered = this.ages().map((age) => this.items.lower(source, age, this.items.get(item!, age)));
        if (wasLowered.includes(true) && sources.has(source)) queue.push(source);
      }
    }
  }

  private ages(): number[] {
    return Array.from({ length: this.items.ages }, (_, age) => age);
  }

  /** @param digest the digest number of the subject, which need not exist */
  private lowerItem(item: number, digest: number): void {
    const subject = this.input.snapshot.images.indexOf(digest);
    if (subject === -1) return;
    for (let age = 0; age < this.items.ages; age++) this.items.lower(item, age, this.images.get(subject, age));
  }

  cells(): GridCell[][] {
    const blobs = this.blobThresholds();
    const sizes = storedSizes(this.input.snapshot);
    return this.input.ages.map((_, age) => {
      const images = this.images.removed(age, () => 1);
      const tagItems = this.items.removed(age, () => 1);
      const bytes = blobs.removed(age, (blob) => sizes[blob]!);
      return images.map((count, at) => ({ images: count, tagItems: tagItems[at]!, bytes: bytes[at]! }));
    });
  }

  /** Counts images that a cell removes, or of which it removes a tag item, and that can name a subject nobody read. */
  countUnreadManifests(): number {
    const { images, streams } = this.input.snapshot;
    const found = new Set<number>();
    const mayName = (image: number): boolean => image !== -1 && images.oci(image) && !images.statesSubject(image);
    for (let image = 0; image < images.count; image++)
      if (mayName(image) && this.isRemoved(this.images, image)) found.add(image);
    const items = streams.flatMap(({ tags }) => tags.flatMap((tag) => tag.items));
    for (const [at, item] of items.entries()) {
      const image = images.indexOf(item.image);
      if (mayName(image) && this.isRemoved(this.items, at)) found.add(image);
    }
    return found.size;
  }

  private isRemoved(thresholds: KeepThresholds, thing: number): boolean {
    for (let age = 0; age < thresholds.ages; age++) if (thresholds.get(thing, age) > 0) return true;
    return false;
  }

  /** Computes the thresholds of blobs from those of their images. A blob that no image needs has no size. */
  private blobThresholds(): KeepThresholds {
    const { images, digests } = this.input.snapshot;
    const blobs = new KeepThresholds(digests.size, this.input);
    for (let image = 0; image < images.count; image++)
      images.eachNeed(image, (blob) => {
        for (let age = 0; age < blobs.ages; age++) blobs.lower(blob, age, this.images.get(image, age));
      });
    return blobs;
  }
}

/** Returns the items that each item was promoted from, by number: the same image in the stream of its pull spec. */
function promotedFrom(streams: Snapshot['streams']): Map<number, number[]> {
  const wanted = new Set(streams.flatMap(({ tags }) => tags.flatMap(({ items }) => items.flatMap(toSource))));
  const places = new Map<string, number[]>();
  const promoted: { item: number; place: string }[] = [];
  let at = 0;
  for (const stream of streams) {
    for (const item of stream.tags.flatMap(({ items }) => items)) {
      const place = `${streamKey(stream)} ${item.image}`;
      if (wanted.has(streamKey(stream))) places.set(place, [...(places.get(place) ?? []), at]);
      if (item.source !== undefined) promoted.push({ item: at, place: `${item.source} ${item.image}` });
      at++;
    }
  }
  return new Map(promoted.map(({ item, place }) => [item, places.get(place) ?? []]));
}

function toSource({ source }: { source?: string }): string[] {
  return source === undefined ? [] : [source];
}

function countItems({ streams }: Snapshot): number {
  return streams.reduce((sum, { tags }) => sum + tags.reduce((all, { items }) => all + items.length, 0), 0);
}
