import type { ApiResponse } from '../../cluster/api.js';
import { apiError } from '../../cluster/api-error.js';
import { objectPath } from '../../cluster/objects.js';
import { IMAGE_STREAMS } from '../../cluster/resources.js';
import { reduceStream } from '../../model/image-stream.js';
import type { KubeObject } from '../../model/kube.js';
import { PENDING_ANNOTATION, PENDING_LIMIT, readPending, writePending } from '../../model/pending.js';
import { isConnectionError } from '../../kit/network-errors.js';
import { retryAfterStatus, withRetry, type Outcome } from '../../kit/retry.js';
import type { ImageStream } from '../../model/table/snapshot.js';
import type { Run } from './run.js';

/** A conflict means that somebody else was faster, a broken connection that nobody knows: read again and recompute, with growing waits. */
const ROUNDS = { tries: 14, baseMs: 40, maxMs: 2000 };

/** What all annotations of an object may take, less some room for the name of ours; and what one digest takes. */
const ANNOTATION_BYTES = 255 * 1024;
const PENDING_BYTES = 65;

interface RawTag {
  tag?: string;
  items?: { image?: string; created?: string }[] | null;
}

/** What a change wants of a stream as it was just read; undefined: nothing to do. */
type Change = (object: KubeObject, stream: ImageStream) => KubeObject | undefined;

/** A stream after a change: as it is now, absent when it is gone; `written` when the change was made. */
export interface Changed {
  stream?: ImageStream;
  written: boolean;
}

/** One try: what it came to, or the answer to its update, or what kept the answer away. */
type Round = { changed: Changed } | { answer: ApiResponse } | { lost: unknown };

/**
 * Reads a stream, changes it, writes its status with the version that was read; after a conflict, or when the server could not do it, all of
 * it again, with a new look before each update. An update whose answer was lost is recognised by reading: then there is nothing left to do.
 * @throws RegadmError when it cannot be read or written
 */
export async function changeStream(run: Run, key: string, change: Change): Promise<Changed> {
  const [namespace = '', name = ''] = key.split('/');
  const path = objectPath(IMAGE_STREAMS, name, namespace);
  const round = await withRetry(() => oneRound(run, key, path, change), { ...ROUNDS, retryAfter: again });
  if ('changed' in round) return round.changed;
  if ('lost' in round) throw round.lost;
  throw apiError(round.answer);
}

async function oneRound(run: Run, key: string, path: string, change: Change): Promise<Round> {
  const { api, view } = run.ports;
  const read = await api.request('GET', path);
  if (read.status === 404) return gone(run, key);
  if (read.status !== 200) throw apiError(read);
  const object = read.json<KubeObject>();
  const stream = view.putStream(reduceStream(object));
  // The look comes before the decision: between the decision and the update nothing is waited for.
  const wanted = (await run.ready()) ? change(object, stream) : undefined;
  if (!wanted) return { changed: { stream, written: false } };
  try {
    const answer = await api.request('PUT', `${path}/status`, { body: wanted, retry: false });
    if (answer.status === 404) return gone(run, key);
    if (answer.status !== 200 && answer.status !== 201) return { answer };
    return { changed: { stream: view.putStream(reduceStream(answer.json<KubeObject>())), written: true } };
  } catch (error) {
    return { lost: error };
  }
}

/** Errors of reading are final: that was tried often enough. */
function again(outcome: Outcome<Round>): number | undefined {
  if ('error' in outcome || 'changed' in outcome.value) return undefined;
  if ('lost' in outcome.value) return isConnectionError(outcome.value.lost) ? 0 : undefined;
  const { status, headers } = outcome.value.answer;
  return status === 409 ? 0 : retryAfterStatus(status, headers['retry-after']);
}

function gone(run: Run, key: string): Round {
  run.ports.view.removeStream(key);
  return { changed: { written: false } };
}

/** The object without the items at these places (tag and position, as the status lists them); tags without items are dropped. */
export function withoutItems(object: KubeObject, remove: (tag: number, position: number) => boolean): KubeObject {
  const status = object.status as { tags?: RawTag[] | null } & Record<string, unknown>;
  const tags = (status.tags ?? [])
    .map((tag, at) => ({ ...tag, items: (tag.items ?? []).filter((_item, position) => !remove(at, position)) }))
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

/** So many digests fit beside the annotations that are there. */
export function roomForPending(object: KubeObject): number {
  const { annotations = {} } = object.metadata;
  const used = Object.entries(annotations).reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value),
    0,
  );
  return Math.min(
    PENDING_LIMIT - readPending(annotations).length,
    Math.floor((ANNOTATION_BYTES - used) / PENDING_BYTES),
  );
}
