import { streamKey } from '../model/image-stream.js';
import type { ImageStream, SnapshotView, TagItem } from '../model/table/snapshot.js';
import { findAttachments } from './attachments.js';
import { heldImages, type IndexParents } from './held.js';
import { ItemRules, kept, type Verdict } from './item-rules.js';
import { listingItem } from './listing-item.js';
import { KeptImages } from './kept-images.js';
import { KEPT, PLAIN_REASONS } from './kept-by.js';
import { toImageKey, toTagKey, type NamedByPlan } from './named-by-plan.js';
import type { PruneOptions } from './options.js';
import { TagEffects } from './policy/tag-effects.js';
import { TagRules } from './policy/tag-rules.js';
import { Promotions, type Place } from './promotions.js';
import { recentPulls, type RecentPulls } from './pulls/recent-pulls.js';
import { endOfChain, type KeptThrough, type PulledReason, type Reason } from './reason.js';
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
  /** Images that recent pulls keep although no stream lists them, if that was found out before tags were removed. */
  pulledUnlisted?: ReadonlyMap<number, PulledReason>;
}

/**
 * Decides for every tag item and every image of a snapshot whether it is kept, and why. Pure; the order of the lists
 * does not matter. Reasons are computed on request: most are never printed, and they would take more memory than the
 * snapshot.
 */
export class Decisions {
  private readonly kept: KeptImages;
  /** Beyond `oc`: items that no rule for single items keeps; a stream, a tag and a position for each. */
  readonly unkeptItems: number[] = [];
  /** Tags that were promoted; `oc` does not consider them. */
  readonly promotions: Promotions | undefined;
  private readonly effects: TagEffects;
  /** What recent pulls keep. */
  readonly pulls: RecentPulls | undefined;
  private readonly held: Map<number, Reason>;
  private readonly rules: ItemRules;
  /** Where the unreadable images are; computed when a reason names one. */
  private places: Map<number, string> | undefined;
  /** True if uses that `oc` does not know count, too. */
  private readonly includeExtended: boolean;

  constructor(private readonly input: DecisionInput) {
    const { snapshot, uses, options, now, parents } = input;
    this.includeExtended = options.referrers !== 'oc';
    const tagRules = new TagRules(options, now);
    this.pulls = recentPulls({ snapshot, options, tagRules, now, parents, unlisted: input.pulledUnlisted });
    const protectedDigests = options.protection?.digests;
    this.held = heldImages(snapshot, uses, { protectedDigests, pulled: this.pulls?.unlisted, parents });
    this.promotions = this.includeExtended ? new Promotions(snapshot.streams) : undefined;
    const { promotions, held, pulls } = this;
    this.rules = new ItemRules({ ...input, held, tagRules, pulls, isNeeded: this.isNeeded.bind(this) });
    const effects = (this.effects = new TagEffects(this.rules, snapshot));
    const attachments = this.includeExtended || options.pruneSignatures ? findAttachments(snapshot) : undefined;
    this.kept = new KeptImages({ snapshot, attachments, promotions, held, onNeeded: effects.recheck.bind(effects) });
    this.keepImages();
  }

  imageKept(image: number): boolean {
    return this.kept.by[image] !== KEPT.no;
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
    const subject = this.kept.attachedTags.get(`${key}:${name}`);
    if (subject !== undefined) return kept({ rule: 'attached', subject: this.input.snapshot.digests.text(subject) });
    const promoted = this.promotions?.find(key, items[position]!.image);
    return promoted ? kept({ rule: 'promoted', ...promoted }) : verdict;
  }

  /**
   * Returns the name of the rule under which a tag of any state of a stream expires; undefined if it does not, or if
   * the plan file does not name it. Items of an expiring tag can be kept.
   */
  expiredUnder(stream: ImageStream, tag: number): string | undefined {
    const { expiry } = this.rules.tagRules.of(stream, tag);
    if (!expiry || this.rules.stream(stream) || !this.rules.expires(stream, tag)) return undefined;
    const { only } = this.input;
    const isNamed = !only || only.tags.has(toTagKey(stream, stream.tags[tag]!.name));
    return isNamed ? expiry.rule : undefined;
  }

  /** Returns the name of the rule of the policy that decides a tag; undefined if none does. */
  ruleOf(stream: ImageStream, tag: number): string | undefined {
    return this.rules.tagRules.of(stream, tag).policy?.rule;
  }

