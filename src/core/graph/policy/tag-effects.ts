import type { ImageStream, SnapshotView } from '../../model/table/snapshot.js';
import type { ItemRules } from '../item-rules.js';
import type { Place } from '../promotions.js';
import type { Retention } from './retention.js';

/**
 * What the rules of a policy decide about tags and images, apart from single items: which tags expire, unless more is
 * kept, and which images are young only for a rule. Keeping something can reveal that a tag is needed after all: its
 * items are then decided by the other rules, which can keep more again. The result does not depend on the order.
 */
export class TagEffects {
  /** Tags that expire, by the digest number of their newest image. */
  private readonly expiring = new Map<number, Place[]>();
  private readonly needed: Place[] = [];
  /** By image number. */
  private readonly young = new Map<number, Retention>();

  constructor(
    private readonly rules: ItemRules,
    private readonly snapshot: Pick<SnapshotView, 'images' | 'streams'>,
  ) {}

  /** Notes the effects of the rule that decides a tag. */
  add(stream: ImageStream, place: Place): void {
    const { tagRules } = this.rules;
    const retention = tagRules.of(stream, place.tag);
    if (retention.expiry && this.rules.expires(stream, place.tag)) this.addExpiring(stream, place);
    if (retention.youngerThan < tagRules.standard.youngerThan) this.addYoung(stream, place, retention);
  }

  /** Finds expiring tags whose newest image is the one of this digest and that something needs that is kept now. */
  recheck(digest: number): void {
    const places = this.expiring.get(digest);
    if (!places) return;
    const expires = ({ stream, tag }: Place): boolean => this.rules.expires(this.snapshot.streams[stream]!, tag);
    this.expiring.set(
      digest,
      places.filter((place) => expires(place) || void this.needed.push(place)),
    );
  }

  /** Returns a tag that was found to be needed, each one once. */
  takeNeeded(): Place | undefined {
    return this.needed.pop();
  }

  /** Returns what decides that an image is young; undefined if it is not. */
  whyYoung(image: number): Retention | undefined {
    const { standard } = this.rules.tagRules;
    return this.rules.isYoung(this.snapshot.images.created(image)) ? standard : this.young.get(image);
  }

  private addExpiring(stream: ImageStream, place: Place): void {
    const digest = stream.tags[place.tag]!.items[0]!.image;
    const places = this.expiring.get(digest);
    if (places) places.push(place);
    else this.expiring.set(digest, [place]);
  }

  private addYoung({ tags }: ImageStream, { tag }: Place, retention: Retention): void {
    const { images } = this.snapshot;
    for (const item of tags[tag]!.items) {
      const image = images.indexOf(item.image);
      if (image === -1 || !this.rules.isYoung(images.created(image), retention)) continue;
      const other = this.young.get(image);
      if (!other || retention.youngerThan < other.youngerThan) this.young.set(image, retention);
    }
  }
}
