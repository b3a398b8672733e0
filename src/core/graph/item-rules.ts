import { streamKey } from '../model/image-stream.js';
import { protectionMatcher, type ProtectionMatcher } from '../model/protection.js';
import type { ImageStream, SnapshotView, TagItem } from '../model/table/snapshot.js';
import { subjectOfSignature } from './attachments.js';
import { firstUse } from './first-use.js';
import type { IndexParents } from './held.js';
import { toItemKey, type NamedByPlan } from './named-by-plan.js';
import type { PruneOptions } from './options.js';
import type { Retention } from './policy/retention.js';
import { TagRules } from './policy/tag-rules.js';
import type { RecentPulls } from './pulls/recent-pulls.js';
import type { Reason } from './reason.js';
import { needingUnreadable } from './unreadable.js';
import type { UseIndex } from './uses.js';

/** Whether a tag item or an image is kept, and why. */
export interface Verdict {
  kept: boolean;
  because: Reason;
}

/** The input of the rules for tag items. */
interface ItemRulesInput {
  snapshot: Pick<SnapshotView, 'images' | 'digests' | 'limits' | 'subjects' | 'saved'>;
  uses: UseIndex;
  /** Images that are kept because of their digest: the result of `heldImages`. */
  held: ReadonlyMap<number, Reason>;
  options: PruneOptions;
  /** Ms since the epoch. */
  now: number;
  /** Absent: no plan file restricts what may be deleted. */
  only?: NamedByPlan;
  /** The result of `indexParents`, if it is known. */
  parents?: IndexParents;
  /** The rules of these options, if they are known. */
  tagRules?: TagRules;
  /** What recent pulls keep. */
  pulls?: Pick<RecentPulls, 'item'>;
  /** Returns true if other tag items or images that are kept need a tag, so that it does not expire. */
  isNeeded?(stream: ImageStream, tag: number): boolean;
}

/** Applies the rules for tag items to any state of a stream: the one that was listed, or one that was read later. */
export class ItemRules {
  private readonly protection: ProtectionMatcher;
  private readonly limits: Map<string, number>;
  readonly tagRules: TagRules;
  /** The unreadable image that each image needs, by digest number. */
  private readonly unreadable: ReadonlyMap<number, number>;

  constructor(private readonly input: ItemRulesInput) {
    const { options, snapshot, now } = input;
    this.tagRules = input.tagRules ?? new TagRules(options, now);
    this.protection = protectionMatcher(options.protection);
    this.limits = smallestLimits(snapshot.limits);
    this.unreadable = needingUnreadable(snapshot.images, input.parents);
  }

  /** Returns the verdict on one tag item without considering attachments; `position` 0 is the newest. */
  verdict(stream: ImageStream, tagIndex: number, position: number): Verdict {
    return this.stream(stream) ?? this.item(stream, tagIndex, position);
  }

  /** Returns why all items of a stream are kept; undefined if the rules for single items apply. */
  stream(stream: ImageStream): Verdict | undefined {
    const { namespace, policy } = this.input.options;
    if (namespace !== undefined && stream.namespace !== namespace) return kept({ rule: 'other-namespace' });
    if (!stream.repositoryName) return kept({ rule: 'invalid-name', what: 'stream' });
    // With a policy, it depends on the tag how long a stream counts as young.
    if (!policy && this.isYoung(stream.created)) return kept({ rule: 'young-stream', created: stream.created });
    const pattern = this.protection.stream(stream.namespace, stream.name);
    if (pattern) return kept({ rule: 'protected', pattern });
    const unreadable = this.unreadableIn(stream);
    return unreadable === -1
      ? undefined
      : kept({ rule: 'unreadable-image', image: this.input.snapshot.images.nameText(unreadable) });
  }

