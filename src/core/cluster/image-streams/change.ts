import type { KubeObject } from '../../model/kube.js';
import { PENDING_ANNOTATION, PENDING_LIMIT, readPending, writePending } from '../../model/pending.js';

/** Maximum bytes of all annotations of an object (256 KiB), minus some room for the name of ours. */
const ANNOTATION_BYTES = 255 * 1024;
/** Bytes of one digest in the annotation, with its comma. */
const PENDING_BYTES = 65;

/** A change of an image stream; all other fields are kept as they were read. */
export interface StreamChange {
  /** Tag items to remove, by their numbers in the state. Tags without items are removed, too. */
  removeItems?: readonly { tag: number; position: number }[];
  /** New content of the annotation `regadm/pending`: all digests whose links are still to be deleted. */
  pending?: Iterable<string>;
}

/** Returns a stream with a change. */
export function changed(object: KubeObject, { removeItems, pending }: StreamChange): KubeObject {
  const removed = new Set((removeItems ?? []).map(({ tag, position }) => `${tag}/${position}`));
  const reduced =
    removed.size === 0 ? object : withoutItems(object, (tag, position) => removed.has(`${tag}/${position}`));
  return pending === undefined ? reduced : withPending(reduced, pending);
}

interface RawTag {
  tag?: string;
  items?: { image?: string; created?: string }[] | null;
}

function withoutItems(object: KubeObject, isRemoved: (tag: number, position: number) => boolean): KubeObject {
  const status = object.status as { tags?: RawTag[] | null } & Record<string, unknown>;
  const tags = (status.tags ?? [])
    .map((tag, at) => ({ ...tag, items: (tag.items ?? []).filter((_item, position) => !isRemoved(at, position)) }))
    .filter(({ items }) => items.length > 0);
  return { ...object, status: { ...status, tags } };
}

/** Replaces the content of the annotation; without digests, removes it. */
function withPending(object: KubeObject, digests: Iterable<string>): KubeObject {
  const { [PENDING_ANNOTATION]: _old, ...others } = object.metadata.annotations ?? {};
  const value = writePending(digests);
  const annotations = value ? { ...others, [PENDING_ANNOTATION]: value } : others;
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
