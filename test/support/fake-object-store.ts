import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type {
  ConditionalWrite,
  ObjectStore,
  ObjectStoreLimits,
  OpenUpload,
  StoredLevel,
  StoredObject,
  VersionedObject,
} from '../../src/core/storage/objects/object-store.js';
import type { OpenBlob } from '../../src/core/storage/storage.js';
import type { StorageDescription } from './storage-tree.js';

interface FakeObject {
  body: Buffer;
  bytes: number;
  writtenAt: number;
  version?: number;
  /** Version in its metadata. */
  tag?: string;
}

/** Where a registry without a root directory is in a store. */
export const ROOT = 'docker/registry/v2';
/** When the objects of a description were written. */
export const OLD = Date.parse('2025-12-31T00:00:00Z');

/** An object store in memory that counts requests and can fail. */
export class FakeObjectStore implements ObjectStore {
  readonly name = 'fake://store';
  readonly limits: ObjectStoreLimits;
  readonly objects = new Map<string, FakeObject>();
  /** Keys that listings do not show yet. */
  readonly unlisted = new Set<string>();
  uploads: OpenUpload[] = [];
  unansweredAt: number | undefined;
  private versions = 0;
  /** Size of the parts of each upload. */
  partBytes = 0;
  /** The requests so far: `list PREFIX`, `delete COUNT`. */
  readonly requests: string[] = [];
  /** Called before each request; what it throws is the result of the request. */
  onRequest: (request: string) => void | Promise<void> = () => {};
  /** Returns why a key is not deleted. */
  problemOf: (key: string) => string | undefined = () => undefined;

  constructor(limits: Partial<ObjectStoreLimits> = {}) {
    this.limits = { pageSize: 1000, batchSize: 1000, concurrency: 16, listsLate: false, ...limits };
  }

  put(key: string, content: string | number = 71, writtenAt = OLD): void {
    const body = Buffer.from(typeof content === 'string' ? content : '');
    this.objects.set(key, { body, bytes: typeof content === 'string' ? body.length : content, writtenAt });
  }

  keys(): string[] {
    return [...this.objects.keys()].sort();
  }

  warnings(): Promise<string[]> {
    return Promise.resolve([]);
  }

  async *list(prefix: string): AsyncGenerator<StoredObject[]> {
    const found = this.below(prefix);
    for (let start = 0; start === 0 || start < found.length; start += this.limits.pageSize) {
      await this.request(`list ${prefix}`);
      yield found.slice(start, start + this.limits.pageSize);
    }
  }

  async *listLevel(prefix: string): AsyncGenerator<StoredLevel> {
    await this.request(`level ${prefix}`);
    const objects = this.below(prefix).filter(({ key }) => !key.slice(prefix.length).includes('/'));
    const names = this.below(prefix).flatMap(({ key }) => /^[^/]*\//.exec(key.slice(prefix.length)) ?? []);
    yield { objects, prefixes: [...new Set(names)].map((name) => prefix + name) };
  }

  async find(key: string): Promise<StoredObject | undefined> {
    await this.request(`find ${key}`);
    const object = this.objects.get(key);
    return object && { key, bytes: object.bytes, writtenAt: object.writtenAt };
  }

  async read(key: string, limitBytes = Infinity): Promise<Buffer | undefined> {
    await this.request(`read ${key}`);
    const body = this.objects.get(key)?.body;
    if (body && body.length > limitBytes) throw new Error('it is too long');
    return body;
  }

  async open(key: string): Promise<OpenBlob | undefined> {
    const body = await this.read(key);
    return body && { bytes: body.length, content: Readable.from([body]) };
  }

  async write(key: string, content: string): Promise<void> {
    await this.request(`write ${key}`);
    this.put(key, content, Date.now());
  }

  async readVersion(key: string): Promise<VersionedObject | undefined> {
    await this.request(`read ${key}`);
    const object = this.objects.get(key);
    return object && { content: object.body, version: String(object.version) };
  }

  async writeIf(key: string, content: Buffer, expected: string | undefined): Promise<ConditionalWrite> {
    await this.request(`write ${key}`);
    const found = this.objects.get(key);
    if ((found && String(found.version)) !== expected) return 'conflict';
    this.objects.set(key, { body: content, bytes: content.length, writtenAt: Date.now(), version: ++this.versions });
    return 'written';
  }

  async copy(from: string, to: string): Promise<'copied' | 'gone'> {
    await this.request(`copy ${from}`);
    const object = this.objects.get(from);
    if (object) this.objects.set(to, { ...object, writtenAt: Date.now() });
    return object ? 'copied' : 'gone';
  }

  async now(): Promise<number> {
    await this.request('now');
    return Math.floor(Date.now() / 1000) * 1000;
  }

  async delete(keys: readonly string[]): Promise<(string | undefined)[]> {
    await this.request(`delete ${keys.length}`);
    return keys.map((key) => {
      const problem = this.problemOf(key);
      if (problem === undefined) this.objects.delete(key);
      return problem;
    });
  }

  async *listUploads(prefix: string): AsyncGenerator<OpenUpload[]> {
    await this.request(`uploads ${prefix}`);
    yield this.uploads.filter(({ key }) => key.startsWith(prefix));
  }

  async measureUpload({ id }: OpenUpload): Promise<number> {
    await this.request(`parts ${id}`);
    return this.partBytes;
  }

  async abortUpload({ id }: OpenUpload): Promise<void> {
    await this.request(`abort ${id}`);
    this.uploads = this.uploads.filter((upload) => upload.id !== id);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private async request(request: string): Promise<void> {
    this.requests.push(request);
    await this.onRequest(request);
  }

  private below(prefix: string): StoredObject[] {
    return this.keys()
      .filter((key) => key.startsWith(prefix) && !this.unlisted.has(key))
      .map((key) => {
        const { body, bytes, writtenAt } = this.objects.get(key)!;
        return { key, bytes, writtenAt, md5: md5(body) };
      });
  }
}

const md5 = (content: Buffer): string => createHash('md5').update(content).digest('hex');

/** Returns the keys of a described storage with their contents; a number is a length. */
export function keysOf({ blobs, repositories }: StorageDescription, root = ROOT): Map<string, string | number> {
  const keys = new Map<string, string | number>();
  for (const [digest, size] of Object.entries(blobs)) keys.set(blobKey(digest, root), size);
  for (const [name, { manifests, layers = [], uploads = [] }] of Object.entries(repositories)) {
    const repository = `${root}/repositories/${name}`;
    for (const digest of manifests ?? [])
      keys.set(`${repository}/_manifests/revisions/sha256/${digest.slice(7)}/link`, digest);
    for (const digest of layers) keys.set(`${repository}/_layers/sha256/${digest.slice(7)}/link`, digest);
    for (const id of uploads) keys.set(`${repository}/_uploads/${id}/startedat`, '2025-12-31T00:00:00Z');
  }
  return keys;
}

/** Key of a blob's data. */
export const blobKey = (digest: string, root = ROOT): string =>
  `${root}/blobs/sha256/${digest.slice(7, 9)}/${digest.slice(7)}/data`;

/** Writes a described storage into a store. */
export function fillStore(store: FakeObjectStore, description: StorageDescription): void {
  for (const [key, content] of keysOf(description)) store.put(key, content);
}
