import { mapParallel } from '../../../kit/parallel.js';
import { RegadmError, messageOf } from '../../../model/errors.js';
import { headerOf, Unanswered, type StoreClient, type StoreResponse } from '../../http/client.js';
import { deleteAgain } from '../delete-again.js';
import { NoBatches } from '../no-batches.js';
import type { DeleteOptions, ObjectStoreLimits } from '../object-store.js';
import { deletionBatch, parseBatch, type PartAnswer } from './batch.js';
import { DELETE, answerError, codeOf, denied, unusableAnswer, whyKept, type Requester } from './errors.js';
import type { SigningSettings } from './settings.js';
import type { AzureRequest } from './sign.js';

/** A container as deletions need it. */
interface Container extends Requester {
  limits: ObjectStoreLimits;
}

/** How requests are sent. */
export interface Sender {
  retries: StoreClient['retries'];
  /** @param build makes the request for each attempt, with the credentials that are valid then */
  send(build: (settings: SigningSettings) => AzureRequest, options?: { isSentOnce?: boolean }): Promise<StoreResponse>;
}

/** Deletes blobs of a container: in batches, or one by one where the service does not have them. */
export class AzureDeleter {
  /** Set when the service has no batches, such as Azure Stack Hub. */
  private deletesSingly = false;

  constructor(
    private readonly container: Container,
    private readonly sender: Sender,
  ) {}

  /**
   * Deletes at most `limits.batchSize` blobs.
   * @returns for each name why it was not deleted; undefined if it was
   * @throws StoreRefusal if every blob was denied; RegadmError as `ObjectStore.delete`
   */
  async delete(names: readonly string[], { isOnline }: DeleteOptions = {}): Promise<(string | undefined)[]> {
    const { name } = this.container;
    const { retries } = this.sender;
    const answers = await deleteAgain<PartAnswer>(names, {
      retries,
      attempt: async (some) => (await this.deleteBatch(some, isOnline)) ?? (await this.deleteSingly(some, isOnline)),
      canPass: ({ status }) => status === 429 || (status >= 500 && status !== 501),
      failure: ({ status, code }) =>
        new RegadmError(`${name}: cannot delete blobs: ${whyKept(status, code)}`, { code: 'STORAGE_ERROR' }),
    });
    if (answers.every(isDenied)) throw denied(this.container, answers[0]!.code);
    return answers.map((answer, at) => {
      if (isDeleted(answer)) return undefined;
      return answer.message ?? `${whyKept(answer.status, answer.code)}: ${names[at]!}`;
    });
  }

  /** @returns undefined if the service has no batches */
  private async deleteBatch(names: readonly string[], isSentOnce?: boolean): Promise<PartAnswer[] | undefined> {
    if (this.deletesSingly) return undefined;
    const { name, limits } = this.container;
    const response = await this.sender.send((settings) => deletionBatch(settings, names), { isSentOnce });
    const { status } = response;
    if (status === 202)
      try {
        return parseBatch(headerOf(response, 'content-type'), response.body, names.length);
      } catch (error) {
        throw unusableAnswer(name, DELETE, error);
      }
    if (![400, 404, 405, 501].includes(status) || codeOf(response) === 'ContainerNotFound')
      throw answerError(this.container, DELETE, response);
    this.deletesSingly = true;
    // Each blob is a request of its own then: check more often whether the run may continue.
    limits.batchSize = limits.concurrency;
    if (names.length > limits.batchSize) throw new NoBatches(`${name} has no batches`);
    return undefined;
  }

  private async deleteSingly(names: readonly string[], isSentOnce?: boolean): Promise<PartAnswer[]> {
    const { limits } = this.container;
    let unanswered: Unanswered | undefined;
    const answers = await mapParallel(names, limits.concurrency, async (key) => {
      try {
        const response = await this.sender.send(() => ({ method: 'DELETE', key }), { isSentOnce });
        return { status: response.status, code: codeOf(response) };
      } catch (error) {
        if (error instanceof Unanswered) unanswered = error;
        return { status: 0, message: messageOf(error) };
      }
    });
    if (unanswered) throw unanswered;
    return answers;
  }
}

/** True if the blob was deleted, or if Azure itself states that it does not exist. */
function isDeleted({ status, code }: PartAnswer): boolean {
  return status === 202 || (status === 404 && code === 'BlobNotFound');
}

function isDenied({ status, code = '' }: PartAnswer): boolean {
  return status === 403 && !code.startsWith('BlobImmutable');
}
