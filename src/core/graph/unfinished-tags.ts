import { protectionMatcher } from '../model/protection.js';
import type { RetentionRule } from '../model/retention-policy.js';
import { streamKey } from '../model/image-stream.js';
import type { PendingTag } from '../model/pending-tags.js';
import { specVersion } from '../model/spec-tag.js';
import type { ImageStream } from '../model/table/snapshot.js';
import { firstUse } from './first-use.js';
import type { PruneOptions } from './options.js';
import type { Reason } from './reason.js';
import type { UseIndex } from './uses.js';

/** A tag of a spec, without items, that an earlier run was about to delete. */
interface UnfinishedTag {
  readonly tag: string;
  /** Name of the rule by which it expires. */
  readonly rule: string;
}

/** What decides whether such a tag may be deleted. */
interface Rules {
  readonly options: PruneOptions;
  readonly uses: UseIndex;
}

/**
 * Finds the tags that an interrupted run has left: the annotation of the stream names them, they have no items, their
 * entry in the spec is as it was when they expired, and by the policy of this run they still expire. Anyone who can
 * edit the stream can write the annotation, and delete the tag.
 */
export function unfinishedTags(stream: ImageStream, rules: Rules): UnfinishedTag[] {
  const { namespace, policy } = rules.options;
  if (!stream.pendingTags || !policy || (namespace !== undefined && namespace !== stream.namespace)) return [];
  return stream.pendingTags.flatMap(({ tag, version }) => {
    const entry = stream.specTags?.find(({ name }) => name === tag);
    const rule = policy.rules.find((candidate) => matches(candidate, stream, tag));
    const expires = rule?.expireTag && (rule.expireTag.tracked || !entry?.tracked);
    if (!expires || entry?.version !== version || hasItems(stream, tag) || whyTagStays(stream, tag, rules)) return [];
    return [{ tag, rule: rule.name }];
  });
}

function matches({ match }: RetentionRule, { namespace, name }: ImageStream, tag: string): boolean {
  return match.namespace(namespace) && match.stream(name) && match.tag(tag);
}

/** Returns the tags of the annotation that are still to be deleted: their entry is the same, and they have no items. */
export function remainingTags(stream: ImageStream): PendingTag[] {
  const { pendingTags = [] } = stream;
  return pendingTags.filter(({ tag, version }) => specVersion(stream, tag) === version && !hasItems(stream, tag));
}

/** True if a tag of a stream has items. */
export function hasItems({ tags }: ImageStream, tag: string): boolean {
  return tags.some(({ name, items }) => name === tag && items.length > 0);
}

/** Returns why a tag without items is not deleted from the spec; undefined if it may be. */
export function whyTagStays(stream: ImageStream, tag: string, { options, uses }: Rules): Reason | undefined {
  const key = streamKey(stream);
  const protection = protectionMatcher(options.protection);
  const { namespace, name } = stream;
  const pattern = protection.stream(namespace, name) ?? protection.tag(namespace, name, tag);
  if (pattern) return { rule: 'protected', pattern };
  const tagUses = uses.tags.get(`${key}:${tag}`) ?? uses.streams.get(key);
  return tagUses && { rule: 'tag-in-use', ...firstUse(tagUses) };
}
