import type { KubeObject } from '../../model/kube.js';
import type { InsertedItem } from '../../model/tag-item.js';
import { PENDING_TAGS_ANNOTATION, writePendingTags, type PendingTag } from '../../model/pending-tags.js';
import { PENDING_ANNOTATION, PENDING_LIMIT, readPending, writePending } from '../../model/pending.js';

/** Maximum bytes of all annotations of an object (256 KiB), minus some room for the name of ours. */
const ANNOTATION_BYTES = 255 * 1024;
/** Bytes of one digest in the annotation, with its comma. */
const PENDING_BYTES = 65;

/** A change of an image stream; all other fields are kept as they were read. */
export interface StreamChange {
  /** Tag items to remove, by their numbers in the state. Tags without items are removed, too. */
  removeItems?: readonly { tag: number; position: number }[];
  /** Tag items to add, at their positions in the new history. The positions of a tag ascend. */
  insertItems?: readonly InsertedItem[];
  /** New content of the annotation `regadm/pending`: all digests whose links are still to be deleted. */
  pending?: Iterable<string>;
  /** New content of the annotation `regadm/pending-tags`: all tags whose entry in the spec is still to be deleted. */
  pendingTags?: Iterable<PendingTag>;
}

/** Returns a stream with a change. */
export function changed(
  object: KubeObject,
  { removeItems, insertItems, pending, pendingTags }: StreamChange,
): KubeObject {
  const removed = new Set((removeItems ?? []).map(({ tag, position }) => `${tag}/${position}`));
  const reduced =
    removed.size === 0 ? object : withoutItems(object, (tag, position) => removed.has(`${tag}/${position}`));
  const extended = insertItems === undefined ? reduced : withItems(reduced, insertItems);
  const noted = pending === undefined ? extended : withAnnotation(extended, PENDING_ANNOTATION, writePending(pending));
  return pendingTags === undefined
    ? noted
    : withAnnotation(noted, PENDING_TAGS_ANNOTATION, writePendingTags(pendingTags));
}

interface RawTag {
  tag?: string;
  items?: RawItem[] | null;
}

interface RawItem {
  image?: string;
  created?: string;
}

interface WholeTag extends RawTag {
  items: RawItem[];
}

function rawTags({ status }: KubeObject): RawTag[] {
  return (status?.tags ?? []) as RawTag[];
}

function withoutItems(object: KubeObject, isRemoved: (tag: number, position: number) => boolean): KubeObject {
  const tags = rawTags(object)
    .map((tag, at) => ({ ...tag, items: (tag.items ?? []).filter((_item, position) => !isRemoved(at, position)) }))
    .filter(({ items }) => items.length > 0);
  return { ...object, status: { ...object.status, tags } };
}

/** Adds items, and tags that the stream does not have, in the order of their names, in which the server keeps them. */
function withItems(object: KubeObject, inserted: readonly InsertedItem[]): KubeObject {
  const tags: WholeTag[] = rawTags(object).map((tag) => ({ ...tag, items: [...(tag.items ?? [])] }));
  for (const { tag, position, item } of inserted) {
    const target = tags.find((candidate) => candidate.tag === tag) ?? addTag(tags, tag);
    target.items.splice(position, 0, item);
  }
  return { ...object, status: { ...object.status, tags } };
}

function addTag(tags: WholeTag[], name: string): WholeTag {
  const tag: WholeTag = { tag: name, items: [] };
  const next = tags.findIndex((other) => (other.tag ?? '') > name);
  tags.splice(next === -1 ? tags.length : next, 0, tag);
  return tag;
}

/** Replaces the value of an annotation; an empty one removes it. */
function withAnnotation(object: KubeObject, name: string, value: string): KubeObject {
  const { [name]: _old, ...others } = object.metadata.annotations ?? {};
  const annotations = value ? { ...others, [name]: value } : others;
  const { annotations: _annotations, ...metadata } = object.metadata;
  return { ...object, metadata: Object.keys(annotations).length > 0 ? { ...metadata, annotations } : metadata };
}

/** Returns the number of digests that fit into the annotation besides other annotations and its own digests. */
export function pendingRoom(object: KubeObject): number {
  const { [PENDING_ANNOTATION]: _own, ...others } = object.metadata.annotations ?? {};
  const used = Object.entries(others).reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(String(value)),
    0,
  );
  const pending = readPending(object.metadata.annotations).digests.length;
  return Math.min(PENDING_LIMIT, Math.floor((ANNOTATION_BYTES - used) / PENDING_BYTES)) - pending;
}
