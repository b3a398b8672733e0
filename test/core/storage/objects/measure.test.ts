import { digest } from '../../../support/builders.js';
import { FakeObjectStore, OLD, ROOT, blobKey } from '../../../support/fake-object-store.js';
import { RegadmError } from '../../../../src/core/model/errors.js';
import type { StoredSizes } from '../../../../src/core/model/registry-storage.js';
import { ObjectStorage } from '../../../../src/core/storage/objects/index.js';
import type { ObjectStoreLimits, StoredSegment } from '../../../../src/core/storage/objects/object-store.js';

const [first, second] = [digest('first'), digest('second')];
const upload = (id: string, name: string): string => `${ROOT}/repositories/ns/app/_uploads/${id}/${name}`;

/** A store like Swift: contents are in segments. */
class SegmentedStore extends FakeObjectStore {
  /** Segments that the objects name, by key. */
  readonly names = new Map<string, string>();
  segments: StoredSegment[] = [];

  override async find(key: string): ReturnType<FakeObjectStore['find']> {
    const object = await super.find(key);
    const segments = this.names.get(key);
    const parts = this.segments.filter((each) => each.segments === segments);
    const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
    return object && segments !== undefined ? { ...object, bytes, segments } : object;
  }

  async *listSegments(): AsyncGenerator<StoredSegment[]> {
    yield this.segments;
  }

  /** Writes an object whose content is in one segment. */
  putLarge(key: string, segments: string, bytes: number, writtenAt = OLD): void {
    this.put(key, 0);
    this.names.set(key, segments);
    this.segments.push({ segments, bytes, writtenAt });
  }
}

async function measure(store: FakeObjectStore): Promise<{ sizes: Record<string, number> } & StoredSizes> {
  const storage = new ObjectStorage(store, ROOT);
  const snapshot = await storage.list();
  store.requests.length = 0;
  const measured = await storage.measure(snapshot);
  return { ...measured, sizes: Object.fromEntries(snapshot.blobs.map((hex, at) => [hex, measured.blobs[at]!])) };
}

const hex = (name: string): string => name.slice(7);

describe('what the listing shows', () => {
  test('takes no request', async () => {
    const store = new FakeObjectStore();
    store.put(blobKey(first), 10);
    store.put(blobKey(second), 20);
    store.put(upload('id', 'startedat'), 20);
    store.put(upload('id', 'data'), 300);
    const { sizes, uploads, leftovers } = await measure(store);
    expect(sizes).toEqual({ [hex(first)]: 10, [hex(second)]: 20 });
    expect([uploads, leftovers]).toEqual([{ count: 1, bytes: 320 }, undefined]);
    expect(store.requests).toEqual([]);
  });
});

describe('uploads in parts', () => {
  const withParts = (): FakeObjectStore => {
    const store = new FakeObjectStore();
    store.put(upload('a', 'startedat'), 20);
    store.uploads = [
      { key: upload('a', 'data'), id: '1', startedAt: OLD },
      { key: upload('b', 'data'), id: '2', startedAt: OLD },
      { key: blobKey(first), id: '3', startedAt: OLD },
      { key: `${ROOT}/elsewhere`, id: '4', startedAt: OLD },
    ];
    store.partBytes = 100;
    return store;
  };

  test('count with their parts, those of blobs too; others do not', async () => {
    const store = withParts();
    expect((await measure(store)).uploads).toEqual({ count: 3, bytes: 320 });
    expect(store.requests.sort()).toEqual(['parts 1', 'parts 2', 'parts 3']);
  });

  test('have no size if the store cannot list them', async () => {
    const store = withParts();
    store.uploads = [];
    store.limits.hidesUploads = true;
    const problem = 'fake://store does not list open uploads, so they are not counted';
    expect((await measure(store)).uploads).toEqual({ count: 1, problem });
  });

  test('have no size if their parts may not be listed; everything else is measured', async () => {
    const store = withParts();
    store.put(blobKey(second), 20);
    store.onRequest = (request) => {
      if (request === 'parts 2') throw new RegadmError('lacks s3:ListMultipartUploadParts', { code: 'STORAGE_DENIED' });
    };
    const { sizes, uploads } = await measure(store);
    expect(uploads).toEqual({ count: 3, problem: 'lacks s3:ListMultipartUploadParts' });
    expect(sizes).toEqual({ [hex(second)]: 20 });
  });
});

