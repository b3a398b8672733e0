import { setTimeout as sleep } from 'node:timers/promises';
import { errorOf } from '../cluster/client.js';
import { objectPath } from '../cluster/objects.js';
import { IMAGE_STREAMS } from '../cluster/resources.js';
import { reduceStream } from '../model/image-stream.js';
import type { KubeObject } from '../model/kube.js';
import { PENDING_ANNOTATION, PENDING_LIMIT, readPending, writePending } from '../model/pending.js';
import type { ImageStream } from '../model/snapshot.js';
import type { Run } from './run.js';

/** A conflict means that somebody else was faster: read again and recompute, with growing waits. */
const CONFLICT_TRIES = 12;
const CONFLICT_BASE_MS = 20;
const CONFLICT_MAX_MS = 2000;

interface RawTag {
  tag?: string;
  items?: { image?: string; created?: string }[] | null;
}

/** What a change wants of a stream as it was just read; undefined: nothing to do. */
type Change = (object: KubeObject, stream: ImageStream) => KubeObject | undefined;

/**
 * Reads a stream, changes it, writes its status with the version that was read; after a conflict all of it again.
 * An update whose answer was lost is recognised by reading: then there is nothing left to do.
 * @returns the stream as it is now; undefined when it is gone
 * @throws RegadmError when it cannot be read or written
 */
export async function changeStream(run: Run, key: string, change: Change): Promise<ImageStream | undefined> {
  const { api, view } = run.ports;
  const [namespace = '', name = ''] = key.split('/');
  const path = objectPath(IMAGE_STREAMS, name, namespace);
  for (let attempt = 1; ; attempt++) {
    const read = await api.request('GET', path);
    if (read.status === 404) return gone(run, key);
    if (read.status !== 200) throw errorOf(read, `GET ${path}`);
    const object = read.json<KubeObject>();
    const stream = view.putStream(reduceStream(object));
    const changed = change(object, stream);
    if (!changed || !(await run.ready())) return stream;
    const written = await api.request('PUT', `${path}/status`, { body: changed });
    if (written.status === 200 || written.status === 201) return view.putStream(reduceStream(written.json<KubeObject>()));
    if (written.status === 404) return gone(run, key);
    if (written.status !== 409 || attempt === CONFLICT_TRIES) throw errorOf(written, `PUT ${path}/status`);
    run.ports.log?.(6, `${key} was changed meanwhile; reading it again`);
    await sleep(Math.min(CONFLICT_MAX_MS, CONFLICT_BASE_MS * 2 ** attempt) * (0.5 + Math.random() / 2));
  }
}

function gone(run: Run, key: string): undefined {
  run.ports.view.removeStream(key);
  return undefined;
}

/** A planned item's name within its stream. */
export function itemKey(tag: string, image: number): string {
  return `${tag} ${image}`;
}

/** An item as the status holds it, without those that are to be removed; tags without items are dropped. */
export function withoutItems(object: KubeObject, remove: (tag: string, image: string, position: number) => boolean): KubeObject {
  const status = object.status as { tags?: RawTag[] | null } & Record<string, unknown>;
  const tags = (status.tags ?? [])
    .map((tag) => ({ ...tag, items: (tag.items ?? []).filter((item, position) => !remove(tag.tag ?? '', item.image ?? '', position)) }))
    .filter(({ items }) => items.length > 0);
  return { ...object, status: { ...status, tags } };
}

/** The object with these digests in the annotation of what is still to be finished; without the annotation when there are none. */
export function withPending(object: KubeObject, digests: Iterable<string>): KubeObject {
  const { [PENDING_ANNOTATION]: _old, ...others } = object.metadata.annotations ?? {};
  const value = writePending(digests);
  const annotations = value ? { ...others, [PENDING_ANNOTATION]: value } : others;
  const { annotations: _annotations, ...metadata } = object.metadata;
  return { ...object, metadata: Object.keys(annotations).length > 0 ? { ...metadata, annotations } : metadata };
}

/** So many digests fit beside those that are there. */
export function roomForPending(object: KubeObject): number {
  return PENDING_LIMIT - readPending(object.metadata.annotations).length;
}
