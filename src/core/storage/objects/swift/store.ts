import { clockOf, headerOf, type StoreResponse } from '../../http/client.js';
import {
  conflictAfter,
  type ConditionalWrite,
  type DeleteOptions,
  type ObjectStore,
  type ObjectStoreLimits,
  type OpenUpload,
  type StoredLevel,
  type StoredObject,
  type StoredSegment,
  type VersionedObject,
} from '../object-store.js';
import type { OpenBlob } from '../../storage.js';
import { RegadmError, messageOf } from '../../../model/errors.js';
import { opened } from '../opened.js';
import { answerError, encodePath, isMissing, timeOf } from './answer.js';
import { deleteObjects, deletePlain, type Problems } from './delete-objects.js';
import { listContainer } from './listing.js';
import { SegmentOwners, segmentsIn, segmentsOf, type Segments } from './segments.js';
import type { SwiftLimits } from './limits.js';
import type { SwiftSession } from './session.js';

/** What Swift does not do: state the size of large objects in listings, and compare versions. */
const SWIFT = { hidesSizes: true, createsOnly: true };

interface SwiftStoreOptions extends SwiftLimits {
  name: string;
  container: string;
  /** The prefix of the registry's driver, empty or with a slash at the end. */
  prefix: string;
  concurrency: number;
}

/** A container of Swift that the registry's driver writes to. */
export class SwiftStore implements ObjectStore {
  readonly limits: ObjectStoreLimits;
  /** What is known for deletions: read in advance, and by the first deletion. */
  private prepared: SegmentOwners | undefined;
  private owners: Promise<SegmentOwners> | undefined;

  constructor(
    private readonly session: SwiftSession,
    private readonly options: SwiftStoreOptions,
  ) {
    const { pageSize, bulk, concurrency } = options;
    this.limits = { pageSize, batchSize: Math.max(1, bulk), concurrency, listsLate: true, ...SWIFT };
  }

  get name(): string {
    return this.options.name;
  }

  /** Warns if the container keeps old versions. */
  async warnings(signal?: AbortSignal): Promise<string[]> {
    const { name, container } = this.options;
    // Not HEAD: old versions of Swift answer it with a body, which breaks the connection.
    const path = `/${encodePath(container)}?format=json&limit=1`;
    const response = await this.session.send({ method: 'GET', path, signal });
    if (response.status < 200 || response.status > 299) throw answerError(name, 'read the container', response);
    const isVersioned =
      ['x-versions-location', 'x-history-location'].some((header) => headerOf(response, header) !== undefined) ||
      headerOf(response, 'x-versions-enabled')?.toLowerCase() === 'true';
    return isVersioned ? [`${name} keeps old versions of objects: deleting frees no space until they expire`] : [];
  }

  async *list(prefix: string, signal?: AbortSignal): AsyncGenerator<StoredObject[]> {
    for await (const { objects } of listContainer(this.session, { ...this.options, prefix, signal })) yield objects;
  }

  listLevel(prefix: string, signal?: AbortSignal): AsyncIterable<StoredLevel> {
    return listContainer(this.session, { ...this.options, prefix, delimiter: '/', signal });
  }

  async find(key: string, signal?: AbortSignal): Promise<StoredObject | undefined> {
    const response = await this.head(key, signal);
    if (!response) return undefined;
    const bytes = Number(headerOf(response, 'content-length'));
    const writtenAt = timeOf(response);
    if (!Number.isInteger(bytes) || writtenAt === undefined)
      throw new RegadmError(`${this.name}: cannot look up ${key}: the answer states no size or time`, {
        code: 'STORAGE_ERROR',
      });
    return { key, bytes, writtenAt, segments: segmentsIn(headerOf(response, 'x-object-manifest'), this.options) };
  }

  async read(key: string, limitBytes: number, signal?: AbortSignal): Promise<Buffer | undefined> {
    const path = `/${encodePath(this.options.container, key)}`;
    const response = await this.session.send({ method: 'GET', path, bodyLimit: limitBytes, signal });
    if (isMissing(response)) return undefined;
    if (response.status !== 200) throw answerError(this.name, `read ${key}`, response);
    return response.body;
  }

  async open(key: string, signal?: AbortSignal): Promise<OpenBlob | undefined> {
    const path = `/${encodePath(this.options.container, key)}`;
    const response = await this.session.send({ method: 'GET', path, isStreamed: true, signal });
    if (isMissing(response)) return undefined;
    if (response.status !== 200) throw answerError(this.name, `read ${key}`, response);
    try {
      return opened(response);
    } catch (error) {
      throw new RegadmError(`${this.name}: cannot read ${key}: ${messageOf(error)}`, { code: 'STORAGE_ERROR' });
    }
  }

  async write(key: string, content: string): Promise<void> {
    const path = `/${encodePath(this.options.container, key)}`;
    const headers = { 'content-type': 'application/octet-stream' };
    const response = await this.session.send({ method: 'PUT', path, headers, body: content });
    if (response.status !== 201) throw answerError(this.name, `write ${key}`, response);
  }