describe('contents in segments', () => {
  const SWIFT: Partial<ObjectStoreLimits> = { hidesSizes: true };
  const filled = (): SegmentedStore => {
    const store = new SegmentedStore(SWIFT);
    store.putLarge(blobKey(first), 'segments/1', 1000);
    store.put(blobKey(second), 20);
    store.putLarge(upload('id', 'data'), 'segments/2', 500);
    store.put(upload('id', 'startedat'), 20);
    return store;
  };

  test('are looked up, and only they', async () => {
    const store = filled();
    const { sizes, uploads, leftovers } = await measure(store);
    expect(sizes).toEqual({ [hex(first)]: 1000, [hex(second)]: 20 });
    expect(uploads).toEqual({ count: 1, bytes: 520 });
    expect(leftovers).toEqual({ count: 0, bytes: 0 });
    expect(store.requests).toHaveLength(2);
  });

  test.each([blobKey(first), upload('id', 'data')])(
    '%s disappears: its segments do not look left over',
    async (key) => {
      const store = filled();
      store.onRequest = (request) => {
        if (request === `find ${key}`) store.objects.delete(key);
      };
      const { sizes, uploads, leftovers } = await measure(store);
      const isBlob = key === blobKey(first);
      expect(sizes).toEqual({ [hex(first)]: isBlob ? NaN : 1000, [hex(second)]: 20 });
      expect(uploads).toEqual({ count: 1, bytes: isBlob ? 520 : 20 });
      expect(leftovers).toBeUndefined();
    },
  );

  test('are left over if nothing names them, unless a push can be writing them', async () => {
    const store = filled();
    const old = { segments: 'segments/3', bytes: 7, writtenAt: OLD };
    store.segments.push(old, { ...old, bytes: 8 }, { segments: 'segments/4', bytes: 100, writtenAt: Date.now() });
    store.segments.push({ segments: 'segments/4', bytes: 100, writtenAt: OLD });
    const { uploads, leftovers } = await measure(store);
    expect(leftovers).toEqual({ count: 2, bytes: 15 });
    expect(uploads).toEqual({ count: 1, bytes: 720 });
  });

  test.each(['unknown segments', 'an upload that cannot be looked up'])('%s: nothing is left over', async (why) => {
    const store = filled();
    store.segments.push({ segments: 'segments/3', bytes: 7, writtenAt: OLD });
    if (why === 'unknown segments') store.names.set(blobKey(first), 'unknown');
    else
      store.onRequest = (request) => {
        if (request.includes('_uploads')) throw new RegadmError('denied', { code: 'STORAGE_DENIED' });
      };
    expect((await measure(store)).leftovers).toBeUndefined();
  });

  test('are not looked up twice: not for a second measurement, nor for candidates of a prune', async () => {
    const store = filled();
    const storage = new ObjectStorage(store, ROOT);
    const snapshot = await storage.list();
    const measured = await storage.measure(snapshot);
    store.requests.length = 0;
    expect(await storage.measure(snapshot)).toEqual(measured);
    const candidates = { repositories: [], manifestLinks: [], blobs: snapshot.blobs };
    const options = { danglingLinks: false, ages: false, linkAges: false };
    const { blobs } = await storage.inspect(snapshot, candidates, options);
    expect(blobs.get(hex(first))).toMatchObject({ bytes: 1000 });
    expect(store.requests).toEqual([]);
  });
});
