import { streamKey } from '../model/image-stream.js';
import type { SnapshotView } from '../model/table/snapshot.js';
import type { Attachments } from './attachments.js';
import { KEPT } from './kept-by.js';
import type { Promotions } from './promotions.js';
import type { Reason } from './reason.js';

/** What belongs to images. */
interface Belongings {
  snapshot: SnapshotView;
  attachments: Attachments | undefined;
  /** Beyond `oc`, where everything that belongs to an image is kept with it. */
  promotions: Promotions | undefined;
  /** Gets the attached images. */
  held: Map<number, Reason>;
  /** Called with each image (digest number) that is now needed by another stream or as an attachment. */
  onNeeded(digest: number): void;
}

/** Marks images as kept, with everything that belongs to them. */
export class KeptImages {
  /** By image number: one of `KEPT`. */
  readonly by: Uint8Array;
  /** By image number: the stream, index or subject that keeps it, depending on `by`. */
  readonly keptFor: Int32Array;
  /** Tags (`namespace/name:tag`) whose items are kept because their subject is, with the subject (digest number). */
  readonly attachedTags = new Map<string, number>();
  /** Images to keep because of an image that is kept: an image number, one of `KEPT` and what it refers to for each. */
  private readonly waiting: number[] = [];

  constructor(private readonly belongings: Belongings) {
    const { count } = belongings.snapshot.images;
    this.by = new Uint8Array(count);
    this.keptFor = new Int32Array(count);
  }

  /**
   * Marks an image as kept; beyond `oc`, also everything that belongs to it. Without recursion, because tenants choose
   * how deeply indexes are nested.
   */
  keep(image: number, by: number, keptFor: number): void {
    this.mark(image, by, keptFor);
    this.keepWaiting();
  }

  /** Keeps what is attached to an image (digest number), which can lack an object that could be marked. */
  keepAttached(subject: number): void {
    this.markAttached(subject);
    this.keepWaiting();
  }

  private keepWaiting(): void {
    const { waiting } = this;
    for (let at = 0; at < waiting.length; at += 3) this.mark(waiting[at]!, waiting[at + 1]!, waiting[at + 2]!);
    waiting.length = 0;
  }

  private mark(image: number, by: number, keptFor: number): void {
    if (image === -1 || this.by[image] !== KEPT.no) return;
    this.by[image] = by;
    this.keptFor[image] = keptFor;
    const { snapshot, promotions } = this.belongings;
    const { images } = snapshot;
    if (promotions)
      images.eachChild(image, (child) => void this.waiting.push(images.indexOf(child), KEPT.child, image));
    this.markAttached(images.name(image));
  }

  private markAttached(subject: number): void {
    const { snapshot, attachments, promotions, held, onNeeded } = this.belongings;
    const { images, streams, digests } = snapshot;
    for (const { stream, tag } of attachments?.tags.get(subject) ?? []) {
      const { name, items } = streams[stream]!.tags[tag]!;
      this.attachedTags.set(`${streamKey(streams[stream]!)}:${name}`, subject);
      for (const item of items) {
        this.waiting.push(images.indexOf(item.image), KEPT.item, stream);
        const sources = promotions?.add(item, { stream, tag }) ?? [];
        for (const source of sources) this.waiting.push(images.indexOf(source.item.image), KEPT.item, source.stream);
        if (sources.length > 0) onNeeded(item.image);
      }
    }
    for (const digest of attachments?.images.get(subject) ?? []) {
      if (!held.has(digest)) held.set(digest, { rule: 'attached', subject: digests.text(subject) });
      onNeeded(digest);
      this.waiting.push(images.indexOf(digest), KEPT.attached, subject);
    }
  }
}
