import { streamKey } from '../model/image-stream.js';
import type { ImageStream, Snapshot, TagItem } from '../model/table/snapshot.js';
import { findAttachments, type Attachments } from './attachments.js';
import { heldImages } from './held.js';
import { ItemRules, kept, type Verdict } from './item-rules.js';
import type { PruneOptions } from './options.js';
import type { Reason } from './reason.js';
import type { UseIndex } from './uses.js';

export type { Verdict } from './item-rules.js';

/** Why an image stays, by number: filled while deciding, turned into a Reason when somebody asks. */
const KEPT = {
  no: 0,
  item: 1,
  child: 2,
  notManaged: 3,
  young: 4,
  held: 5,
  attached: 6,
  frozen: 7,
  notInPlan: 8,
} as const;

/**
 * Decides about every tag item and every image of a snapshot: what stays, and why. Pure; the order of the lists does not matter.
 * Asked tag item by tag item and image by image, so that nothing is stored that nobody wants to know.
 */
export class Decisions {
  private readonly keptBy: Uint8Array;
  private readonly keptFor: Int32Array;
  /** Tag items kept because what they are attached to stays: `stream/tag` numbers. */
  private readonly attachedTags = new Map<string, number>();
  private readonly attachments: Attachments | undefined;
  private readonly held: Map<number, Reason>;
  private readonly rules: ItemRules;
  private readonly wide: boolean;

  constructor(
    private readonly snapshot: Snapshot,
    uses: UseIndex,
    private readonly options: PruneOptions,
    now: number,
  ) {
    this.wide = options.referrers !== 'oc';
    this.held = heldImages(snapshot, uses, options.protection?.digests ?? []);
    this.rules = new ItemRules(snapshot, uses, this.held, options, now);
    this.attachments = this.wide || options.pruneSignatures ? findAttachments(snapshot) : undefined;
    this.keptBy = new Uint8Array(snapshot.images.count);
    this.keptFor = new Int32Array(snapshot.images.count);
    this.keepImages();
  }

  /** True when some image's metadata cannot be read: then no image goes at all. */
  get imagesFrozen(): boolean {
    return this.snapshot.images.unreadable.size > 0;
  }

  imageKept(image: number): boolean {
    return this.keptBy[image] !== KEPT.no;
  }

  /** Whether this image's digest is used, so that all its tag items and links stay. */
  isHeld(digest: number): boolean {
    return this.held.has(digest);
  }

  /** The verdict on one tag item; `position` 0 is the newest. */
  item(stream: number, tag: number, position: number): Verdict {
    const found = this.rules.verdict(this.snapshot.streams[stream]!, tag, position);
    if (found.kept || found.because.rule === 'no-image') return found;
    const attachedTo = this.attachedTags.get(`${stream}/${tag}`);
    if (attachedTo !== undefined) return kept({ rule: 'attached', subject: this.snapshot.digests.text(attachedTo) });
    return found;
  }

  /** The verdict on one image. */
  image(image: number): Verdict {
    const { images, digests } = this.snapshot;
    const by = this.keptFor[image]!;
    switch (this.keptBy[image]) {
      case KEPT.no:
        return { kept: false, because: { rule: 'unlisted' } };
      case KEPT.item:
        return kept(this.listingItem(images.name(image), by));
      case KEPT.child:
        return kept({ rule: 'index-child', index: images.nameText(by) });
      case KEPT.notManaged:
        return kept({ rule: 'not-managed' });
      case KEPT.young:
        return kept({ rule: 'young-image', created: images.created(image) });
      case KEPT.held:
        return kept(this.held.get(images.name(image))!);
      case KEPT.notInPlan:
        return kept({ rule: 'not-in-plan' });
      case KEPT.attached:
        return kept({ rule: 'attached', subject: digests.text(by) });
      default:
        return kept(this.options.namespace === undefined ? this.frozenReason() : { rule: 'images-stay' });
    }
  }

  private frozenReason(): Reason {
    const { images } = this.snapshot;
    const [first] = images.unreadable.keys();
    return { rule: 'unreadable-image', image: images.nameText(first!) };
  }

  private listingItem(digest: number, streamIndex: number): Reason {
    const stream = this.snapshot.streams[streamIndex]!;
    for (const [tag, { name, items }] of stream.tags.entries()) {
      const position = items.findIndex((item, at) => item.image === digest && this.item(streamIndex, tag, at).kept);
      if (position !== -1)
        return { rule: 'tag-item', stream: streamKey(stream), tag: name, position, of: items.length };
    }
    return { rule: 'tag-item', stream: streamKey(stream), tag: '', position: 0, of: 0 };
  }

  private keepImages(): void {
    const { images } = this.snapshot;
    this.snapshot.streams.forEach((stream, index) => this.keepListed(stream, index));
    const frozen = this.options.namespace !== undefined || this.imagesFrozen;
    for (let image = 0; image < images.count; image++) {
      if (!this.options.all && !images.managed(image)) this.keep(image, KEPT.notManaged, 0);
      else if (this.rules.isYoung(images.created(image))) this.keep(image, KEPT.young, 0);
      else if (this.held.has(images.name(image))) this.keep(image, KEPT.held, 0);
      else if (this.options.only && !this.options.only.image(images.nameText(image), images.uid(image)))
        this.keep(image, KEPT.notInPlan, 0);
      if (frozen) this.keep(image, KEPT.frozen, 0);
    }
  }

  private keepListed(stream: ImageStream, index: number): void {
    const whole = this.rules.stream(stream);
    stream.tags.forEach(({ items }, tag) => {
      items.forEach((item, position) => {
        if (whole?.kept || this.rules.item(stream, tag, position).kept) this.keepItem(item, index);
      });
    });
  }

  private keepItem(item: TagItem, stream: number): void {
    const { images } = this.snapshot;
    const image = images.indexOf(item.image);
    if (image === -1) return;
    // What `oc` keeps with an index is what a tag item lists and one level below, no matter why else the index stays.
    images.eachChild(image, (child) => this.keep(images.indexOf(child), KEPT.child, image));
    this.keep(image, KEPT.item, stream);
  }

  /** Marks an image as kept; beyond `oc`, everything that belongs to it too. */
  private keep(image: number, by: number, what: number): void {
    if (image === -1 || this.keptBy[image] !== KEPT.no) return;
    this.keptBy[image] = by;
    this.keptFor[image] = what;
    const { images } = this.snapshot;
    if (this.wide) images.eachChild(image, (child) => this.keep(images.indexOf(child), KEPT.child, image));
    if (this.attachments) this.keepAttached(images.name(image), this.attachments);
  }

  private keepAttached(subject: number, attachments: Attachments): void {
    const { images, streams } = this.snapshot;
    for (const { stream, tag } of attachments.tags.get(subject) ?? []) {
      this.attachedTags.set(`${stream}/${tag}`, subject);
      for (const item of streams[stream]!.tags[tag]!.items) this.keepItem(item, stream);
    }
    for (const digest of attachments.images.get(subject) ?? []) {
      if (!this.held.has(digest))
        this.held.set(digest, { rule: 'attached', subject: this.snapshot.digests.text(subject) });
      this.keep(images.indexOf(digest), KEPT.attached, subject);
    }
  }
}
