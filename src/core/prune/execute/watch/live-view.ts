import type { Decisions } from '../../../graph/decide.js';
import type { Verdict } from '../../../graph/item-rules.js';
import { whyTagStays } from '../../../graph/unfinished-tags.js';
import { toUseOptions } from '../../../graph/options.js';
import type { Reason } from '../../../graph/reason.js';
import { collectUses, type UseIndex } from '../../../graph/uses.js';
import type { StreamRecord } from '../../../model/image-stream.js';
import type { ImageRecord } from '../../../model/image.js';
import { describeStreams } from '../../../model/names/describe-streams.js';
import type { Referrer } from '../../../model/referrer.js';
import type { ImageColumns } from '../../../model/table/image-columns.js';
import type { ImageStream } from '../../../model/table/snapshot.js';
import { neededDigests } from '../../plan/links.js';
import type { ImagePrunePlan } from '../../plan/plan.js';
import { CurrentDecisions } from './current-decisions.js';
import { KnownReferrers, type ReferrerGroup } from './known-referrers.js';
import { KnownStreams } from './known-streams.js';
import { LaterDigests } from './later-digests.js';
import { LaterImages } from './later-images.js';
import { LaterNeeds } from './later-needs.js';
import { LaterReferences } from './later-references.js';
import type { KnownSize } from './watch-budget.js';

/**
 * The cluster as it is known now: the snapshot, and what lists and watches have shown since. It decides whether a
 * planned object may still be deleted, and can only keep more than the plan. Does not modify the snapshot: later
 * objects are in tables of their own.
 */
export class LiveView {
  readonly digests: LaterDigests;
  readonly images: LaterImages;
  readonly streams: KnownStreams;
  private readonly referrers: KnownReferrers;
  readonly needs: LaterNeeds;
  /** References that cannot be read and have appeared since the plan was computed. */
  readonly references: LaterReferences;
  private readonly linkNeeds = new Map<string, { stream: ImageStream; images: number; needed: Set<number> }>();
  private readonly current: CurrentDecisions;
  /** Computed on request; undefined once a referrer or an image has changed. */
  private uses: UseIndex | undefined;

  /** @param now the API server's clock when the lists were read, ms since the epoch */
  constructor(
    private readonly plan: Pick<ImagePrunePlan, 'snapshot' | 'options' | 'only'> &
      Partial<Pick<ImagePrunePlan, 'uses' | 'decisions'>>,
    private readonly now: number,
  ) {
    const { snapshot, options, uses } = plan;
    this.references = new LaterReferences({ ignoreInvalidRefs: options.ignoreInvalidRefs, before: uses });
    this.digests = new LaterDigests(snapshot.digests);
    this.images = new LaterImages(snapshot.images, this.digests);
    this.streams = new KnownStreams(snapshot.streams, this.digests);
    this.referrers = new KnownReferrers(snapshot.referrers);
    this.needs = new LaterNeeds(this.images);
    this.current = new CurrentDecisions(plan, this, now);
  }

  /** How much is known. */
  get knownSize(): KnownSize {
    const objects = this.images.count + this.streams.size + this.referrers.size;
    return { objects, digests: this.digests.size };
  }

  /** Replaces everything that is known of one group of referrers. */
  setReferrers(group: ReferrerGroup, referrers: Referrer[]): void {
    this.referrers.setAll(group, referrers);
    this.uses = undefined;
  }

  /** Forgets the referrers of a group whose objects (`namespace/name`) no longer exist. */
  keepReferrers(group: ReferrerGroup, present: ReadonlySet<string>): void {
    if (this.referrers.retain(group, present)) this.uses = undefined;
  }

  /** Adds the referrers of a list; it can be older than what a watch has shown since. */
  addReferrers(referrers: Referrer[]): void {
    for (const referrer of referrers) this.referrers.add(referrer);
    this.uses = undefined;
  }

  putReferrer(referrer: Referrer): void {
    this.referrers.put(referrer);
    this.uses = undefined;
  }

  removeReferrer(referrer: Referrer): void {
    if (this.referrers.remove(referrer)) this.uses = undefined;
  }

  putImage(record: ImageRecord): void {
    this.images.add(record);
  }

  putImages(columns: ImageColumns): void {
    this.images.addColumns(columns);
  }

  /**
   * Stores the state of a stream, unless a newer one is known.
   * @returns the newest known state
   */
  putStream(record: StreamRecord): ImageStream {
    const stream = this.streams.put(record);
    if (this.referrers.putFollower(stream)) this.uses = undefined;
    return stream;
  }

  /**
   * Forgets a deleted stream.
   * @param version resource version of the deletion: a stream with a newer one was created again
   */
  removeStream(key: string, version?: string): void {
    this.streams.remove(key, version);
  }

  /** Adds the streams of a list; it can be older than what a watch has shown since. */
  addStreams(records: StreamRecord[]): void {
    for (const record of records) this.putStream(record);
  }

