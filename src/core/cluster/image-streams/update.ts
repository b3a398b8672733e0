import { isConnectionError } from '../../kit/network-errors.js';
import { retryAfterStatus, withRetry, type Outcome, type RetryOptions } from '../../kit/retry.js';
import { hasCode, RegadmError } from '../../model/errors.js';
import type { StreamRecord } from '../../model/image-stream.js';
import type { KubeObject } from '../../model/kube.js';
import type { RepositoryName } from '../../model/names/repository-name.js';
import type { ApiResponse, ClusterApi } from '../api.js';
import { ApiError, apiError, isNotFound } from '../api-error.js';
import { API_RETRY } from '../client.js';
import { expectObject } from '../expect.js';
import { pathOf, type ObjectReference } from '../object-reference.js';
import { listObjects } from '../objects.js';
import { IMAGE_STREAMS } from '../resources.js';
import { isSuccess } from '../response.js';
import { changed, pendingRoom, type StreamChange } from './change.js';
import { expectStored, streamIn } from './responses.js';

/**
 * Retries after a conflict, with growing waits: about 15 s in all. Each sends another request, for the stream as it is
 * then.
 */
const CONFLICT_RETRY = { tries: 14, baseMs: 40, maxMs: 2000 };

/** An image stream as it was read. */
export interface StreamState {
  stream: StreamRecord;
  /** Number of further digests that fit into the annotation. */
  pendingRoom: number;
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
    const stream = streamIn(read);
    const object = read.json<KubeObject>();
    const change = await decide({ stream, pendingRoom: pendingRoom(object) });
    if (!change) return { done: { stream, written: false } };
    try {
      const body = changed(object, change);
      const validate = expectStored(reference, body);
      const options = { body, retry: false, validate, beforeRetry: refuseLateUpdate };
      const response = await this.api.request('PUT', `${path}/status`, options);
      if (isNotFound(response, reference)) return await this.confirmGone(response, reference);
      if (!isSuccess(response)) return { response };
      return { done: { stream: streamIn(response), written: true } };
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
  if ('lost' in outcome.value) return mustReadAgain(outcome.value.lost) ? 0 : undefined;
  const { status, headers } = outcome.value.response;
  return status === 404 ? 0 : retryAfterStatus(status, headers['retry-after']);
}

function retryAfterConflict(outcome: Outcome<Attempt>): number | undefined {
  return 'value' in outcome && 'response' in outcome.value && outcome.value.response.status === 409 ? 0 : undefined;
}

/** Stops an update that waited for credentials: what was decided before it can be out of date. */
async function refuseLateUpdate(): Promise<never> {
  throw new RegadmError('the update was stopped while it waited for credentials', { code: 'NOT_TRIED_AGAIN' });
}

/** True for an update whose response was lost, or is something else, and for one that was stopped while it waited. */
function mustReadAgain(error: unknown): boolean {
  return (
    hasCode(error, 'NOT_TRIED_AGAIN') ||
    isConnectionError(error) ||
    (error instanceof ApiError && error.code === 'API_NOT_JSON')
  );
}
