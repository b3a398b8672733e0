import { remainingTags } from '../../graph/unfinished-tags.js';
import type { PendingTag } from '../../model/pending-tags.js';
import { specVersion } from '../../model/spec-tag.js';
import type { ImageStream } from '../../model/table/snapshot.js';
import type { PlannedStream } from '../plan/plan.js';
import type { RemovableItem } from './removable-items.js';

/** Number of digests whose room in the annotations is enough for any tag, with its version. */
const DIGESTS_PER_TAG = 3;

/**
 * Chooses the first items that fit into the annotations, at least one.
 * @param room number of further digests that fit
 * @param noteDigests false: only tags are noted
 */
export function fitting(
  planned: PlannedStream,
  items: readonly RemovableItem[],
  { room, noteDigests }: { room: number; noteDigests: boolean },
): RemovableItem[] {
  const toNote = new Set(planned.expired.filter(({ inSpec, whole }) => inSpec && whole).map(({ tag }) => tag));
  let left = room;
  const count = items.findIndex(({ index }) => {
    const isFirstOfTag = toNote.delete(planned.items[index]!.tag);
    left -= (noteDigests ? 1 : 0) + (isFirstOfTag ? DIGESTS_PER_TAG : 0);
    return left < 0;
  });
  return count === -1 ? [...items] : items.slice(0, Math.max(1, count));
}

/**
 * Returns the new content of the annotation `regadm/pending-tags`: the tags of the spec that expire and that this batch
 * leaves without items, in addition to those that are still to be deleted. Undefined if there is nothing to add.
 */
export function tagsToNote(
  planned: PlannedStream,
  batch: readonly RemovableItem[],
  stream: ImageStream,
): PendingTag[] | undefined {
  const removed = new Map<number, number>();
  for (const { tag } of batch) removed.set(tag, (removed.get(tag) ?? 0) + 1);
  const emptied = new Set<string>();
  stream.tags.forEach(({ name, items }, at) => removed.get(at) === items.length && emptied.add(name));
  const added = planned.expired.flatMap(({ tag, inSpec, whole }) => {
    const version = specVersion(planned.stream, tag);
    const isMeant =
      inSpec && whole && emptied.has(tag) && version !== undefined && version === specVersion(stream, tag);
    return isMeant ? [{ tag, version }] : [];
  });
  return added.length > 0 ? [...remainingTags(stream), ...added] : undefined;
}