  async readVersion(key: string, limitBytes: number, signal?: AbortSignal): Promise<VersionedObject | undefined> {
    const path = `/${encodePath(this.options.container, key)}`;
    const response = await this.session.send({ method: 'GET', path, bodyLimit: limitBytes, signal });
    if (isMissing(response)) return undefined;
    const version = headerOf(response, 'etag');
    if (response.status !== 200) throw answerError(this.name, `read ${key}`, response);
    if (!version)
      throw new RegadmError(`${this.name}: cannot read ${key}: the answer states no ETag`, { code: 'STORAGE_ERROR' });
    return { content: response.body, version };
  }

  /** Swift ignores `If-Match`. */
  async writeIf(key: string, content: Buffer, expected: string | undefined): Promise<ConditionalWrite> {
    if (expected !== undefined) throw new Error('Swift does not compare versions');
    const path = `/${encodePath(this.options.container, key)}`;
    const headers = { 'content-type': 'application/octet-stream', 'if-none-match': '*' };
    const response = await this.session.send({ method: 'PUT', path, headers, body: content });
    if (response.status === 201) return 'written';
    if (response.status === 412) return conflictAfter(response);
    throw answerError(this.name, `write ${key}`, response);
  }

  /** Copies an object, or the manifest of a large one. A condition would be about the source. */
  async copy(from: string, to: string): Promise<'copied' | 'gone'> {
    const { container } = this.options;
    const path = `/${encodePath(container, to)}?multipart-manifest=get`;
    const headers = { 'x-copy-from': `/${encodePath(container, from)}` };
    const response = await this.session.send({ method: 'PUT', path, headers, isSlow: true }, { isSentOnce: true });
    if (isMissing(response)) return 'gone';
    if (response.status !== 201) throw answerError(this.name, `copy ${from}`, response);
    return 'copied';
  }

  async now(signal?: AbortSignal): Promise<number> {
    const path = `/${encodePath(this.options.container)}?format=json&limit=1`;
    return clockOf(this.name, await this.session.send({ method: 'GET', path, signal }));
  }

  get unansweredAt(): number | undefined {
    return this.session.unansweredAt;
  }

  async prepareDeletion(signal?: AbortSignal): Promise<void> {
    await this.findOwners(signal);
  }

  async findOwners(signal?: AbortSignal): Promise<SegmentOwners> {
    this.prepared = await this.lookUpOwners(signal);
    return this.prepared;
  }

  delete(keys: readonly string[], { isOnline = false, keepsSegments }: DeleteOptions = {}): Promise<Problems> {
    const context = {
      ...this.options,
      session: this.session,
      isOnline,
      findSegments: (key: string) => this.findSegments(key),
      owners: () => (isOnline ? this.lookUpOwners() : this.ownersAtDeletion()),
      ownersNow: () => this.lookUpOwners(),
    };
    return keepsSegments ? deletePlain(context, keys) : deleteObjects(context, keys);
  }

  /** Swift shows the parts of uploads as objects. */
  async *listUploads(): AsyncGenerator<OpenUpload[]> {}

  async abortUpload(): Promise<void> {}

  measureUpload(): Promise<number> {
    return Promise.resolve(0);
  }

  async *listSegments(signal?: AbortSignal): AsyncGenerator<StoredSegment[]> {
    for await (const page of this.list(`${this.options.prefix}segments/`, signal))
      yield page.flatMap(({ key, bytes, writtenAt }) => {
        const segments = segmentsOf(key);
        return segments === undefined ? [] : [{ segments, bytes, writtenAt }];
      });
  }

  close(): Promise<void> {
    return this.session.close();
  }

  /** @returns undefined if the object does not exist */
  private async head(key: string, signal?: AbortSignal): Promise<StoreResponse | undefined> {
    const path = `/${encodePath(this.options.container, key)}`;
    const response = await this.session.send({ method: 'HEAD', path, signal });
    if (isMissing(response)) return undefined;
    if (response.status !== 200 && response.status !== 204) throw answerError(this.name, `look up ${key}`, response);
    return response;
  }

  private async findSegments(key: string, signal?: AbortSignal): Promise<Segments | undefined | 'gone'> {
    const response = await this.head(key, signal);
    return response ? segmentsIn(headerOf(response, 'x-object-manifest'), this.options) : 'gone';
  }

  /** Looks up the segments of all blobs, once; only of those that changed if that was done in advance. */
  private ownersAtDeletion(): Promise<SegmentOwners> {
    this.owners ??= this.lookUpOwners();
    this.owners.catch(() => (this.owners = undefined));
    return this.owners;
  }

  /** Lists the blobs, those in regadm's trash included. */
  private async *listOwners(signal?: AbortSignal): AsyncGenerator<StoredObject[]> {
    const files = `${this.options.prefix}files`;
    yield* this.list(`${files}/docker/registry/v2/blobs/`, signal);
    yield* this.list(`${files}/regadm/trash/`, signal);
  }

  private lookUpOwners(signal?: AbortSignal): Promise<SegmentOwners> {
    const sources = {
      concurrency: this.options.concurrency,
      listBlobs: () => this.listOwners(signal),
      findSegments: async (key: string) => {
        signal?.throwIfAborted();
        const segments = await this.findSegments(key, signal);
        return segments === 'gone' ? undefined : segments;
      },
    };
    return SegmentOwners.find(sources, this.prepared);
  }
}
