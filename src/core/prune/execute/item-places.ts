import type { ImageStream } from '../../model/table/snapshot.js';
import type { PlannedStream } from '../plan/plan.js';

/** The position of an item in a stream: the index of its tag and of the item in that tag. */
export interface ItemPlace {
  tag: number;
  position: number;
}

/**
 * Returns the places of a stream's items by name. A tag can list an image several times, so the name contains the
 * creation time and the item's number among equal ones.
 */
export function itemPlaces(stream: ImageStream): Map<string, ItemPlace> {
  const places = new Map<string, ItemPlace>();
  stream.tags.forEach((tag, at) => itemNames(tag).forEach((name, position) => places.set(name, { tag: at, position })));
  return places;
}

/** Returns the names of a planned stream's items, in their order. */
export function plannedNames({ stream, items }: PlannedStream): string[] {
  const names = new Map(stream.tags.map((tag) => [tag.name, itemNames(tag)]));
  return items.map(({ tag, position }) => names.get(tag)![position]!);
}

/** New items come first, so equal items are numbered from the end: an item keeps its name when others are pushed. */
function itemNames({ name, items }: ImageStream['tags'][number]): string[] {
  const counts = new Map<string, number>();
  const names: string[] = [];
  for (let position = items.length - 1; position >= 0; position--) {
    const { image, created } = items[position]!;
    const key = `${name} ${image} ${created}`;
    const number = counts.get(key) ?? 0;
    counts.set(key, number + 1);
    names[position] = `${key} ${number}`;
  }
  return names;
}
