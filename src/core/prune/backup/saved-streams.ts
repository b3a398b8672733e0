import type { SavedStream } from '../../backup-directory/records.js';
import type { KubeObject } from '../../model/kube.js';
import { parseDigest } from '../../model/digest.js';
import { isRecord, listOf, textIn } from '../../model/values/json.js';
import { streamSettings } from '../../model/stream-settings.js';
import type { DigestView } from '../../model/table/snapshot.js';
import type { PlannedStream } from '../plan/plan.js';

/** The record of a stream, and why planned items (by their position in the plan) are not part of it. */
interface StreamRecord {
  record: SavedStream;
  missing: Map<number, string>;
}

/**
 * Finds the planned items of a stream in the object that the API server returned, with everything that a restore needs.
 * @param object the stream as it is now
 */
export function savedStream(planned: PlannedStream, object: KubeObject, digests: DigestView): StreamRecord {
  const specTags = expiredEntries(planned, object);
  const record: SavedStream = {
    repository: planned.repository,
    uid: planned.stream.uid,
    settings: streamSettings(object),
    items: [],
    ...(specTags.length > 0 ? { specTags } : {}),
  };
  const missing = new Map<number, string>();
  const isOther = object.metadata.uid !== planned.stream.uid;
  const found = isOther ? new Map<string, number[]>() : placesIn(object);
  const lists = tagsIn(object);
  planned.items.forEach(({ tag, position, image }, index) => {
    const digest = parseDigest(digests.text(image));
    const { created } = planned.stream.tags.find(({ name }) => name === tag)!.items[position]!;
    // Equal items are taken from the end: new ones come first.
    const place = found.get(keyOf(tag, digests.text(image), created))?.pop();
    const item = place === undefined ? undefined : lists.get(tag)?.[place];
    if (place === undefined || !item || digest === undefined)
      return void missing.set(index, 'it was not in the image stream when the backup was made');
    record.items.push({
      tag,
      position: place,
      image: digest,
      created: textIn(item.created) ?? '',
      ...(typeof item.generation === 'number' ? { generation: item.generation } : {}),
      reference: textIn(item.dockerImageReference) ?? '',
    });
  });
  return { record, missing };
}

/** Returns the entries of the spec of the tags that expire. */
function expiredEntries({ expired }: PlannedStream, { spec }: KubeObject): Record<string, unknown>[] {
  const names = new Set<unknown>(expired.filter(({ inSpec, whole }) => inSpec && whole).map(({ tag }) => tag));
  return listOf(spec?.tags).filter((entry) => isRecord(entry) && names.has(entry.name)) as Record<string, unknown>[];
}

/** Returns the positions of the items, by tag, image and creation time. */
function placesIn(object: KubeObject): Map<string, number[]> {
  const places = new Map<string, number[]>();
  for (const [tag, items] of tagsIn(object)) {
    items.forEach(({ image, created }, position) => {
      const key = keyOf(tag, String(image), Date.parse(String(created)));
      const known = places.get(key);
      if (known) known.push(position);
      else places.set(key, [position]);
    });
  }
  return places;
}

function tagsIn({ status }: KubeObject): Map<string, Record<string, unknown>[]> {
  const tags = listOf(status?.tags).filter(isRecord);
  return new Map(tags.map(({ tag, items }) => [String(tag), listOf(items).filter(isRecord)]));
}

function keyOf(tag: string, image: string, created: number): string {
  return `${tag} ${image} ${created}`;
}