  /** Returns true if something that is kept needs a tag or its newest image. */
  private isNeeded(stream: ImageStream, tag: number): boolean {
    const key = streamKey(stream);
    const { name, items } = stream.tags[tag]!;
    return this.kept.attachedTags.has(`${key}:${name}`) || this.promotions?.find(key, items[0]!.image) !== undefined;
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
    const { images, digests, streams } = this.input.snapshot;
    const keptFor = this.kept.keptFor[image]!;
    const plain = PLAIN_REASONS[this.kept.by[image]!];
    if (plain) return kept(plain);
    switch (this.kept.by[image]) {
      case KEPT.no:
        return { kept: false, because: { rule: 'unlisted' } };
      case KEPT.item:
        return kept(listingItem(streams[keptFor]!, images.name(image), this.item.bind(this, keptFor)));
      case KEPT.child:
        return kept({ rule: 'index-child', index: images.nameText(keptFor), through: this.through(keptFor) });
      case KEPT.young:
        return kept(this.rules.youngImage(image, this.effects.whyYoung(image)!));
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
    if (this.kept.by[image] === KEPT.child) return this.kept.keptFor[image]!;
    return this.kept.by[image] === KEPT.attached ? this.input.snapshot.images.indexOf(this.kept.keptFor[image]!) : -1;
  }

  private unreadableReason(): Reason {
    const { images } = this.input.snapshot;
    this.places ??= placesOfUnreadable(this.input.snapshot);
    const [first] = images.unreadable.keys();
    return { rule: 'unreadable-image', image: images.nameText(first!), where: this.places.get(first!) };
  }

  private keepImages(): void {
    const { snapshot, options, unseen = [] } = this.input;
    const { images } = snapshot;
    snapshot.streams.forEach((stream, index) => this.keepListed(stream, index));
    for (const digest of unseen) this.kept.keepAttached(digest);
    this.keepNeededTags();
    // No image may be deleted if the content of one cannot be read, or if uses in other namespaces are unknown.
    const keepAll = options.namespace !== undefined || images.unreadable.size > 0;
    for (let image = 0; image < images.count; image++) {
      const keptBy = this.ownRule(image);
      if (keptBy !== KEPT.no) this.kept.keep(image, keptBy, 0);
      // Nothing says what this image is, so what it names is kept even where indexes that nothing lists keep nothing.
      if (keptBy === KEPT.invalidName)
        images.eachChild(image, (child) => this.kept.keep(images.indexOf(child), KEPT.child, image));
      if (keepAll) this.kept.keep(image, KEPT.imagesStay, 0);
    }
    this.keepNeededTags();
  }

  /** Applies the rules again to the tags that something needs that is kept, so that they do not expire. */
  private keepNeededTags(): void {
    for (let place = this.effects.takeNeeded(); place; place = this.effects.takeNeeded()) {
      const { stream: index, tag } = place;
      const stream = this.input.snapshot.streams[index]!;
      for (const [position, item] of stream.tags[tag]!.items.entries())
        if (this.rules.item(stream, tag, position).kept) this.keepItem(item, place);
    }
  }

  /** Returns the first rule that keeps an image whether or not anything lists it. */
  private ownRule(image: number): number {
    const { snapshot, options, only } = this.input;
    const { images } = snapshot;
    if (!images.hasDigestName(image)) return KEPT.invalidName;
    if (!options.all && !images.managed(image)) return KEPT.notManaged;
    if (this.effects.whyYoung(image)) return KEPT.young;
    if (this.held.has(images.name(image))) return KEPT.held;
    if (this.rules.streamsNotSaved(image)) return KEPT.streamsNotSaved;
    if (only && !only.images.has(toImageKey(images.nameText(image), images.uid(image)))) return KEPT.notInPlan;
    return KEPT.no;
  }

  private keepListed(stream: ImageStream, index: number): void {
    const whole = this.rules.stream(stream);
    stream.tags.forEach(({ items }, tag) => {
      if (!whole && this.input.options.policy) this.effects.add(stream, { stream: index, tag });
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
    const sources = this.promotions.add(item, place);
    if (sources.length > 0) this.effects.recheck(item.image);
    for (const source of sources) this.keepListedImage(source.item, source.stream);
  }

  private keepListedImage(item: TagItem, stream: number): void {
    const { images } = this.input.snapshot;
    const image = images.indexOf(item.image);
    // What is attached to an image that the saved lists lack is kept, too.
    if (image === -1 && this.input.snapshot.saved) this.kept.keepAttached(item.image);
    // The image before its children, so that a child that names its parent is not the reason for keeping it.
    this.kept.keep(image, KEPT.item, stream);
    // `oc` keeps what a tag item lists and one level below it, even where something else keeps the index.
    if (image !== -1 && !this.includeExtended)
      images.eachChild(image, (child) => this.kept.keep(images.indexOf(child), KEPT.child, image));
  }
}
