import { currentOf } from '../../credentials.js';
import { clockOf, headerOf, type StoreClient, type StoreRequest, type StoreResponse } from '../../http/client.js';
import type { OpenBlob } from '../../storage.js';
import {
  conflictAfter,
  type ConditionalWrite,
  type DeleteOptions,
  type ObjectStore,
  type ObjectStoreLimits,
  type OpenUpload,
  type StoredLevel,
  type StoredObject,
  type VersionedObject,
} from '../object-store.js';
import { parseBlobs, parseSoftDelete, type AzurePage } from './answers.js';
import { opened } from '../opened.js';
import { pages } from '../pages.js';
import { AzureDeleter } from './delete-blobs.js';
import { AzureCopier } from './copy-blob.js';
import {
  LIST,
  answerError,
  codeOf,
  isConflict,
  isMissing,
  readOf,
  unusableAnswer,
  writeOf,
  type Operation,
} from './errors.js';
import type { AzureSettings, SigningSettings } from './settings.js';
import { signRequest, type AzureRequest } from './sign.js';

/** Azure's limits. */
const [PAGE_SIZE, BATCH_SIZE] = [5000, 256];

/** A container of Azure Blob Storage. */
export class AzureStore implements ObjectStore {
  readonly name: string;
  readonly limits: ObjectStoreLimits;
  /** True if the last request had an account key. */
  usesKey = false;
  private readonly deleter: AzureDeleter;
  private readonly copier: AzureCopier;

  /** @param start begins the names of all blobs: keys are without it. The registry's driver begins them with a slash */
  constructor(
    private readonly client: StoreClient,
    private readonly settings: AzureSettings,
    private readonly options: { start: '' | '/'; concurrency: number },
  ) {
    this.name = `azure://${settings.account}/${settings.container}`;
    const { concurrency } = options;
    this.limits = { pageSize: PAGE_SIZE, batchSize: BATCH_SIZE, concurrency, listsLate: false };
    this.deleter = new AzureDeleter(this, {
      retries: client.retries,
      send: (build, options) => this.signed(build, options),
    });
    this.copier = new AzureCopier(this, { retries: client.retries, send: (build, more) => this.signed(build, more) });
  }

  /** Warns if deleted blobs or old versions are kept, and if that cannot be read. */
  async warnings(signal?: AbortSignal): Promise<string[]> {
    const query = { restype: 'service', comp: 'properties' };
    const properties = await this.send({ method: 'GET', isOfAccount: true, query }, signal);
    const versions = await this.send(
      { method: 'GET', query: { ...LIST_QUERY, include: 'versions', maxresults: '1' } },
      signal,
    );
    const kept = [
      ...this.readWarning(properties, 'deleted blobs', (body) => parseSoftDelete(body)),
      ...this.readWarning(
        versions,
        'old versions',
        (body) => parseBlobs(body, { container: this.settings.container, prefix: '' }).hasVersions,
      ),
    ];
    return kept;
  }

  async *list(prefix: string, signal?: AbortSignal): AsyncGenerator<StoredObject[]> {
    for await (const { objects } of this.pages(prefix, {}, signal)) yield objects;
  }

  async *listLevel(prefix: string, signal?: AbortSignal): AsyncGenerator<StoredLevel> {
    for await (const page of this.pages(prefix, { delimiter: '/' }, signal)) yield page;
  }

  async find(key: string, signal?: AbortSignal): Promise<StoredObject | undefined> {
    const response = await this.send({ method: 'HEAD', key: this.options.start + key }, signal);
    if (isMissing(response)) return undefined;
    if (response.status !== 200) throw answerError(this, readOf(key), response);
    const bytes = Number(headerOf(response, 'content-length'));
    const writtenAt = Date.parse(headerOf(response, 'last-modified') ?? '');
    if (!Number.isInteger(bytes) || Number.isNaN(writtenAt))
      throw unusableAnswer(this.name, readOf(key), new Error('it states no size or time'));
    return { key, bytes, writtenAt };
  }

  async read(key: string, limitBytes: number, signal?: AbortSignal): Promise<Buffer | undefined> {
    const response = await this.send({ method: 'GET', key: this.options.start + key, bodyLimit: limitBytes }, signal);
    if (isMissing(response)) return undefined;
    if (response.status !== 200) throw answerError(this, readOf(key), response);
    return response.body;
  }

  async open(key: string, signal?: AbortSignal): Promise<OpenBlob | undefined> {
    const response = await this.send({ method: 'GET', key: this.options.start + key, isStreamed: true }, signal);
    if (isMissing(response)) return undefined;
    if (response.status !== 200) throw answerError(this, readOf(key), response);
    return this.readAnswer(readOf(key), () => opened(response));
  }

