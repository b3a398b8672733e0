import { streamKey } from '../model/image-stream.js';
import type { ImageStream, SnapshotView, TagItem } from '../model/table/snapshot.js';
import { findAttachments, type Attachments } from './attachments.js';
import { heldImages, type IndexParents } from './held.js';
import { ItemRules, kept, type Verdict } from './item-rules.js';
import { KEPT, PLAIN_REASONS } from './kept-by.js';
import { toImageKey, type NamedByPlan } from './named-by-plan.js';
import type { PruneOptions } from './options.js';
import { Promotions, type Place } from './promotions.js';
import { endOfChain, type KeptThrough, type Reason } from './reason.js';
import { placesOfUnreadable } from './unreadable.js';
import type { UseIndex } from './uses.js';

/** The input of decisions. */
interface DecisionInput {
  snapshot: SnapshotView;
  uses: UseIndex;
  options: PruneOptions;
  /** Ms since the epoch. */
  now: number;
  /** Absent: no plan file restricts what may be deleted. */
  only?: NamedByPlan;
  /** The result of `indexParents`, if it is known. */
  parents?: IndexParents;
  /** Digest numbers of images that count as kept although their objects are not known: what belongs to them is kept. */
  unseen?: Iterable<number>;
}

/**
 * Decides for every tag item and every image of a snapshot whether it is kept, and why. Pure; the order of the lists
 * does not matter. Reasons are computed on request: most are never printed, and they would take more memory than the
 * snapshot.
 */
export class Decisions {
  /** By image number: one of `KEPT`. */
  private readonly keptBy: Uint8Array;
  /** By image number: the stream, index or subject that keeps it, depending on `keptBy`. */
  private readonly keptFor: Int32Array;
  /** Images to keep because of an image that is kept: an image number, one of `KEPT` and what it refers to for each. */
  private readonly waiting: number[] = [];
  /** Tags (`namespace/name:tag`) whose items are kept because their subject is, with the subject (digest number). */
  private readonly attachedTags = new Map<string, number>();
  private readonly attachments: Attachments | undefined;
  /** Beyond `oc`: items that no rule for single items keeps; a stream, a tag and a position for each. */
  readonly unkeptItems: number[] = [];
  /** Beyond `oc`: images of streams from which remaining tag items of other streams were promoted. */
  /** Tags that were promoted; `oc` does not consider them. */
  readonly promotions: Promotions | undefined;
  private readonly held: Map<number, Reason>;
  private readonly rules: ItemRules;
  /** Where the unreadable images are; computed when a reason names one. */
  private places: Map<number, string> | undefined;
  /** True if uses that `oc` does not know count, too. */
  private readonly includeExtended: boolean;

  constructor(private readonly input: DecisionInput) {
    const { snapshot, uses, options, parents } = input;
    this.includeExtended = options.referrers !== 'oc';
    this.held = heldImages(snapshot, uses, options.protection?.digests ?? [], parents);
    this.rules = new ItemRules({ ...input, held: this.held });
    this.attachments = this.includeExtended || options.pruneSignatures ? findAttachments(snapshot) : undefined;
    this.promotions = this.includeExtended ? new Promotions(snapshot.streams) : undefined;
    this.keptBy = new Uint8Array(snapshot.images.count);
    this.keptFor = new Int32Array(snapshot.images.count);
    this.keepImages();
  }

  imageKept(image: number): boolean {
    return this.keptBy[image] !== KEPT.no;
  }

  /** Returns the verdict on one tag item; `position` 0 is the newest. */
  item(stream: number, tag: number, position: number): Verdict {
    return this.itemOf(this.input.snapshot.streams[stream]!, tag, position);
  }

  /** Returns the verdict on one tag item of any state of a stream, which can be newer than the snapshot. */
  itemOf(stream: ImageStream, tag: number, position: number): Verdict {
    const verdict = this.rules.verdict(stream, tag, position);
    if (verdict.kept || verdict.because.rule === 'no-image') return verdict;
    const key = streamKey(stream);
    const { name, items } = stream.tags[tag]!;
    const subject = this.attachedTags.get(`${key}:${name}`);
    if (subject !== undefined) return kept({ rule: 'attached', subject: this.input.snapshot.digests.text(subject) });
    const promoted = this.promotions?.find(key, items[position]!.image);
    return promoted ? kept({ rule: 'promoted', ...promoted }) : verdict;
  }

