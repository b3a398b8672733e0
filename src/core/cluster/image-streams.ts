import { isConnectionError } from '../kit/network-errors.js';
import { retryAfterStatus, withRetry, type Outcome, type RetryOptions } from '../kit/retry.js';
import { reduceStream, type StreamRecord } from '../model/image-stream.js';
import type { KubeObject } from '../model/kube.js';
import { PENDING_ANNOTATION, PENDING_LIMIT, readPending, writePending } from '../model/pending.js';
import type { RepositoryName } from '../model/names/repository-name.js';
import type { ApiResponse, ClusterApi } from './api.js';
import { ApiError, apiError, isNotFound } from './api-error.js';
import { API_RETRY } from './client.js';
import { expectObject } from './expect.js';
import { pathOf, type ObjectReference } from './object-reference.js';
import { listObjects } from './objects.js';
import { IMAGE_STREAMS } from './resources.js';
import { isSuccess } from './response.js';

/**
 * Retries after a conflict, with growing waits: about 15 s in all. Each sends another request, for the stream as it is
 * then.
 */
const CONFLICT_RETRY = { tries: 14, baseMs: 40, maxMs: 2000 };

/** Maximum bytes of all annotations of an object (256 KiB), minus some room for the name of ours. */
const ANNOTATION_BYTES = 255 * 1024;
/** Bytes of one digest in the annotation, with its comma. */
const PENDING_BYTES = 65;

/** An image stream as it was read. */
export interface StreamState {
  stream: StreamRecord;
  /** Number of further digests that fit into the annotation. */
  pendingRoom: number;
}

/** A change of an image stream; all other fields are kept as they were read. */
export interface StreamChange {
  /** Tag items to remove, by their numbers in the state. Tags without items are removed, too. */
  removeItems?: readonly { tag: number; position: number }[];
  /** New content of the annotation `regadm/pending`: all digests whose links are still to be deleted. */
  pending?: Iterable<string>;
}

/** An image stream after an update: absent if it no longer exists; `written` if the change was made. */
export interface StreamUpdate {
  stream?: StreamRecord;
  written: boolean;
}

/** Result of one attempt: the final result, or why it has to be repeated. */
type Attempt = { done: StreamUpdate } | { response: ApiResponse } | { lost: unknown };

/** Updates image streams through the API server, with the version that was read as a precondition. */
export class HttpImageStreams {
  /** @param retry for tests */
  constructor(
    private readonly api: ClusterApi,
    private readonly retry: Pick<RetryOptions<Attempt>, 'sleep'> = {},
  ) {}

  /**
   * Reads a stream, lets `decide` choose the change, and writes its status. Repeats all of it after a conflict, if the
   * server could not do it, and if the response was lost or is not this stream: reading then shows whether the change
   * was made.
   * @param key `namespace/name`
   * @param decide undefined: change nothing
   * @throws ApiError or RegadmError if the stream cannot be read or written
   */
  async update(
    key: RepositoryName,
    decide: (state: StreamState) => Promise<StreamChange | undefined>,
  ): Promise<StreamUpdate> {
    const [namespace = '', name = ''] = key.split('/');
    const stream = { resource: IMAGE_STREAMS, namespace, name };
    const update = (): Promise<Attempt> =>
      withRetry(() => this.attempt(stream, decide), { ...API_RETRY, ...this.retry, retryAfter: retryAfterFault });
    const attempt = await withRetry(update, { ...CONFLICT_RETRY, ...this.retry, retryAfter: retryAfterConflict });
    if ('done' in attempt) return attempt.done;
    if ('lost' in attempt) throw attempt.lost;
    throw apiError(attempt.response);
  }

  private async attempt(
    reference: StreamReference,
    decide: (state: StreamState) => Promise<StreamChange | undefined>,
  ): Promise<Attempt> {
    const path = pathOf(reference);
    const read = await this.api.request('GET', path, { validate: expectObject(reference) });
    if (isNotFound(read, reference)) return this.confirmGone(read, reference);
    if (read.status !== 200) throw apiError(read);
    const object = read.json<KubeObject>();
    const stream = reduceStream(object);
    const change = await decide({ stream, pendingRoom: pendingRoom(object) });
    if (!change) return { done: { stream, written: false } };
    try {
      const validate = expectObject({ ...reference, uid: object.metadata.uid });
      const body = changed(object, change);
      const response = await this.api.request('PUT', `${path}/status`, { body, retry: false, validate });
      if (isNotFound(response, reference)) return await this.confirmGone(response, reference);
      if (!isSuccess(response)) return { response };
      return { done: { stream: reduceStream(response.json<KubeObject>()), written: true } };
    } catch (error) {
      return { lost: error };
    }
  }

  /** Checks that the list of the namespace lacks the stream too. If it does not, one of the two answers is wrong. */
  private async confirmGone(response: ApiResponse, { namespace, name }: StreamReference): Promise<Attempt> {
    const fieldSelector = `metadata.name=${name}`;
    const listed = await listObjects(this.api, IMAGE_STREAMS, { namespace, fieldSelector });
    return listed.some(({ metadata }) => metadata.name === name) ? { response } : { done: { written: false } };
  }
}

type StreamReference = ObjectReference & { namespace: string };

/** Errors of reading are final: the client has retried those. */
function retryAfterFault(outcome: Outcome<Attempt>): number | undefined {
  if ('error' in outcome || 'done' in outcome.value) return undefined;
  if ('lost' in outcome.value) return mayHaveBeenDone(outcome.value.lost) ? 0 : undefined;
  const { status, headers } = outcome.value.response;
  return status === 404 ? 0 : retryAfterStatus(status, headers['retry-after']);
}

function retryAfterConflict(outcome: Outcome<Attempt>): number | undefined {
  return 'value' in outcome && 'response' in outcome.value && outcome.value.response.status === 409 ? 0 : undefined;
}

/** True for an update whose response was lost, or is something else. */
function mayHaveBeenDone(error: unknown): boolean {
  return isConnectionError(error) || (error instanceof ApiError && error.code === 'API_NOT_JSON');
}

function changed(object: KubeObject, { removeItems, pending }: StreamChange): KubeObject {
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
function pendingRoom(object: KubeObject): number {
  const { [PENDING_ANNOTATION]: _own, ...others } = object.metadata.annotations ?? {};
  const used = Object.entries(others).reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(String(value)),
    0,
  );
  const pending = readPending(object.metadata.annotations).digests.length;
  return Math.min(PENDING_LIMIT, Math.floor((ANNOTATION_BYTES - used) / PENDING_BYTES)) - pending;
}