  async write(key: string, content: string): Promise<void> {
    const headers = { 'x-ms-blob-type': 'BlockBlob', 'content-type': 'application/octet-stream' };
    const response = await this.send({ method: 'PUT', key: this.options.start + key, headers, body: content });
    if (response.status !== 201) throw answerError(this, writeOf(key), response);
  }

  async readVersion(key: string, limitBytes: number, signal?: AbortSignal): Promise<VersionedObject | undefined> {
    const response = await this.send({ method: 'GET', key: this.options.start + key, bodyLimit: limitBytes }, signal);
    if (isMissing(response)) return undefined;
    const version = headerOf(response, 'etag');
    if (response.status !== 200) throw answerError(this, readOf(key), response);
    if (!version) throw unusableAnswer(this.name, readOf(key), new Error('it states no ETag'));
    return { content: response.body, version };
  }

  async writeIf(key: string, content: Buffer, expected: string | undefined): Promise<ConditionalWrite> {
    const condition: Record<string, string> =
      expected === undefined ? { 'if-none-match': '*' } : { 'if-match': expected };
    const headers = { 'x-ms-blob-type': 'BlockBlob', 'content-type': 'application/octet-stream', ...condition };
    const request = { method: 'PUT' as const, key: this.options.start + key, headers, body: content };
    const response = await this.send(request);
    if (response.status === 201) return 'written';
    if (isConflict(response)) return conflictAfter(response);
    throw answerError(this, writeOf(key), response);
  }

  copy(from: string, to: string, { isNew }: { isNew?: boolean } = {}): Promise<'copied' | 'gone' | 'exists'> {
    return this.copier.copy(this.options.start + from, this.options.start + to, { isNew });
  }

  async now(signal?: AbortSignal): Promise<number> {
    const query = { ...LIST_QUERY, maxresults: '1' };
    return clockOf(this.name, await this.send({ method: 'GET', query }, signal));
  }

  get unansweredAt(): number | undefined {
    return this.client.unansweredAt;
  }

  delete(keys: readonly string[], options?: DeleteOptions): Promise<(string | undefined)[]> {
    return this.deleter.delete(
      keys.map((key) => this.options.start + key),
      options,
    );
  }

  /** The registry's driver writes uploads as append blobs, which listings show. */
  async *listUploads(): AsyncGenerator<OpenUpload[]> {}

  async abortUpload(): Promise<void> {}

  measureUpload(): Promise<number> {
    return Promise.resolve(0);
  }

  close(): Promise<void> {
    return this.client.close();
  }

  private async *pages(
    prefix: string,
    more: Record<string, string>,
    signal?: AbortSignal,
  ): AsyncGenerator<StoredLevel> {
    const { start } = this.options;
    const query = { ...LIST_QUERY, maxresults: String(PAGE_SIZE), prefix: start + prefix, ...more };
    const request = async (next: Record<string, string>): Promise<AzurePage> => {
      const response = await this.send({ method: 'GET', query: { ...query, ...next } }, signal);
      if (response.status !== 200) throw answerError(this, LIST, response);
      return this.readAnswer(LIST, () =>
        parseBlobs(response.body, { container: this.settings.container, prefix: start + prefix }),
      );
    };
    for await (const { objects, prefixes } of pages(this.name, request))
      yield {
        objects: objects.map((object) => ({ ...object, key: object.key.slice(start.length) })),
        prefixes: prefixes.map((each) => each.slice(start.length)),
      };
  }

  private send(request: AzureRequest, signal?: AbortSignal): Promise<StoreResponse> {
    return this.signed(() => request, { signal });
  }

  /** Sends a request, with the credentials that are valid at each attempt. */
  private signed(
    build: (settings: SigningSettings) => AzureRequest,
    options: { signal?: AbortSignal; isSentOnce?: boolean } = {},
  ): Promise<StoreResponse> {
    const sign = async (): Promise<StoreRequest> => {
      const settings = { ...this.settings, credentials: await currentOf(this.settings.credentials) };
      this.usesKey = 'key' in settings.credentials;
      return signRequest(settings, build(settings));
    };
    return this.client.send(sign, options);
  }

  private readAnswer<T>(operation: Operation, read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw unusableAnswer(this.name, operation, error);
    }
  }

  private readWarning(response: StoreResponse, what: string, isKept: (body: Buffer) => boolean): string[] {
    try {
      if (response.status !== 200) throw new Error(codeOf(response) ?? `status ${response.status}`);
      return isKept(response.body) ? [`${this.name} keeps ${what}: deleting frees no space until they expire`] : [];
    } catch (error) {
      const why = (error as Error).message;
      return [`it is unknown whether ${this.name} keeps ${what}, so whether deleting frees space: ${why}`];
    }
  }
}

const LIST_QUERY = { restype: 'container', comp: 'list' };
