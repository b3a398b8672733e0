import type { StreamRecord } from '../../model/image-stream.js';
import { messageOf, RegadmError } from '../../model/errors.js';
import type { TagItem } from '../../model/tag-item.js';
import type { RepositoryName } from '../../model/names/repository-name.js';
import type { ClusterApi } from '../api.js';
import { isNotFound } from '../api-error.js';
import { pathOf } from '../object-reference.js';
import { isSuccess } from '../response.js';
import { repeat, type Attempt, type AttemptOptions } from './attempts.js';
import { changed, pendingRoom, type StreamChange } from './change.js';
import { deleteImageStreamTag, type TagDeletion } from './delete-tag.js';
import { isGone, readStream, refuseLateChange, streamReference, type StreamReference } from './read.js';
import { imagesOf } from './lost-push.js';
import { expectStored, streamIn } from './responses.js';

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

/** Changes image streams through the API server. */
export class HttpImageStreams {
  /** @param options for tests */
  constructor(
    private readonly api: ClusterApi,
    private readonly options: AttemptOptions = {},
  ) {}

  /**
   * Reads a stream, lets `decide` choose the change, and writes its status, with the version that was read as a
   * precondition. Repeats all of it after a conflict, if the server could not do it, and if the response was lost or is
   * not this stream: reading then shows whether the change was made.
   * @param key `namespace/name`
   * @param decide undefined: change nothing
   * @throws ApiError or RegadmError if the stream cannot be read or written
   */
  update(
    key: RepositoryName,
    decide: (state: StreamState) => Promise<StreamChange | undefined>,
  ): Promise<StreamUpdate> {
    const reference = streamReference(key);
    return repeat(() => this.attempt(reference, decide), this.options);
  }

  /**
   * Deletes a tag of a stream, as `deleteImageStreamTag` describes. If that removed what was pushed in the meantime, it
   * is restored to the status.
   * @throws RegadmError PUSH_LOST if they cannot be restored
   */
  async deleteTag(
    key: RepositoryName,
    tag: string,
    mayDelete: (stream: StreamRecord) => Promise<boolean>,
  ): Promise<TagDeletion> {
    const deletion = await deleteImageStreamTag(this.api, { key, tag }, mayDelete, this.options);
    return deletion.lost ? this.restorePush(key, tag, deletion.lost) : deletion;
  }

  private async restorePush(key: RepositoryName, tag: string, lost: TagItem[]): Promise<TagDeletion> {
    try {
      const { stream } = await this.update(key, async ({ stream: { tags } }) => {
        // Of a further push, the items are newer.
        const newer = tags.find(({ name }) => name === tag)?.items ?? [];
        const missing = lost.filter(({ image }) => !newer.some((item) => item.image === image));
        if (missing.length === 0) return undefined;
        return { insertItems: missing.map((item, at) => ({ tag, position: newer.length + at, item })) };
      });
      return { result: 'pushed', lost, stream };
    } catch (cause) {
      throw new RegadmError(
        `${imagesOf(lost)} was pushed to the tag while it was deleted, and could not be restored: ${messageOf(cause)}`,
        { code: 'PUSH_LOST', suggestions: [`oc tag ${key}@${lost[0]!.image} ${key}:${tag}`], cause },
      );
    }
  }

  private async attempt(
    reference: StreamReference,
    decide: (state: StreamState) => Promise<StreamChange | undefined>,
  ): Promise<Attempt<StreamUpdate>> {
    const read = await readStream(this.api, reference);
    if ('absent' in read) return GONE;
    if ('unclear' in read) return { response: read.unclear };
    const { stream, object } = read;
    const change = await decide({ stream, pendingRoom: pendingRoom(object) });
    if (!change) return { done: { stream, written: false } };
    try {
      const body = changed(object, change);
      const validate = expectStored(reference, body);
      const options = { body, retry: false, validate, beforeRetry: refuseLateChange };
      const response = await this.api.request('PUT', `${pathOf(reference)}/status`, options);
      if (isNotFound(response, reference)) return (await isGone(this.api, reference)) ? GONE : { response };
      if (!isSuccess(response)) return { response };
      return { done: { stream: streamIn(response), written: true } };
    } catch (error) {
      return { lost: error };
    }
  }
}

const GONE: Attempt<StreamUpdate> = { done: { written: false } };
