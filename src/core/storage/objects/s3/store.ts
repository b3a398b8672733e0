import { createHash } from 'node:crypto';
import { forEachParallel, mapParallel } from '../../../kit/parallel.js';
import { messageOf } from '../../../model/errors.js';
import { afterStatus, headerOf, type StoreClient, type StoreResponse } from '../../http/client.js';
import { escapeXml } from '../../http/xml.js';
import type { ObjectStore, ObjectStoreLimits, OpenUpload, StoredLevel, StoredObject } from '../object-store.js';
import { StoreRefusal } from '../store-refusal.js';
import { parseDeletions, parseObjects, parseUploads, parseVersioning, type S3Page, type S3Problem } from './answers.js';
import { answerError, codeOf, unusableAnswer, type Operation } from './errors.js';
import { OPERATIONS } from './operations.js';
import { pages } from './pages.js';
import type { S3Settings } from './settings.js';
import { signRequest, type S3Request } from './sign.js';

/** Maximum number of keys of one DeleteObjects, and of objects in a page. */
const PER_REQUEST = 1000;
/** Codes of errors that a retry can overcome, whatever their status. */
const TRANSIENT = new Set(['SlowDown', 'RequestTimeout', 'ServiceUnavailable', 'InternalError', 'Throttling']);
/** Maximum number of denied keys of one request that are looked up, to find out whether they are locked. */
const LOOKED_UP = 20;

/** A bucket of S3 or of a service that is compatible with it. */
export class S3Store implements ObjectStore {
  readonly name: string;
  readonly limits: ObjectStoreLimits;
  private about: Promise<string[]> | undefined;
  /** Set when the service has no DeleteObjects. */
  private deletesSingly = false;
  private hasNoUploads = false;

  constructor(
    private readonly client: StoreClient,
    private readonly settings: S3Settings,
    concurrency: number,
  ) {
    this.name = `s3://${settings.bucket}`;
    this.limits = { pageSize: PER_REQUEST, batchSize: PER_REQUEST, concurrency, listsLate: false };
  }

  async warnings(signal?: AbortSignal): Promise<string[]> {
    this.about ??= this.readVersioning(signal);
    const missing = `${this.name} does not list open multipart uploads: they are neither counted nor deleted`;
    return [...(await this.about), ...(this.hasNoUploads ? [missing] : [])];
  }

  async *list(prefix: string, signal?: AbortSignal): AsyncGenerator<StoredObject[]> {
    for await (const { objects } of this.pages(prefix, {}, signal)) yield objects;
  }

  async *listLevel(prefix: string, signal?: AbortSignal): AsyncGenerator<StoredLevel> {
    for await (const page of this.pages(prefix, { delimiter: '/' }, signal)) yield page;
  }

  async find(key: string, signal?: AbortSignal): Promise<StoredObject | undefined> {
    const response = await this.send({ method: 'GET', key, headers: { range: 'bytes=0-0' } }, signal);
    const writtenAt = Date.parse(headerOf(response, 'last-modified') ?? '');
    const code = codeOf(response);
    if (response.status === 404 && code === 'NoSuchKey') return undefined;
    // An archived object exists; its time is not known, so it counts as new.
    if (code === 'InvalidObjectState')
      return { key, bytes: 0, writtenAt: Number.isNaN(writtenAt) ? Infinity : writtenAt };
    if (code === 'InvalidRange') return { key, bytes: 0, writtenAt: Number.isNaN(writtenAt) ? Infinity : writtenAt };
    const bytes = Number(/\/(\d+)$/.exec(headerOf(response, 'content-range') ?? '')?.[1] ?? response.body.length);
    if (response.status !== 206 && response.status !== 200)
      throw answerError(this.name, OPERATIONS.read(key), response);
    if (Number.isNaN(writtenAt)) throw unusableAnswer(this.name, OPERATIONS.read(key), new Error('it states no time'));
    return { key, bytes, writtenAt };
  }

  async read(key: string, limitBytes: number, signal?: AbortSignal): Promise<Buffer | undefined> {
    const response = await this.send({ method: 'GET', key, bodyLimit: limitBytes }, signal);
    if (response.status === 404 && codeOf(response) === 'NoSuchKey') return undefined;
    if (response.status !== 200) throw answerError(this.name, OPERATIONS.read(key), response);
    return response.body;
  }

  async delete(keys: readonly string[]): Promise<(string | undefined)[]> {
    if (this.deletesSingly) return this.deleteSingly(keys);
    const entries = keys.map((key) => `<Object><Key>${escapeXml(key)}</Key></Object>`).join('');
    const body = `<?xml version="1.0" encoding="UTF-8"?><Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${entries}</Delete>`;
    const headers = {
      'content-type': 'application/xml',
      // Swift requires it.
      'content-md5': createHash('md5').update(body).digest('base64'),
    };
    const response = await this.send({ method: 'POST', query: { delete: '' }, headers, body });
    if (response.status === 501 || response.status === 405) {
      this.deletesSingly = true;
      return this.deleteSingly(keys);
    }
    if (response.status !== 200) throw answerError(this.name, OPERATIONS.delete, response);
    const results = await this.read200(OPERATIONS.delete, () => parseDeletions(response.body, keys));
    return this.problemsOf(keys, results);
  }

