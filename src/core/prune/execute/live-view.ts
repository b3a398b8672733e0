import { attachedTo } from '../../graph/attachments.js';
import { heldImages, indexParents, type IndexParents } from '../../graph/held.js';
import { ItemRules, type Verdict } from '../../graph/item-rules.js';
import type { Reason } from '../../graph/reason.js';
import { collectUses, type UseIndex } from '../../graph/uses.js';
import { streamKey, type StreamRecord } from '../../model/image-stream.js';
import type { ImageRecord } from '../../model/image.js';
import { RegadmError } from '../../model/errors.js';
import type { Referrer } from '../../model/referrer.js';
import { internStream, type ImageStream, type Snapshot } from '../../model/table/snapshot.js';
import type { PruneOptions } from '../../graph/options.js';
import { neededBy } from '../plan/links.js';

/**
 * The cluster as it is now, as far as looks and watches have told: answers whether a thing that the plan names may still go.
 * It only ever says "no" more often than the plan did; nothing goes that the plan does not name.
 */
export class LiveView {
  private readonly streams = new Map<string, ImageStream>();
  private readonly referrers = new Map<string, Map<string, Referrer>>();
  private readonly listed = new Map<number, number>();
  private readonly parents: IndexParents;
  private parentsUpTo: number;
  private neededUpTo: number;
  private readonly replacedSeen = new Set<number>();
  private readonly needed = new Set<number>();
  private readonly newChildren = new Set<number>();
  private readonly linkNeeds = new Map<string, { stream: ImageStream; images: number; needed: Set<number> }>();
  private uses!: UseIndex;
  private held!: Map<number, Reason>;
  private rules!: ItemRules;
  private stale = true;

  constructor(
    private readonly snapshot: Snapshot,
    private readonly options: PruneOptions,
    private readonly now: number,
  ) {
    this.parentsUpTo = this.neededUpTo = snapshot.images.count;
    this.parents = indexParents(snapshot);
    for (const stream of snapshot.streams) this.store(streamKey(stream), stream);
    for (const referrer of snapshot.referrers) this.putReferrer(referrer);
  }

  /** Replaces everything known of one kind of referrer. */
  setReferrers(kind: string, referrers: Referrer[]): void {
    this.referrers.set(kind, new Map(referrers.map((referrer) => [referrerKey(referrer), referrer])));
    this.stale = true;
  }

  /** Adds what a list had, which may be older than what a watch has told since. */
  addReferrers(referrers: Referrer[]): void {
    for (const referrer of referrers) this.putReferrer(referrer);
  }

  putReferrer(referrer: Referrer): void {
    let known = this.referrers.get(referrer.kind);
    if (!known) this.referrers.set(referrer.kind, (known = new Map()));
    known.set(referrerKey(referrer), referrer);
    this.stale = true;
  }

  removeReferrer(referrer: Referrer): void {
    if (this.referrers.get(referrer.kind)?.delete(referrerKey(referrer))) this.stale = true;
  }

  putImage(record: ImageRecord): void {
    this.snapshot.images.add(record);
  }

  get images(): Snapshot['images'] {
    return this.snapshot.images;
  }

  /** Takes a stream as it is now, unless something newer is known of it. */
  putStream(record: StreamRecord): ImageStream {
    const key = streamKey(record);
    const known = this.streams.get(key);
    if (known && known.uid === record.uid && isOlder(record.resourceVersion, known.resourceVersion)) return known;
    const stream = internStream(record, this.snapshot.digests);
    this.store(key, stream);
    return stream;
  }

  /** @param version of the deletion: what is known by a newer one was made again since */
  removeStream(key: string, version = ''): void {
    const known = this.streams.get(key);
    if (known && isOlder(version, known.resourceVersion)) return;
    this.store(key, undefined);
  }

  /** Adds what a list had, which may be older than what a watch has told since. */
  addStreams(records: StreamRecord[]): void {
    for (const record of records) this.putStream(record);
  }

  /** Replaces all streams: what is not in the list is gone. */
  setStreams(records: StreamRecord[]): void {
    const present = new Set(records.map(streamKey));
    for (const key of [...this.streams.keys()]) if (!present.has(key)) this.removeStream(key);
    for (const record of records) this.putStream(record);
  }

  stream(key: string): ImageStream | undefined {
    return this.streams.get(key);
  }

  /** The rules' verdict on an item of a stream as it is now. @throws RegadmError when a new reference cannot be parsed */
  item(stream: ImageStream, tag: number, position: number): Verdict {
    this.refresh();
    const verdict = this.rules.verdict(stream, tag, position);
    if (verdict.kept || this.options.referrers === 'oc') return verdict;
    const subject = this.subjectOf(stream, tag, position);
    if (subject === -1 || !this.stays(subject, stream)) return verdict;
    return { kept: true, because: { rule: 'attached', subject: this.snapshot.digests.text(subject) } };
  }

  /** Why a doomed image must stay after all; undefined when nothing has come into its way. @throws RegadmError as `item` */
  imageBlocked(image: number): Reason | undefined {
    this.refresh();
    const { images, digests } = this.snapshot;
    const digest = images.name(image);
    if (images.replaced.has(image)) return { rule: 'replaced' };
    const [unreadable] = images.unreadable.keys();
    if (unreadable !== undefined) return { rule: 'unreadable-image', image: images.nameText(unreadable) };
    const listing = this.listingStream(digest);
    if (listing) return listing;
    if (this.newChildren.has(digest)) return { rule: 'index-child', index: 'that was pushed meanwhile' };
    const held = this.held.get(digest);
    if (held) return held;
    const subject = this.snapshot.subjects.get(digest);
    if (subject !== undefined && (this.held.has(subject) || this.listed.get(subject)))
      return { rule: 'attached', subject: digests.text(subject) };
    const parent = this.listedParent(digest);
    return parent === -1 ? undefined : { rule: 'index-child', index: digests.text(images.name(parent)) };
  }

