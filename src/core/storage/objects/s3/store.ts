import { afterStatus, clockOf, headerOf, type StoreClient, type StoreResponse } from '../../http/client.js';
import type { OpenBlob } from '../../storage.js';
import type {
  ConditionalWrite,
  DeleteOptions,
  ObjectStore,
  ObjectStoreLimits,
  OpenUpload,
  StoredLevel,
  StoredObject,
  VersionedObject,
} from '../object-store.js';
import { opened } from '../opened.js';
import { pages } from '../pages.js';
import { parseObjects, parseParts, parseUploads, type PartsPage, type S3Page } from './answers.js';
import { COPY_LIMITS, copyObject } from './copy-object.js';
import { S3Deleter } from './delete-objects.js';
import { TRANSIENT, answerError, codeOf, unusableAnswer, type Operation } from './errors.js';
import { OPERATIONS } from './operations.js';
import type { S3Settings } from './settings.js';
import { firstByteOf, signRequest, type S3Request } from './sign.js';
import { readVersioning } from './versioning.js';
import { ConditionalWriter } from './write-if.js';

/** Maximum number of keys of one DeleteObjects, and of objects in a page. */
const PER_REQUEST = 1000;

/** What is listed, and how. */
interface PageOptions {
  delimiter?: string;
  signal?: AbortSignal;
  writtenSince?: number;
}

/** A bucket of S3 or of a service that is compatible with it. */
export class S3Store implements ObjectStore {
  readonly name: string;
  readonly limits: ObjectStoreLimits;
  private readonly deleter: S3Deleter;
  private readonly writer: ConditionalWriter;
  private about: string[] | undefined;

  constructor(
    private readonly client: StoreClient,
    private readonly settings: S3Settings,
    concurrency: number,
    private readonly copyLimits = COPY_LIMITS,
  ) {
    this.name = `s3://${settings.bucket}`;
    this.limits = { pageSize: PER_REQUEST, batchSize: PER_REQUEST, concurrency, listsLate: false };
    const { name, limits } = this;
    this.deleter = new S3Deleter({ name, limits, retries: client.retries, send: (request) => this.send(request) });
    this.writer = new ConditionalWriter(name, (request, signal) => this.send(request, signal));
  }

  get unansweredAt(): number | undefined {
    return this.client.unansweredAt;
  }

  async warnings(signal?: AbortSignal): Promise<string[]> {
    if (!this.about) {
      const response = await this.send({ method: 'GET', query: { versioning: '' } }, signal);
      const { warnings, isEnabled } = readVersioning(this.name, response);
      this.about = warnings;
      this.limits.keepsVersions = isEnabled;
    }
    const missing = `${this.name} does not list open multipart uploads: they are neither counted nor deleted`;
    return [...this.about, ...(this.limits.hidesUploads ? [missing] : [])];
  }

  async *list(prefix: string, signal?: AbortSignal, writtenSince?: number): AsyncGenerator<StoredObject[]> {
    for await (const { objects } of this.pages(prefix, { signal, writtenSince })) yield objects;
  }

  async *listLevel(prefix: string, signal?: AbortSignal): AsyncGenerator<StoredLevel> {
    for await (const page of this.pages(prefix, { delimiter: '/', signal })) yield page;
  }

  async find(key: string, signal?: AbortSignal): Promise<StoredObject | undefined> {
    const request = firstByteOf(key);
    const first = await this.send(request, signal);
    // An empty object has no first byte, and this error states no time.
    const isEmpty = codeOf(first) === 'InvalidRange';
    const response = isEmpty ? await this.send({ ...request, headers: {} }, signal) : first;
    const code = codeOf(response);
    if (response.status === 404 && code === 'NoSuchKey') return undefined;
    const writtenAt = Date.parse(headerOf(response, 'last-modified') ?? '');
    // An archived object exists; if its time is not known, it counts as new.
    if (code === 'InvalidObjectState')
      return { key, bytes: 0, isArchived: true, writtenAt: Number.isNaN(writtenAt) ? Infinity : writtenAt };
    if (response.status !== 206 && response.status !== 200)
      throw answerError(this.name, OPERATIONS.read(key), response);
    if (Number.isNaN(writtenAt)) throw unusableAnswer(this.name, OPERATIONS.read(key), new Error('it states no time'));
    const bytes = Number(/\/(\d+)$/.exec(headerOf(response, 'content-range') ?? '')?.[1] ?? response.body.length);
    return { key, bytes, writtenAt };
  }

  async read(key: string, limitBytes: number, signal?: AbortSignal): Promise<Buffer | undefined> {
    const response = await this.send({ method: 'GET', key, bodyLimit: limitBytes }, signal);
    if (response.status === 404 && codeOf(response) === 'NoSuchKey') return undefined;
    if (response.status !== 200) throw answerError(this.name, OPERATIONS.read(key), response);
    return response.body;
  }