  /** Replaces all streams: those that are not in the list have been deleted. */
  setStreams(records: StreamRecord[]): void {
    this.streams.setAll(records);
    for (const record of records) this.putStream(record);
  }

  /** Returns the newest known state of a stream (`namespace/name`); undefined if it no longer exists. */
  stream(key: string): ImageStream | undefined {
    return this.streams.get(key);
  }

  /**
   * Applies the rules to a tag item of a stream as it is now.
   * @throws RegadmError INVALID_REFERENCES if a new reference cannot be parsed
   */
  item(stream: ImageStream, tag: number, position: number): Verdict {
    const verdict = this.decisions().itemOf(stream, tag, position);
    return verdict.kept ? this.explained().itemOf(stream, tag, position) : verdict;
  }

  /** Returns why a planned image must be kept now; undefined if it may be deleted. @throws RegadmError as `item` */
  imageBlocked(image: number): Reason | undefined {
    const decisions = this.decisions();
    const { images, streams } = this;
    const digest = images.name(image);
    if (images.replaced.has(image)) return { rule: 'replaced' };
    const [unreadable] = images.unreadable.keys();
    if (unreadable !== undefined) return this.unreadableReason(unreadable);
    const listing = streams.listingItem(digest);
    if (listing) return listing;
    if (this.needs.namesChild(digest)) return this.newestIndexOf(digest);
    if (decisions.imageKept(image)) return this.explained().image(image).because;
    return this.listedIndexOf(digest);
  }

  /** True if an image that has appeared since the plan was computed needs this blob. */
  blobNeeded(digest: number): boolean {
    this.learnImages();
    return this.needs.needsBlob(digest);
  }

  /** True if a tag item that the stream lists now needs this digest in its repository. */
  linkNeeded(key: string, digest: number): boolean {
    this.learnImages();
    const stream = this.streams.get(key);
    if (!stream) return false;
    const { count } = this.images;
    const known = this.linkNeeds.get(key);
    if (known?.stream === stream && known.images === count) return known.needed.has(digest);
    const listed = stream.tags.flatMap(({ items }) => items.map(({ image }) => image));
    const needed = neededDigests({ images: this.images }, listed, this.plan.options.referrers !== 'oc');
    this.linkNeeds.set(key, { stream, images: count, needed });
    return needed.has(digest);
  }

  /** Returns true if the links of an image that a stream no longer lists are kept now. @throws RegadmError as `item` */
  keepsLinks(stream: ImageStream, digest: number): boolean {
    return this.decisions().keepsLinks(stream, digest);
  }

  /**
   * Returns why a tag without items is not deleted from the spec now; undefined if it may be.
   * @throws RegadmError as `item`
   */
  tagStays(stream: ImageStream, tag: string): Reason | undefined {
    this.learnImages();
    return whyTagStays(stream, tag, { options: this.plan.options, uses: (this.uses ??= this.collectUses()) });
  }

  /** Frees the memory for the links of a finished stream. */
  forgetLinks(key: string): void {
    this.linkNeeds.delete(key);
  }

  private unreadableReason(image: number): Reason {
    const listing = this.streams.listingItem(this.images.name(image));
    const where = describeStreams(listing?.rule === 'tag-item' ? [listing.stream] : []);
    return { rule: 'unreadable-image', image: this.images.nameText(image), where };
  }

  /** Returns the index that was pushed in the meantime, with the tag item that lists it, if one does. */
  private newestIndexOf(digest: number): Reason {
    const parent = this.needs.parents.get(digest)!.at(-1)!;
    const index = this.images.nameText(parent);
    const because = this.streams.listingItem(this.images.name(parent));
    return { rule: 'index-child', index, ...(because ? { through: { image: index, because } } : {}) };
  }

  /**
   * Finds an index that names an image and that a tag item lists; beyond `oc`, also an index of such an index. Looks at
   * each index once, because tenants choose what their indexes name.
   */
  private listedIndexOf(digest: number): Reason | undefined {
    const { images, streams, needs, plan } = this;
    const above = new Set([digest]);
    for (const child of above) {
      for (const parent of needs.parents.get(child) ?? []) {
        const name = images.name(parent);
        const because = streams.listingItem(name);
        const index = images.nameText(parent);
        if (because) return { rule: 'index-child', index, through: { image: index, because } };
        if (plan.options.referrers !== 'oc') above.add(name);
      }
    }
    return undefined;
  }

  private decisions(): Decisions {
    this.learnImages();
    return this.current.with((this.uses ??= this.collectUses()));
  }

  /** Returns decisions whose reasons name who uses what now. */
  private explained(): Decisions {
    return this.current.naming((this.uses ??= this.collectUses()));
  }

  private collectUses(): UseIndex {
    const { options } = this.plan;
    const uses = collectUses(this.referrers.all(), this.digests, toUseOptions(options, this.now, this.streams.all()));
    this.references.check(uses);
    return uses;
  }

  /** Learns what the images need that have appeared. */
  learnImages(): void {
    if (this.needs.update()) this.uses = undefined;
  }
}
