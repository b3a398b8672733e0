import { createHash } from 'node:crypto';
import { forEachParallel, mapParallel } from '../../../kit/parallel.js';
import { RegadmError, messageOf } from '../../../model/errors.js';
import { headerOf, Unanswered, type StoreClient, type StoreResponse } from '../../http/client.js';
import { escapeXml } from '../../http/xml.js';
import { deleteAgain } from '../delete-again.js';
import { NoBatches } from '../no-batches.js';
import type { DeleteOptions, ObjectStoreLimits } from '../object-store.js';
import { StoreRefusal } from '../store-refusal.js';
import { parseDeletions, type S3Problem } from './answers.js';
import { TRANSIENT, answerError, codeOf, printable, unusableAnswer } from './errors.js';
import { OPERATIONS } from './operations.js';
import { firstByteOf, type S3Request } from './sign.js';

/** Maximum number of denied keys of one request that are looked up, to find out whether they are locked. */
const LOOKED_UP = 20;
/** Words of services that name a lock in the message of an error. */
const LOCKED = /\b(WORM|object[- ]?lock|legal hold|retention)/i;

/** A bucket as deletions need it. */
interface Bucket {
  name: string;
  limits: ObjectStoreLimits;
  retries: StoreClient['retries'];
  send(request: S3Request): Promise<StoreResponse>;
}

/** Why an object was not deleted. An error is that of a request that failed. */
type Problem = S3Problem | Error;
type Result = true | Problem;

/** Deletes objects of a bucket: with DeleteObjects, or one by one where the service does not have it. */
export class S3Deleter {
  private deletesSingly = false;

  constructor(private readonly bucket: Bucket) {}

  /**
   * Deletes at most `limits.batchSize` objects.
   * @returns for each key why it was not deleted; undefined if it was
   * @throws StoreRefusal, RegadmError as `ObjectStore.delete`
   */
  async delete(keys: readonly string[], { isOnline: isSentOnce }: DeleteOptions = {}): Promise<(string | undefined)[]> {
    const { name, retries } = this.bucket;
    const results = await deleteAgain<Result>(keys, {
      retries,
      attempt: async (some) =>
        (await this.deleteTogether(some, isSentOnce)) ?? (await this.deleteSingly(some, isSentOnce)),
      canPass: (result) => result !== true && 'code' in result && TRANSIENT.has(result.code),
      failure: (result) =>
        new RegadmError(`${name}: cannot delete objects: ${describe(result as Problem)}`, { code: 'STORAGE_ERROR' }),
    });
    return this.problemsOf(keys, results);
  }

  /** @returns undefined if the service does not have DeleteObjects */
  private async deleteTogether(keys: readonly string[], isSentOnce?: boolean): Promise<Result[] | undefined> {
    if (this.deletesSingly) return undefined;
    const { name, limits } = this.bucket;
    const entries = keys.map((key) => `<Object><Key>${escapeXml(key)}</Key></Object>`).join('');
    const body = `<?xml version="1.0" encoding="UTF-8"?><Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${entries}</Delete>`;
    const headers = {
      'content-type': 'application/xml',
      // Swift requires it.
      'content-md5': createHash('md5').update(body).digest('base64'),
    };
    const response = await this.bucket.send({ method: 'POST', query: { delete: '' }, headers, body, isSentOnce });
    if (response.status === 501 || response.status === 405) {
      this.deletesSingly = true;
      // Each object is a request of its own then: check more often whether the run may continue.
      limits.batchSize = limits.concurrency;
      if (keys.length > limits.batchSize) throw new NoBatches(`${name} has no batches`);
      return undefined;
    }
    if (response.status !== 200) throw answerError(name, OPERATIONS.delete, response);
    try {
      return parseDeletions(response.body, keys);
    } catch (error) {
      // S3 can send the status before it knows the result.
      const isError = codeOf(response) !== undefined;
      throw isError ? answerError(name, OPERATIONS.delete, response) : unusableAnswer(name, OPERATIONS.delete, error);
    }
  }

  /** @throws StoreRefusal if the store refuses the request for every key */
  private async deleteSingly(keys: readonly string[], isSentOnce?: boolean): Promise<Result[]> {
    const results = await mapParallel(keys, this.bucket.limits.concurrency, (key) =>
      this.deleteOne(key, isSentOnce).catch((error: unknown): Error => error as Error),
    );
    const unanswered = results.find((result) => result instanceof Unanswered);
    if (unanswered) throw unanswered;
    if (results.every((result) => result instanceof StoreRefusal)) throw results[0]! as StoreRefusal;
    return results;
  }

  /** @throws RegadmError that states why the object was not deleted */
  private async deleteOne(key: string, isSentOnce?: boolean): Promise<Result> {
    const response = await this.bucket.send({ method: 'DELETE', key, isSentOnce });
    const code = codeOf(response);
    if (response.status === 204 || response.status === 200 || code === 'NoSuchKey') return true;
    if (response.status === 403 && code === 'AccessDenied') return { code, message: '' };
    throw answerError(this.bucket.name, OPERATIONS.delete, response);
  }

  /**
   * Describes the keys that were not deleted. One that is denied alone can be locked in a way that is not readable.
   * @throws StoreRefusal if all of several keys were denied, for want of a permission
   */
  private async problemsOf(keys: readonly string[], results: Result[]): Promise<(string | undefined)[]> {
    const { name, limits } = this.bucket;
    const denied = keys.filter((_, at) => isDenied(results[at]!));
    const locked = new Map<string, string>();
    await forEachParallel(denied.slice(0, LOOKED_UP), limits, async (key) => {
      const lock = await this.lockOf(key);
      if (lock !== undefined) locked.set(key, lock);
    });
    const { permission } = OPERATIONS.delete;
    if (denied.length === keys.length && keys.length > 1 && locked.size === 0)
      throw new StoreRefusal(
        `${name}: cannot delete objects: AccessDenied: the credentials lack the permission ${permission}`,
        {
          code: 'STORAGE_DENIED',
          suggestions: [`grant ${permission} on ${name} to the user of the credentials`],
        },
      );
    return keys.map((key, at) => {
      const result = results[at]!;
      if (result === true) return undefined;
      if (isLocked(result)) return `the object is locked (${describe(result)}): ${key}`;
      if (!isDenied(result)) return describe(result);
      return (
        locked.get(key) ??
        `AccessDenied: the object is locked, or the credentials lack the permission ${permission} on it: ${key}`
      );
    });
  }

  /** Describes the object lock of an object; undefined if it has none, or if that cannot be read. */
  private async lockOf(key: string): Promise<string | undefined> {
    const response = await this.bucket.send(firstByteOf(key)).catch(() => undefined);
    if (!response) return undefined;
    const until = headerOf(response, 'x-amz-object-lock-retain-until-date');
    const isHeld = headerOf(response, 'x-amz-object-lock-legal-hold') === 'ON';
    if (until === undefined && !isHeld) return undefined;
    return `the object is locked (${isHeld ? 'legal hold' : `object lock until ${printable(until!)}`}): ${key}`;
  }
}

const isLocked = (result: Result): boolean =>
  result !== true && !(result instanceof Error) && LOCKED.test(result.message);

/** True if access was denied, and the service does not say that a lock is the reason. */
const isDenied = (result: Result): boolean =>
  result !== true && 'code' in result && result.code === 'AccessDenied' && !isLocked(result);

function describe(problem: Problem): string {
  if (problem instanceof Error) return messageOf(problem);
  const { code, message } = problem;
  return message === '' ? printable(code) : `${printable(code)}: ${printable(message)}`;
}