  /** Whether an image that has appeared since the plan was made needs this blob. */
  blobNeeded(digest: number): boolean {
    this.learnImages();
    return this.needed.has(digest);
  }

  /** Whether an item that the stream lists now needs this digest in its repository. */
  linkNeeded(key: string, digest: number): boolean {
    this.learnImages();
    const stream = this.streams.get(key);
    if (!stream) return false;
    const known = this.linkNeeds.get(key);
    if (known?.stream === stream && known.images === this.snapshot.images.count) return known.needed.has(digest);
    const listed = stream.tags.flatMap(({ items }) => items.map(({ image }) => image));
    const needed = neededBy(this.snapshot, listed, this.options.referrers !== 'oc');
    this.linkNeeds.set(key, { stream, images: this.snapshot.images.count, needed });
    return needed.has(digest);
  }

  /** Forgets what was worked out for a stream that is done with. */
  forget(key: string): void {
    this.linkNeeds.delete(key);
  }

  private listingStream(digest: number): Reason | undefined {
    if (!this.listed.get(digest)) return undefined;
    for (const [key, { tags }] of this.streams) {
      for (const { name, items } of tags) {
        const position = items.findIndex(({ image }) => image === digest);
        if (position !== -1) return { rule: 'tag-item', stream: key, tag: name, position, of: items.length };
      }
    }
    return undefined;
  }

  /** What an item's image is attached to, as its tag or its manifest says; or -1. */
  private subjectOf(stream: ImageStream, tag: number, position: number): number {
    const { subjects } = this.snapshot;
    return subjects.get(stream.tags[tag]!.items[position]!.image) ?? attachedTo(stream.tags[tag]!.name, this.snapshot);
  }

  /** Whether an image that attachments in this stream belong to stays: it is used by its digest, or the stream goes on listing it. */
  private stays(digest: number, stream: ImageStream): boolean {
    if (this.held.has(digest)) return true;
    return stream.tags.some(({ items }, tag) =>
      items.some(({ image }, position) => image === digest && this.rules.verdict(stream, tag, position).kept),
    );
  }

  private listedParent(digest: number, depth = 0): number {
    for (const parent of this.parents.get(digest) ?? []) {
      const name = this.snapshot.images.name(parent);
      if (this.listed.get(name)) return parent;
      if (this.options.referrers !== 'oc' && depth < 4 && this.listedParent(name, depth + 1) !== -1) return parent;
    }
    return -1;
  }

  private store(key: string, stream: ImageStream | undefined): void {
    const count = (of: ImageStream | undefined, by: number): void =>
      of?.tags.forEach(({ items }) =>
        items.forEach(({ image }) => this.listed.set(image, (this.listed.get(image) ?? 0) + by)),
      );
    count(this.streams.get(key), -1);
    count(stream, 1);
    if (stream) this.streams.set(key, stream);
    else this.streams.delete(key);
  }

  private refresh(): void {
    this.learnImages();
    if (!this.stale) return;
    this.stale = false;
    const { options, snapshot, now } = this;
    const all = [...this.referrers.values()].flatMap((known) => [...known.values()]);
    this.uses = collectUses(all, snapshot.digests, {
      scope: options.referrers,
      podsYoungerThan: now - options.keepYoungerThanMs,
      everyPod: options.pruneOverSizeLimit,
      namespace: options.namespace,
    });
    if (this.uses.invalid.length > 0 && !options.ignoreInvalidRefs) {
      throw new RegadmError(
        'a reference that cannot be parsed has appeared while images were deleted: what it uses is unknown',
        {
          code: 'INVALID_REFERENCES',
          invalidReferences: this.uses.invalid,
          suggestions: ['repair or delete the objects listed above, then run again; or pass --ignore-invalid-refs'],
        },
      );
    }
    this.held = heldImages(snapshot, this.uses, options.protection?.digests ?? [], this.parents);
    this.rules = new ItemRules(snapshot, this.uses, this.held, options, now);
  }

  /** Takes up what images that have appeared since need: blobs, children. */
  private learnImages(): void {
    const { images } = this.snapshot;
    if (this.parentsUpTo < images.count) {
      indexParents(this.snapshot, this.parents, this.parentsUpTo);
      this.parentsUpTo = images.count;
      this.stale = true;
    }
    for (; this.neededUpTo < images.count; this.neededUpTo++) this.need(this.neededUpTo);
    if (images.replaced.size === this.replacedSeen.size) return;
    for (const image of images.replaced) {
      if (!this.replacedSeen.has(image)) this.need(image);
      this.replacedSeen.add(image);
    }
  }

  private need(image: number): void {
    const { images } = this.snapshot;
    this.needed.add(images.name(image));
    images.eachBlob(image, (blob) => this.needed.add(blob));
    images.eachChild(image, (child) => {
      this.newChildren.add(child);
      this.needed.add(child);
      const known = images.indexOf(child);
      if (known !== -1) images.eachBlob(known, (blob) => this.needed.add(blob));
    });
  }
}

function referrerKey({ namespace, name }: Referrer): string {
  return `${namespace}/${name}`;
}

/** Resource versions of one resource grow; where they are no numbers nothing is known, and the later answer counts. */
function isOlder(version: string, known: string): boolean {
  return /^\d+$/.test(version) && /^\d+$/.test(known) && BigInt(version) < BigInt(known);
}
