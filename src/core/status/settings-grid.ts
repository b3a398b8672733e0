import { findAttachments, type Attachments } from '../graph/attachments.js';
import { heldImages, indexParents } from '../graph/held.js';
import { ItemRules } from '../graph/item-rules.js';
import type { PruneOptions } from '../graph/options.js';
import type { Reason } from '../graph/reason.js';
import { collectUses, type UseIndex } from '../graph/uses.js';
import type { Snapshot } from '../model/table/snapshot.js';
import { storedSizes } from './space.js';

/** What a prune with one pair of settings would remove. `bytes`: of blobs that the registry holds. */
export interface GridCell {
  images: number;
  tagItems: number;
  bytes: number;
}

/** `cells[age][revision]`, in the order of the settings. */
export interface SettingsGrid {
  revisions: number[];
  /** Ms. */
  ages: number[];
  cells: GridCell[][];
}

/**
 * What `prune images` would remove with every pair of `--keep-tag-revisions` and `--keep-younger-than`, from one pass over the snapshot:
 * whatever stays with N revisions stays with more of them, so that for every age one number an item, an image or a blob says it all.
 * @param options everything else that decides (referrers `extended` or `all`); its own revisions and age do not count
 * @param settings both in ascending order
 */
export function settingsGrid(
  snapshot: Snapshot,
  options: PruneOptions,
  settings: { revisions: number[]; ages: number[] },
  now: number,
): SettingsGrid {
  return new GridPass(snapshot, options, settings.revisions, settings.ages, now).run();
}

/** An image's region: for each age, the index of the fewest revisions with which it stays; `never` when none of them is enough. */
class GridPass {
  private readonly never: number;
  private readonly width: number;
  private readonly region: Uint8Array;
  private readonly itemRegion: Uint8Array;
  private readonly attachments: Attachments;
  private readonly rules: ItemRules[];
  private readonly held: Map<number, Reason>[];
  private readonly queue: number[] = [];

  constructor(
    private readonly snapshot: Snapshot,
    private readonly options: PruneOptions,
    private readonly revisions: number[],
    private readonly ages: number[],
    now: number,
  ) {
    this.never = revisions.length;
    this.width = ages.length;
    this.region = new Uint8Array(snapshot.images.count * this.width).fill(this.never);
    this.itemRegion = new Uint8Array(countItems(snapshot) * this.width).fill(this.never);
    this.attachments = findAttachments(snapshot);
    const uses = usesByAge(snapshot, options, ages, now);
    const parents = indexParents(snapshot);
    const heldBy = new Map<UseIndex, Map<number, Reason>>();
    for (const index of uses)
      if (!heldBy.has(index))
        heldBy.set(index, heldImages(snapshot, index, options.protection?.digests ?? [], parents));
    this.held = uses.map((index) => heldBy.get(index)!);
    this.rules = ages.map(
      (age, at) =>
        new ItemRules({
          snapshot,
          uses: uses[at]!,
          held: this.held[at]!,
          options: { ...options, keepTagRevisions: 0, keepYoungerThanMs: age },
          now,
        }),
    );
  }

  run(): SettingsGrid {
    this.placeItems();
    this.placeImages();
    this.spread();
    this.keepAttachedItems();
    return { revisions: this.revisions, ages: this.ages, cells: this.cells() };
  }

  private placeItems(): void {
    const { images, streams } = this.snapshot;
    let at = 0;
    for (const stream of streams) {
      const whole = this.rules.map((rules) => rules.stream(stream)?.kept === true);
      stream.tags.forEach(({ items }, tag) =>
        items.forEach((item, position) => {
          const image = images.indexOf(item.image);
          for (let age = 0; age < this.width; age++) {
            const least = whole[age] ? 0 : this.leastFor(this.rules[age]!.item(stream, tag, position), position);
            this.itemRegion[at * this.width + age] = least;
            if (image !== -1) this.lower(image, age, least);
          }
          at++;
        }),
      );
    }
  }

  /** The rules were asked with no revisions at all: only what goes for that reason may stay with more. */
  private leastFor({ kept, because }: { kept: boolean; because: Reason }, position: number): number {
    if (kept) return 0;
    if (because.rule !== 'beyond-revisions') return this.never;
    const enough = this.revisions.findIndex((revisions) => position < revisions);
    return enough === -1 ? this.never : enough;
  }

  private placeImages(): void {
    const { images } = this.snapshot;
    const frozen = images.unreadable.size > 0 || this.options.namespace !== undefined;
    for (let image = 0; image < images.count; image++) {
      const always = frozen || (!this.options.all && !images.managed(image));
      for (let age = 0; age < this.width; age++) {
        if (always || this.rules[age]!.isYoung(images.created(image)) || this.held[age]!.has(images.name(image)))
          this.lower(image, age, 0);
      }
    }
  }

