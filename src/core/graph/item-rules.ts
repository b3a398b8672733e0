import { streamKey } from '../model/image-stream.js';
import { protectionMatcher, type ProtectionMatcher } from '../model/protection.js';
import type { ImageStream, Snapshot } from '../model/table/snapshot.js';
import { signatureSubject } from './attachments.js';
import { firstUse } from './first-use.js';
import type { PruneOptions } from './options.js';
import type { Reason } from './reason.js';
import type { UseIndex } from './uses.js';

/** What happens to a tag item or an image, and why. */
export interface Verdict {
  kept: boolean;
  because: Reason;
}

/** The rules for tag items, for any state of a stream: the one that was listed, or one that was read again. */
export class ItemRules {
  private readonly protection: ProtectionMatcher;
  private readonly limits: Map<string, number>;
  private readonly youngerThan: number;
  private readonly wide: boolean;

  /**
   * @param held what stays by its digest alone, see `heldImages`
   * @param now ms since the epoch
   */
  constructor(
    private readonly snapshot: Pick<Snapshot, 'images' | 'digests' | 'limits' | 'subjects'>,
    private readonly uses: UseIndex,
    private readonly held: Map<number, Reason>,
    private readonly options: PruneOptions,
    now: number,
  ) {
    this.wide = options.referrers !== 'oc';
    this.youngerThan = options.pruneOverSizeLimit ? Infinity : now - options.keepYoungerThanMs;
    this.protection = protectionMatcher(options.protection);
    this.limits = smallestLimits(snapshot.limits);
  }

  /** What the rules say of one tag item; `position` 0 is the newest. Attachments are not looked at. */
  verdict(stream: ImageStream, tagIndex: number, position: number): Verdict {
    return this.stream(stream) ?? this.item(stream, tagIndex, position);
  }

  /** Reasons that hold for a whole stream. */
  stream(stream: ImageStream): Verdict | undefined {
    const { namespace } = this.options;
    if (namespace !== undefined && stream.namespace !== namespace) return kept({ rule: 'other-namespace' });
    if (this.isYoung(stream.created)) return kept({ rule: 'young-stream', created: stream.created });
    const pattern = this.protection.stream(stream.namespace, stream.name);
    if (pattern) return kept({ rule: 'protected', pattern });
    const unreadable = this.unreadableIn(stream);
    return unreadable === -1
      ? undefined
      : kept({ rule: 'unreadable-image', image: this.snapshot.images.nameText(unreadable) });
  }

  /** The rules for tag items, in the order of the specification; the first that holds is the reason. */
  item(stream: ImageStream, tagIndex: number, position: number): Verdict {
    const tag = stream.tags[tagIndex]!;
    const item = tag.items[position]!;
    const { images } = this.snapshot;
    const key = streamKey(stream);
    if (this.isYoung(item.created)) return kept({ rule: 'young-item', created: item.created });
    const tagUses = position === 0 ? this.uses.tags.get(`${key}:${tag.name}`) : undefined;
    if (tagUses) return kept({ rule: 'tag-in-use', ...firstUse(tagUses) });
    const pattern = this.protection.tag(stream.namespace, stream.name, tag.name);
    if (pattern) return kept({ rule: 'protected', pattern });
    const { only } = this.options;
    if (only && !only.item(stream, tag.name, this.snapshot.digests.text(item.image), item.created))
      return kept({ rule: 'not-in-plan' });
    const image = images.indexOf(item.image);
    if (image === -1) return { kept: false, because: { rule: 'no-image' } };
    const byLimit = this.limitVerdict(stream, tagIndex, position, image);
    if (byLimit.kept) return byLimit;
    const imageUses = this.uses.images.get(key)?.get(item.image);
    if (imageUses) return kept({ rule: 'image-in-use', ...firstUse(imageUses) });
    const held = this.held.get(item.image);
    return held ? kept(held) : byLimit;
  }

  /** Rule 3: the size limit, or the number of revisions; a signature has no revisions of its own where it goes with its image. */
  private limitVerdict(stream: ImageStream, tagIndex: number, position: number, image: number): Verdict {
    const { keepTagRevisions: keep, pruneOverSizeLimit, pruneSignatures } = this.options;
    if (pruneOverSizeLimit) {
      const bytes = this.snapshot.images.size(image);
      const limit = this.limits.get(stream.namespace) ?? Infinity;
      return bytes > limit
        ? { kept: false, because: { rule: 'over-size-limit', bytes, limit } }
        : kept({ rule: 'within-size-limit' });
    }
    const subject = pruneSignatures ? this.subjectOf(stream, tagIndex, image) : -1;
    if (subject !== -1)
      return { kept: false, because: { rule: 'subject-gone', subject: this.snapshot.digests.text(subject) } };
    const of = stream.tags[tagIndex]!.items.length;
    return position < keep
      ? kept({ rule: 'revision', position, of, keep })
      : { kept: false, because: { rule: 'beyond-revisions', position, of, keep } };
  }

  private subjectOf(stream: ImageStream, tag: number, image: number): number {
    return this.snapshot.subjects.get(this.snapshot.images.name(image)) ?? signatureSubject(stream, tag, this.snapshot);
  }

  isYoung(created: number): boolean {
    // An age that cannot be read is young for us; `oc` takes it for old.
    return created > this.youngerThan || (this.wide && this.youngerThan !== Infinity && Number.isNaN(created));
  }

  private unreadableIn(stream: ImageStream): number {
    const { images } = this.snapshot;
    if (images.unreadable.size === 0) return -1;
    const items = stream.tags.flatMap((tag) => tag.items.map((item) => images.indexOf(item.image)));
    return items.find((image) => images.unreadable.has(image)) ?? -1;
  }
}

/** A verdict for staying. */
export function kept(because: Reason): Verdict {
  return { kept: true, because };
}

function smallestLimits(limits: Snapshot['limits']): Map<string, number> {
  const smallest = new Map<string, number>();
  for (const { namespace, bytes } of limits)
    smallest.set(namespace, Math.min(bytes, smallest.get(namespace) ?? Infinity));
  return smallest;
}