  /**
   * Returns true if the links of an image that a stream no longer lists are kept. Anyone who can edit the stream can
   * ask to delete them.
   */
  keepsLinks(stream: ImageStream, digest: number): boolean {
    return this.promotions?.find(streamKey(stream), digest) !== undefined || this.rules.keepsLinks(stream, digest);
  }

  /** Returns the verdict on one image. */
  image(image: number): Verdict {
    const { images, digests } = this.input.snapshot;
    const keptFor = this.keptFor[image]!;
    const plain = PLAIN_REASONS[this.keptBy[image]!];
    if (plain) return kept(plain);
    switch (this.keptBy[image]) {
      case KEPT.no:
        return { kept: false, because: { rule: 'unlisted' } };
      case KEPT.item:
        return kept(this.listingItem(images.name(image), keptFor));
      case KEPT.child:
        return kept({ rule: 'index-child', index: images.nameText(keptFor), through: this.through(keptFor) });
      case KEPT.young:
        return kept({ rule: 'young-image', created: images.created(image) });
      case KEPT.held:
        return kept(this.held.get(images.name(image))!);
      case KEPT.streamsNotSaved:
        return kept(this.rules.streamsNotSaved(image)!);
      case KEPT.attached:
        return kept(this.explain({ rule: 'attached', subject: digests.text(keptFor) }));
      default:
        return kept(this.input.options.namespace === undefined ? this.unreadableReason() : { rule: 'images-stay' });
    }
  }

  /** Returns a reason that also states what keeps the image that it refers to. */
  explain(reason: Reason): Reason {
    if (reason.rule !== 'attached' || reason.through) return reason;
    const subject = this.input.snapshot.images.find(reason.subject);
    return subject === -1 ? reason : { ...reason, through: this.through(subject) };
  }

  /** Follows the images that keep each other to the one that something else keeps. */
  private through(image: number): KeptThrough {
    const { images } = this.input.snapshot;
    let at = image;
    for (;;) {
      const next = this.keeperOf(at);
      if (next === -1) return endOfChain(images.nameText(at), this.image(at).because);
      at = next;
    }
  }

  /** Returns the image that keeps another one; -1 if something else does. Every image is kept before what it keeps. */
  private keeperOf(image: number): number {
    if (this.keptBy[image] === KEPT.child) return this.keptFor[image]!;
    return this.keptBy[image] === KEPT.attached ? this.input.snapshot.images.indexOf(this.keptFor[image]!) : -1;
  }

  private unreadableReason(): Reason {
    const { images } = this.input.snapshot;
    this.places ??= placesOfUnreadable(this.input.snapshot);
    const [first] = images.unreadable.keys();
    return { rule: 'unreadable-image', image: images.nameText(first!), where: this.places.get(first!) };
  }

  /** Returns the first kept tag item of a stream that lists an image. */
  private listingItem(digest: number, streamIndex: number): Reason {
    const stream = this.input.snapshot.streams[streamIndex]!;
    for (const [tag, { name, items }] of stream.tags.entries()) {
      const position = items.findIndex((item, at) => item.image === digest && this.item(streamIndex, tag, at).kept);
      if (position !== -1)
        return { rule: 'tag-item', stream: streamKey(stream), tag: name, position, of: items.length };
    }
    return { rule: 'tag-item', stream: streamKey(stream), tag: '', position: 0, of: 0 };
  }

  private keepImages(): void {
    const { snapshot, options, unseen = [] } = this.input;
    const { images } = snapshot;
    snapshot.streams.forEach((stream, index) => this.keepListed(stream, index));
    for (const digest of unseen) this.markAttached(digest);
    // Keeps what is waiting: an image without an object cannot be marked itself.
    this.keep(-1, KEPT.no, 0);
    // No image may be deleted if the content of one cannot be read, or if uses in other namespaces are unknown.
    const keepAll = options.namespace !== undefined || images.unreadable.size > 0;
    for (let image = 0; image < images.count; image++) {
      const keptBy = this.ownRule(image);
      if (keptBy !== KEPT.no) this.keep(image, keptBy, 0);
      // Nothing says what this image is, so what it names is kept even where indexes that nothing lists keep nothing.
      if (keptBy === KEPT.invalidName)
        images.eachChild(image, (child) => this.keep(images.indexOf(child), KEPT.child, image));
      if (keepAll) this.keep(image, KEPT.imagesStay, 0);
    }
  }