  /** Applies the rules for single tag items in the order of the specification; the first that holds is the reason. */
  item(stream: ImageStream, tagIndex: number, position: number): Verdict {
    const { uses, held, only, snapshot, pulls } = this.input;
    const tag = stream.tags[tagIndex]!;
    const item = tag.items[position]!;
    const key = streamKey(stream);
    const retention = this.tagRules.of(stream, tagIndex);
    const young = this.youthVerdict(stream, item, retention);
    if (young) return young;
    const tagUses = position === 0 ? (uses.tags.get(`${key}:${tag.name}`) ?? uses.streams.get(key)) : undefined;
    if (tagUses) return kept({ rule: 'tag-in-use', ...firstUse(tagUses) });
    const pattern = this.protection.tag(stream.namespace, stream.name, tag.name);
    if (pattern) return kept({ rule: 'protected', pattern });
    if (retention.keepAlways) return kept({ rule: 'keep-always', policy: retention.policy! });
    if (only && !this.isNamed(only, stream, tag.name, item)) return kept({ rule: 'not-in-plan' });
    if (!snapshot.digests.isDigest(item.image)) return kept({ rule: 'invalid-name', what: 'tag-item' });
    const image = snapshot.images.indexOf(item.image);
    if (image === -1)
      return snapshot.saved ? kept({ rule: 'image-not-saved' }) : { kept: false, because: { rule: 'no-image' } };
    const byLimit = this.expiryVerdict(stream, tagIndex) ?? this.limitVerdict(stream, tagIndex, position, image);
    if (byLimit.kept) return byLimit;
    const imageUses = uses.images.get(key)?.get(item.image);
    if (imageUses) return kept({ rule: 'image-in-use', ...firstUse(imageUses) });
    const reason = held.get(item.image) ?? pulls?.item(stream, tagIndex, position);
    return reason ? kept(reason) : byLimit;
  }

  /**
   * Returns true if the links of an image that a stream no longer lists are kept, although the annotation of the stream
   * names it.
   */
  keepsLinks(stream: ImageStream, digest: number): boolean {
    const { uses, held, snapshot } = this.input;
    if (this.stream(stream) || this.isYoung(stream.created)) return true;
    if (held.has(digest) || uses.images.get(streamKey(stream))?.has(digest)) return true;
    const image = snapshot.images.indexOf(digest);
    return image !== -1 && this.isYoung(snapshot.images.created(image));
  }

  /** Returns the reason to keep an image that was pushed to a namespace whose image streams the saved lists lack. */
  streamsNotSaved(image: number): Reason | undefined {
    const { saved, images } = this.input.snapshot;
    const namespace = saved?.withoutStreams.size ? saved.withoutStreams.get(images.nameText(image)) : undefined;
    return namespace === undefined ? undefined : { rule: 'streams-not-saved', namespace };
  }

  /** Returns true if what was created at this time is young. @param retention what decides it */
  isYoung(created: number, { youngerThan }: Retention = this.tagRules.standard): boolean {
    if (created > youngerThan) return true;
    // A creation time that cannot be read counts as recent; `oc` treats it as old.
    return this.input.options.referrers !== 'oc' && youngerThan !== Infinity && Number.isNaN(created);
  }

  /**
   * Returns true if a tag of any state of a stream expires: its rule lets it, and neither the tag nor its newest image
   * is used, protected, young or pulled recently. The rules for the whole stream are not considered.
   */
  expires(stream: ImageStream, tagIndex: number): boolean {
    const retention = this.tagRules.of(stream, tagIndex);
    if (!retention.expiry || !this.tagRules.isAged(stream, tagIndex)) return false;
    const { uses, held, snapshot, pulls, isNeeded } = this.input;
    const { name, items } = stream.tags[tagIndex]!;
    const key = streamKey(stream);
    const newest = items[0]!.image;
    const isUsed = uses.tags.has(`${key}:${name}`) || uses.streams.has(key) || uses.images.get(key)?.has(newest);
    if (isUsed || held.has(newest) || pulls?.item(stream, tagIndex, 0)) return false;
    if (this.protection.tag(stream.namespace, stream.name, name)) return false;
    const image = snapshot.images.indexOf(newest);
    const isYoung =
      this.isYoung(stream.created, retention) ||
      (image !== -1 && this.isYoung(snapshot.images.created(image), retention));
    return !isYoung && !isNeeded?.(stream, tagIndex);
  }