  async *listUploads(prefix: string, signal?: AbortSignal): AsyncGenerator<OpenUpload[]> {
    const request = async (next: Record<string, string>): Promise<S3Page> => {
      const query = { uploads: '', 'encoding-type': 'url', prefix, ...next };
      const response = await this.send({ method: 'GET', query }, signal);
      if (response.status === 501 || response.status === 405) {
        this.hasNoUploads = true;
        return { objects: [], prefixes: [], uploads: [] };
      }
      if (response.status !== 200) throw answerError(this.name, OPERATIONS.listUploads, response);
      return this.read200(OPERATIONS.listUploads, () => parseUploads(response.body, prefix));
    };
    for await (const { uploads } of pages(this.name, request)) yield uploads;
  }

  async abortUpload({ key, id }: OpenUpload): Promise<void> {
    const response = await this.send({ method: 'DELETE', key, query: { uploadId: id } });
    if (response.status === 204 || response.status === 200) return;
    if (response.status === 404 && codeOf(response) === 'NoSuchUpload') return;
    throw answerError(this.name, OPERATIONS.abortUpload, response);
  }

  close(): Promise<void> {
    return this.client.close();
  }

  private pages(prefix: string, more: Record<string, string>, signal?: AbortSignal): AsyncGenerator<S3Page> {
    return pages(this.name, async (next) => {
      const query = {
        'list-type': '2',
        'max-keys': `${PER_REQUEST}`,
        'encoding-type': 'url',
        prefix,
        ...more,
        ...next,
      };
      const response = await this.send({ method: 'GET', query }, signal);
      if (response.status !== 200) throw answerError(this.name, OPERATIONS.list, response);
      return this.read200(OPERATIONS.list, () => parseObjects(response.body, prefix));
    });
  }

  /** Reads a successful answer. @throws RegadmError STORAGE_ERROR if it cannot be used */
  private read200<T>(operation: Operation, read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw unusableAnswer(this.name, operation, error);
    }
  }

  private async send(request: S3Request, signal?: AbortSignal): Promise<StoreResponse> {
    const response = await this.client.send(() => signRequest(this.settings, request), {
      signal,
      retryAfter: (each) =>
        each.status >= 400 && TRANSIENT.has(codeOf(each) ?? '') ? (afterStatus(each) ?? 0) : afterStatus(each),
    });
    // Swift with the S3 API: its listings lag behind, unlike those of S3.
    if (headerOf(response, 'x-trans-id') !== undefined) this.limits.listsLate = true;
    return response;
  }

  private async deleteSingly(keys: readonly string[]): Promise<(string | undefined)[]> {
    const results = await mapParallel(keys, this.limits.concurrency, async (key): Promise<true | S3Problem> => {
      const response = await this.send({ method: 'DELETE', key });
      const code = codeOf(response);
      if (response.status === 204 || response.status === 200 || code === 'NoSuchKey') return true;
      if (response.status === 403 && code === 'AccessDenied') return { code, message: '' };
      return { code: 'failed', message: answerError(this.name, OPERATIONS.delete, response).message };
    });
    return this.problemsOf(keys, results);
  }

  /**
   * Describes the keys that were not deleted. One that is denied alone can be locked in a way that is not readable.
   * @throws StoreRefusal if all of several keys were denied, for want of a permission
   */
  private async problemsOf(keys: readonly string[], results: (true | S3Problem)[]): Promise<(string | undefined)[]> {
    const denied = keys.filter((_, at) => isDenied(results[at]!));
    const locked = new Map<string, string>();
    await forEachParallel(denied.slice(0, LOOKED_UP), { concurrency: this.limits.concurrency }, async (key) => {
      const lock = await this.lockOf(key);
      if (lock !== undefined) locked.set(key, lock);
    });
    const { permission } = OPERATIONS.delete;
    if (denied.length === keys.length && keys.length > 1 && locked.size === 0)
      throw new StoreRefusal(
        `${this.name}: cannot delete objects: AccessDenied: the credentials lack the permission ${permission}`,
        {
          code: 'STORAGE_DENIED',
          suggestions: [`grant ${permission} on ${this.name} to the user of the credentials`],
        },
      );
    return keys.map((key, at) => {
      const result = results[at]!;
      if (result === true) return undefined;
      if (!isDenied(result)) return result.message === '' ? result.code : `${result.code}: ${result.message}`;
      return (
        locked.get(key) ??
        `AccessDenied: the object is locked, or the credentials lack the permission ${permission} on it`
      );
    });
  }

  /** Describes the object lock of an object; undefined if it has none, or if that cannot be read. */
  private async lockOf(key: string): Promise<string | undefined> {
    const response = await this.send({ method: 'GET', key, headers: { range: 'bytes=0-0' } }).catch(() => undefined);
    if (!response) return undefined;
    const until = headerOf(response, 'x-amz-object-lock-retain-until-date');
    const isHeld = headerOf(response, 'x-amz-object-lock-legal-hold') === 'ON';
    if (until === undefined && !isHeld) return undefined;
    return `the object is locked (${isHeld ? 'legal hold' : `object lock until ${until}`}): ${key}`;
  }

  private async readVersioning(signal?: AbortSignal): Promise<string[]> {
    const unknown = (why: string): string[] => [
      `it is unknown whether ${this.name} keeps old versions, so whether deleting frees space: ${why}`,
    ];
    const response = await this.send({ method: 'GET', query: { versioning: '' } }, signal);
    if (response.status !== 200) return unknown(messageOf(answerError(this.name, OPERATIONS.readVersioning, response)));
    try {
      if (parseVersioning(response.body) !== 'Enabled') return [];
    } catch (error) {
      return unknown(messageOf(error));
    }
    return [
      `${this.name} keeps old versions of objects: deleting frees nothing until a lifecycle rule removes noncurrent versions`,
    ];
  }
}

function isDenied(result: true | S3Problem): boolean {
  return result !== true && result.code === 'AccessDenied';
}