  /** What belongs to an image stays wherever the image does: what an index names, and what is attached. */
  private spread(): void {
    const { images, streams } = this.snapshot;
    for (let next = this.queue.pop(); next !== undefined; next = this.queue.pop()) {
      const image = Math.floor(next / this.width);
      const age = next % this.width;
      const least = this.region[next]!;
      const lower = (digest: number): void => {
        const other = images.indexOf(digest);
        if (other !== -1) this.lower(other, age, least);
      };
      images.eachChild(image, lower);
      for (const digest of this.attachments.images.get(images.name(image)) ?? []) lower(digest);
      for (const { stream, tag } of this.attachments.tags.get(images.name(image)) ?? []) {
        for (const item of streams[stream]!.tags[tag]!.items) lower(item.image);
      }
    }
  }

  private lower(image: number, age: number, least: number): void {
    const at = image * this.width + age;
    if (least >= this.region[at]!) return;
    this.region[at] = least;
    this.queue.push(at);
  }

  /** The items of signatures and the like, by the regions of what they are attached to. */
  private keepAttachedItems(): void {
    const { images, streams } = this.snapshot;
    const subjects = new Map<string, number>();
    for (const [subject, tags] of this.attachments.tags)
      for (const { stream, tag } of tags) subjects.set(`${stream}/${tag}`, images.indexOf(subject));
    if (subjects.size === 0) return;
    let at = 0;
    streams.forEach(({ tags }, stream) =>
      tags.forEach(({ items }, tag) => {
        const subject = subjects.get(`${stream}/${tag}`) ?? -1;
        for (const { image } of items) {
          for (let age = 0; subject !== -1 && images.indexOf(image) !== -1 && age < this.width; age++) {
            const own = at * this.width + age;
            this.itemRegion[own] = Math.min(this.itemRegion[own]!, this.region[subject * this.width + age]!);
          }
          at++;
        }
      }),
    );
  }

  private cells(): SettingsGrid['cells'] {
    const blobs = this.blobRegions();
    const sizes = storedSizes(this.snapshot);
    return this.ages.map((_, age) => {
      const images = this.tally(this.region, age, () => 1);
      const tagItems = this.tally(this.itemRegion, age, () => 1);
      const bytes = this.tally(blobs, age, (blob) => sizes[blob]!);
      return this.revisions.map((_, revision) => ({
        images: images[revision]!,
        tagItems: tagItems[revision]!,
        bytes: bytes[revision]!,
      }));
    });
  }

  /** By index of the revisions, the sum over everything that goes with them. */
  private tally(regions: Uint8Array, age: number, weight: (at: number) => number): number[] {
    const byLeast = new Float64Array(this.never + 1);
    for (let at = 0; at * this.width < regions.length; at++) byLeast[regions[at * this.width + age]!]! += weight(at);
    return this.revisions.map((_, revision) => byLeast.subarray(revision + 1).reduce((sum, one) => sum + one, 0));
  }

  /** A blob stays wherever one of its images does; what no image needs weighs nothing. */
  private blobRegions(): Uint8Array {
    const { images, digests } = this.snapshot;
    const regions = new Uint8Array(digests.size * this.width).fill(this.never);
    for (let image = 0; image < images.count; image++) {
      images.eachBlob(image, (blob) => {
        for (let age = 0; age < this.width; age++) {
          const at = blob * this.width + age;
          regions[at] = Math.min(regions[at]!, this.region[image * this.width + age]!);
        }
      });
    }
    return regions;
  }
}

function countItems({ streams }: Snapshot): number {
  return streams.reduce((sum, { tags }) => sum + tags.reduce((all, { items }) => all + items.length, 0), 0);
}

/** Uses depend on the age only by pods that have ended: mostly all ages have the same. */
function usesByAge({ referrers, digests }: Snapshot, options: PruneOptions, ages: number[], now: number): UseIndex[] {
  const ended = referrers.filter(({ phase }) => phase !== undefined && phase !== 'Running' && phase !== 'Pending');
  const young = (age: number): number => ended.filter(({ created }) => created! > now - age).length;
  const found: UseIndex[] = [];
  ages.forEach((age, at) => {
    const same = at > 0 && young(ages[at - 1]!) === young(age);
    found.push(
      same
        ? found[at - 1]!
        : collectUses(referrers, digests, {
            scope: options.referrers,
            podsYoungerThan: now - age,
            everyPod: false,
            namespace: options.namespace,
          }),
    );
  });
  return found;
}