  private expiryVerdict(stream: ImageStream, tagIndex: number): Verdict | undefined {
    const { expiry, policy } = this.tagRules.of(stream, tagIndex);
    if (!expiry || !this.expires(stream, tagIndex)) return undefined;
    return { kept: false, because: { rule: 'expired', policy: policy! } };
  }

  private youthVerdict(stream: ImageStream, { created }: TagItem, retention: Retention): Verdict | undefined {
    const named = retention.policy ? { policy: retention.policy } : {};
    if (retention.policy && this.isYoung(stream.created, retention))
      return kept({ rule: 'young-stream', created: stream.created, ...named });
    return this.isYoung(created, retention) ? kept({ rule: 'young-item', created, ...named }) : undefined;
  }

  /** Returns the reason to keep an image that is young. @param retention what decides it */
  youngImage(image: number, { policy }: Retention): Reason {
    const created = this.input.snapshot.images.created(image);
    return { rule: 'young-image', created, ...(policy ? { policy } : {}) };
  }

  private isNamed(only: NamedByPlan, stream: ImageStream, tag: string, { image, created }: TagItem): boolean {
    const text = this.input.snapshot.digests.text(image);
    return only.items.has(toItemKey({ streamUid: stream.uid, tag, image: text, created }));
  }

  /**
   * Applies rule 3: the size limit or the number of revisions. A signature that is deleted with its image has no
   * revisions of its own.
   */
  private limitVerdict(stream: ImageStream, tagIndex: number, position: number, image: number): Verdict {
    const { pruneOverSizeLimit, pruneSignatures } = this.input.options;
    if (pruneOverSizeLimit) return this.sizeVerdict(stream, image);
    const tag = stream.tags[tagIndex]!;
    const subject = pruneSignatures ? this.subjectOf(tag.name, image) : undefined;
    if (subject !== undefined) return { kept: false, because: { rule: 'subject-gone', subject } };
    const { keepTagRevisions: keep, policy } = this.tagRules.of(stream, tagIndex);
    const details = { position, of: tag.items.length, keep, ...(policy ? { policy } : {}) };
    return position < keep
      ? kept({ rule: 'revision', ...details })
      : { kept: false, because: { rule: 'beyond-revisions', ...details } };
  }

  private sizeVerdict(stream: ImageStream, image: number): Verdict {
    const bytes = this.input.snapshot.images.size(image);
    const limit = this.limits.get(stream.namespace) ?? Infinity;
    return bytes > limit
      ? { kept: false, because: { rule: 'over-size-limit', bytes, limit } }
      : kept({ rule: 'within-size-limit' });
  }

  /** Returns the digest that an image is attached to, by its manifest or by its tag. */
  private subjectOf(tag: string, image: number): string | undefined {
    const { subjects, images, digests } = this.input.snapshot;
    const subject = subjects.get(images.name(image));
    return subject === undefined ? subjectOfSignature(tag, images.isIndex(image)) : digests.text(subject);
  }

  /** Finds the first unreadable image that a stream lists, itself or in an index; -1 if there is none. */
  private unreadableIn({ tags }: ImageStream): number {
    if (this.unreadable.size === 0) return -1;
    for (const { items } of tags) {
      const item = items.find(({ image }) => this.unreadable.has(image));
      if (item) return this.unreadable.get(item.image)!;
    }
    return -1;
  }
}

/** Returns the verdict "kept". */
export function kept(because: Reason): Verdict {
  return { kept: true, because };
}

/** Returns the smallest limit of each namespace, in bytes. */
function smallestLimits(limits: SnapshotView['limits']): Map<string, number> {
  const smallest = new Map<string, number>();
  for (const { namespace, bytes } of limits)
    smallest.set(namespace, Math.min(bytes, smallest.get(namespace) ?? Infinity));
  return smallest;
}