  /** Returns the first rule that keeps an image whether or not anything lists it. */
  private ownRule(image: number): number {
    const { snapshot, options, only } = this.input;
    const { images } = snapshot;
    if (!images.hasDigestName(image)) return KEPT.invalidName;
    if (!options.all && !images.managed(image)) return KEPT.notManaged;
    if (this.rules.isYoung(images.created(image))) return KEPT.young;
    if (this.held.has(images.name(image))) return KEPT.held;
    if (this.rules.streamsNotSaved(image)) return KEPT.streamsNotSaved;
    if (only && !only.images.has(toImageKey(images.nameText(image), images.uid(image)))) return KEPT.notInPlan;
    return KEPT.no;
  }

  private keepListed(stream: ImageStream, index: number): void {
    const whole = this.rules.stream(stream);
    stream.tags.forEach(({ items }, tag) => {
      items.forEach((item, position) => {
        if (whole?.kept || this.rules.item(stream, tag, position).kept) this.keepItem(item, { stream: index, tag });
        else if (this.includeExtended) this.unkeptItems.push(index, tag, position);
      });
    });
  }

  /** Keeps the image of an item that is kept, and the items of other streams from which it was promoted. */
  private keepItem(item: TagItem, place: Place): void {
    this.keepListedImage(item, place.stream);
    if (item.source === undefined || !this.promotions) return;
    for (const { item: source, stream } of this.promotions.add(item, place)) this.keepListedImage(source, stream);
  }

  private keepListedImage(item: TagItem, stream: number): void {
    const { images } = this.input.snapshot;
    const image = images.indexOf(item.image);
    // What is attached to an image that the saved lists lack is kept, too.
    if (image === -1 && this.input.snapshot.saved) this.markAttached(item.image);
    // The image before its children, so that a child that names its parent is not the reason for keeping it.
    this.keep(image, KEPT.item, stream);
    // `oc` keeps what a tag item lists and one level below it, even where something else keeps the index.
    if (image !== -1 && !this.includeExtended)
      images.eachChild(image, (child) => this.keep(images.indexOf(child), KEPT.child, image));
  }

  /**
   * Marks an image as kept; beyond `oc`, also everything that belongs to it. Without recursion, because tenants choose
   * how deeply indexes are nested.
   */
  private keep(image: number, by: number, keptFor: number): void {
    const { waiting } = this;
    this.mark(image, by, keptFor);
    for (let at = 0; at < waiting.length; at += 3) this.mark(waiting[at]!, waiting[at + 1]!, waiting[at + 2]!);
    waiting.length = 0;
  }

  private mark(image: number, by: number, keptFor: number): void {
    if (image === -1 || this.keptBy[image] !== KEPT.no) return;
    this.keptBy[image] = by;
    this.keptFor[image] = keptFor;
    const { images } = this.input.snapshot;
    if (this.includeExtended)
      images.eachChild(image, (child) => void this.waiting.push(images.indexOf(child), KEPT.child, image));
    this.markAttached(images.name(image));
  }

  private markAttached(subject: number): void {
    const { images, streams, digests } = this.input.snapshot;
    for (const { stream, tag } of this.attachments?.tags.get(subject) ?? []) {
      const { name, items } = streams[stream]!.tags[tag]!;
      this.attachedTags.set(`${streamKey(streams[stream]!)}:${name}`, subject);
      for (const item of items) {
        this.waiting.push(images.indexOf(item.image), KEPT.item, stream);
        for (const source of this.promotions?.add(item, { stream, tag }) ?? [])
          this.waiting.push(images.indexOf(source.item.image), KEPT.item, source.stream);
      }
    }
    for (const digest of this.attachments?.images.get(subject) ?? []) {
      if (!this.held.has(digest)) this.held.set(digest, { rule: 'attached', subject: digests.text(subject) });
      this.waiting.push(images.indexOf(digest), KEPT.attached, subject);
    }
  }
}
