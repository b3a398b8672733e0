import { toTagKey, type NamedByPlan } from '../../graph/named-by-plan.js';
import type { PruneOptions } from '../../graph/options.js';
import { unfinishedTags } from '../../graph/unfinished-tags.js';
import { specVersion } from '../../model/spec-tag.js';
import { compareText } from '../../model/values/compare-text.js';
import type { ImageStream, SnapshotView } from '../../model/table/snapshot.js';
import type { Decided } from './evidence.js';
import type { ExpiredTag, PlannedItem } from './types.js';

/** What decides which tags expire. */
export interface ExpiryRules extends Decided {
  readonly snapshot: SnapshotView;
  readonly options: PruneOptions;
  /** What the plan file names; absent without one. */
  readonly only?: NamedByPlan;
}

/**
 * Finds the tags that expire and lose items, and those that an interrupted run has left in the spec; by name.
 * @param items those to remove
 */
export function expiredTags(
  stream: ImageStream,
  items: readonly Pick<PlannedItem, 'tag'>[],
  rules: ExpiryRules,
): ExpiredTag[] {
  return [...losingItems(stream, items, rules), ...unfinished(stream, rules)]
    .map((tag) => Object.freeze(tag))
    .sort((a, b) => compareText(a.tag, b.tag));
}

function losingItems(
  stream: ImageStream,
  items: readonly Pick<PlannedItem, 'tag'>[],
  { decisions }: ExpiryRules,
): ExpiredTag[] {
  const removed = new Map<string, number>();
  for (const { tag } of items) removed.set(tag, (removed.get(tag) ?? 0) + 1);
  return stream.tags.flatMap(({ name: tag, items: all }, index) => {
    const count = removed.get(tag);
    const rule = count === undefined ? undefined : decisions.expiredUnder(stream, index);
    if (rule === undefined) return [];
    return [{ tag, rule, inSpec: specVersion(stream, tag) !== undefined, whole: count === all.length }];
  });
}

function unfinished(stream: ImageStream, rules: ExpiryRules): ExpiredTag[] {
  const { only } = rules;
  return unfinishedTags(stream, rules)
    .filter(({ tag }) => !only || only.tags.has(toTagKey(stream, tag)))
    .map((tag) => ({ ...tag, inSpec: true, whole: true }));
}