  async open(key: string, signal?: AbortSignal): Promise<OpenBlob | undefined> {
    const response = await this.send({ method: 'GET', key, isStreamed: true }, signal);
    if (response.status === 404 && codeOf(response) === 'NoSuchKey') return undefined;
    if (response.status !== 200) throw answerError(this.name, OPERATIONS.read(key), response);
    return this.read200(OPERATIONS.read(key), () => opened(response));
  }

  async write(key: string, content: string): Promise<void> {
    const headers = { 'content-type': 'application/octet-stream' };
    const response = await this.send({ method: 'PUT', key, headers, body: content });
    if (response.status !== 200) throw answerError(this.name, OPERATIONS.write(key), response);
  }

  readVersion(key: string, limitBytes: number, signal?: AbortSignal): Promise<VersionedObject | undefined> {
    return this.writer.read(key, limitBytes, signal);
  }

  writeIf(...write: Parameters<ObjectStore['writeIf']>): Promise<ConditionalWrite> {
    return this.writer.write(...write);
  }

  async copy(from: string, to: string, { bytes }: { bytes?: number } = {}): Promise<'copied' | 'gone'> {
    const bucket = {
      ...{ name: this.name, bucket: this.settings.bucket, limits: this.copyLimits },
      concurrency: this.limits.concurrency,
      send: (request: S3Request) => this.send(request),
      abortUpload: (upload: Pick<OpenUpload, 'key' | 'id'>) => this.abortUpload(upload),
    };
    return (await copyObject(bucket, { from, to, bytes })) ? 'copied' : 'gone';
  }

  async now(signal?: AbortSignal): Promise<number> {
    const query = { 'list-type': '2', 'max-keys': '1' };
    return clockOf(this.name, await this.send({ method: 'GET', query }, signal));
  }

  delete(keys: readonly string[], options?: DeleteOptions): Promise<(string | undefined)[]> {
    return this.deleter.delete(keys, options);
  }

  async *listUploads(prefix: string, signal?: AbortSignal): AsyncGenerator<OpenUpload[]> {
    const request = async (next: Record<string, string>): Promise<S3Page> => {
      const query = { uploads: '', 'encoding-type': 'url', prefix, ...next };
      const response = await this.send({ method: 'GET', query }, signal);
      if (response.status === 501 || response.status === 405) {
        this.limits.hidesUploads = true;
        return { objects: [], prefixes: [], uploads: [], size: 0 };
      }
      if (response.status !== 200) throw answerError(this.name, OPERATIONS.listUploads, response);
      return this.read200(OPERATIONS.listUploads, () =>
        parseUploads(response.body, { bucket: this.settings.bucket, prefix }),
      );
    };
    for await (const { uploads } of pages(this.name, request)) yield uploads;
  }

  async measureUpload({ key, id }: OpenUpload, signal?: AbortSignal): Promise<number> {
    let sum = 0;
    const request = async (next: Record<string, string>): Promise<PartsPage> => {
      const response = await this.send({ method: 'GET', key, query: { uploadId: id, ...next } }, signal);
      if (response.status === 404 && codeOf(response) === 'NoSuchUpload') return { bytes: [], size: 0 };
      if (response.status !== 200) throw answerError(this.name, OPERATIONS.listParts, response);
      return this.read200(OPERATIONS.listParts, () => parseParts(response.body, { bucket: this.settings.bucket, id }));
    };
    for await (const { bytes } of pages(this.name, request)) for (const size of bytes) sum += size;
    return sum;
  }

  async abortUpload({ key, id }: Pick<OpenUpload, 'key' | 'id'>): Promise<void> {
    const response = await this.send({ method: 'DELETE', key, query: { uploadId: id } });
    if (response.status === 204 || response.status === 200) return;
    if (response.status === 404 && codeOf(response) === 'NoSuchUpload') return;
    throw answerError(this.name, OPERATIONS.abortUpload, response);
  }

  close(): Promise<void> {
    return this.client.close();
  }

  private pages(prefix: string, { delimiter, signal, writtenSince }: PageOptions): AsyncGenerator<S3Page> {
    return pages(this.name, async (next) => {
      const query = {
        'list-type': '2',
        'max-keys': `${PER_REQUEST}`,
        'encoding-type': 'url',
        prefix,
        ...(delimiter === undefined ? {} : { delimiter }),
        ...next,
      };
      const response = await this.send({ method: 'GET', query }, signal);
      if (response.status !== 200) throw answerError(this.name, OPERATIONS.list, response);
      const listed = { bucket: this.settings.bucket, prefix };
      return this.read200(OPERATIONS.list, () => parseObjects(response.body, listed, writtenSince));
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
      isSentOnce: request.isSentOnce,
      // Deletions and copies can fail after the status was sent.
      retryAfter: (each) =>
        (each.status >= 400 || request.method === 'POST' || request.isSlow) && TRANSIENT.has(codeOf(each) ?? '')
          ? (afterStatus(each) ?? 0)
          : afterStatus(each),
    });
    // Swift with the S3 API: its listings lag behind, unlike those of S3.
    if (headerOf(response, 'x-trans-id') !== undefined) this.limits.listsLate = true;
    return response;
  }
}
