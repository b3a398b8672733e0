import type { InsertedItem, TagItem } from '../../model/tag-item.js';
import type { ItemRecord, StreamRecord } from '../../model/image-stream.js';
import { compareText } from '../../model/values/compare-text.js';
import { groupBy } from './group-by.js';
import type { SavedItem } from './saved.js';

/**
 * Returns where saved items go in the tags of a stream. The newest item of a tag stays the newest. The others follow by
 * the times at which they were created, newest first; among items of the same time, by their former positions. Items
 * that the stream has are omitted, and existing items keep their order.
 * @param saved items of this stream
 */
export function placeItems({ tags }: Pick<StreamRecord, 'tags'>, saved: readonly SavedItem[]): InsertedItem[] {
  return [...groupBy(saved, ({ tag }) => tag)]
    .sort(([one], [other]) => compareText(one, other))
    .flatMap(([tag, items]) => placeInTag(tags.find(({ name }) => name === tag)?.items ?? [], items));
}

/** Returns the position of the same image that was tagged at the same time; -1 if there is none. */
export function positionOf(items: readonly ItemRecord[], { image, created }: TagItem): number {
  const time = Date.parse(created);
  return items.findIndex((other) => other.image === image && other.created === time);
}

function placeInTag(current: readonly ItemRecord[], saved: readonly SavedItem[]): InsertedItem[] {
  const history = [...current];
  const added = new Map<ItemRecord, SavedItem>();
  for (const one of [...saved].sort(newestFirst)) {
    if (positionOf(history, one.item) !== -1) continue;
    const record = { image: one.item.image, created: Date.parse(one.item.created) };
    const first = current.length > 0 ? 1 : 0;
    history.splice(placeOf(history, record.created, { first, former: one.position }), 0, record);
    added.set(record, one);
  }
  return history.flatMap((record, position) => {
    const one = added.get(record);
    return one ? [{ tag: one.tag, position, item: one.item }] : [];
  });
}

function newestFirst(one: SavedItem, other: SavedItem): number {
  return Date.parse(other.item.created) - Date.parse(one.item.created) || one.position - other.position;
}

/**
 * Returns the place after all newer items and before all older ones that is closest to the former position.
 * @param options.first the first position that can be taken
 */
function placeOf(
  history: readonly ItemRecord[],
  created: number,
  { first, former }: { first: number; former: number },
): number {
  const indexFrom = (start: number, matches: (item: ItemRecord) => boolean): number => {
    const found = history.findIndex((item, at) => at >= start && matches(item));
    return found === -1 ? history.length : found;
  };
  const lowest = indexFrom(first, (item) => item.created <= created);
  const highest = indexFrom(lowest, (item) => item.created < created);
  return Math.min(Math.max(former, lowest), highest);
}
