import { digest } from '../../../support/builders.js';
import { FakeObjectStore, OLD, ROOT, blobKey, fillStore } from '../../../support/fake-object-store.js';
import { asDigest } from '../../../support/names.js';
import { ObjectStorage } from '../../../../src/core/storage/objects/index.js';
import { StoreRefusal } from '../../../../src/core/storage/objects/store-refusal.js';
import type { Digest } from '../../../../src/core/model/digest.js';
import type { Candidates, CandidateFacts } from '../../../../src/core/model/registry-storage.js';
import type { ObjectStoreLimits } from '../../../../src/core/storage/objects/object-store.js';
import type { DeletionRun, Storage } from '../../../../src/core/storage/storage.js';

const [blob, other, young] = ['blob', 'other', 'young'].map((name) => asDigest(digest(name))) as [
  Digest,
  Digest,
  Digest,
];
const link = (kind: string, name: string, repository = 'ns/app'): string =>
  `${ROOT}/repositories/${repository}/${kind}/sha256/${name.slice(7)}/link`;
const manifestLink = (name: string, repository?: string): string => link('_manifests/revisions', name, repository);
const layerLink = (name: string, repository?: string): string => link('_layers', name, repository);
const upload = (id: string, name = 'startedat', repository = 'ns/app'): string =>
  `${ROOT}/repositories/${repository}/_uploads/${id}/${name}`;

const run: DeletionRun = { mayContinue: async () => {} };
const since: DeletionRun = { ...run, keepWrittenSince: OLD + 1000 };
const LATE = OLD + 5000;
const NOTHING: Candidates = { repositories: [], manifestLinks: [], blobs: [] };
const ALL = { danglingLinks: true, ages: true, linkAges: true };

async function aStorage(
  fill: (store: FakeObjectStore) => void,
  limits: Partial<ObjectStoreLimits> = {},
): Promise<{ store: FakeObjectStore; storage: Storage }> {
  const store = new FakeObjectStore(limits);
  fill(store);
  const storage = new ObjectStorage(store, ROOT);
  await storage.list();
  store.requests.length = 0;
  return { store, storage };
}

async function inspect(storage: Storage, candidates: Partial<Candidates> = {}): Promise<CandidateFacts> {
  return storage.inspect(await storage.list({ layerLinks: true }), { ...NOTHING, ...candidates }, ALL);
}

describe('a listing', () => {
  test('has blobs, repositories and uploads; keys outside the layout are ignored and counted without duplicates', async () => {
    const store = new FakeObjectStore({ pageSize: 2 });
    fillStore(store, {
      blobs: { [blob]: 5, [other]: 6 },
      repositories: {
        'ns/app': { manifests: [blob], layers: [other], uploads: ['id'] },
        'a/b/c': { manifests: [other] },
      },
    });
    for (const key of [
      'blobs/x',
      'blobs/sha256/zz/a',
      'blobs/sha256/zz/b',
      'repositories/file',
      'repositories/ns/app/_x/y',
    ])
      store.put(`${ROOT}/${key}`);
    const { blobs, repositories, ignored } = await new ObjectStorage(store, ROOT).list({ layerLinks: true });
    expect(blobs).toEqual([blob, other].map((name) => name.slice(7)).sort());
    expect(repositories.sort((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
      { name: 'a/b/c', manifests: [other.slice(7)], layers: [], uploads: [] },
      { name: 'ns/app', manifests: [blob.slice(7)], layers: [other.slice(7)], uploads: ['id'] },
    ]);
    expect(ignored).toEqual(['blobs/sha256/zz', 'blobs/x', 'repositories/file', 'repositories/ns/app/_x']);
  });

  test('fails if any page fails', async () => {
    const { store, storage } = await aStorage(
      (fake) => {
        for (let index = 0; index < 50; index++) fake.put(blobKey(digest(`blob ${index}`)), 1);
      },
      { pageSize: 3 },
    );
    let requests = 0;
    store.onRequest = () => {
      if (++requests === 9) throw new Error('page 9 failed');
    };
    await expect(storage.list()).rejects.toThrow('page 9 failed');
  });

  test.each([{ pageSize: 3 }, { pageSize: 1000 }])('finds every blob once: %j', async (limits) => {
    const { storage } = await aStorage((store) => {
      for (let index = 0; index < 300; index++) store.put(blobKey(digest(`blob ${index}`)), 1);
    }, limits);
    expect(new Set((await storage.list()).blobs).size).toBe(300);
    expect((await storage.list()).blobs).toHaveLength(300);
  });

  test('fails if it contains a key that was not asked for', async () => {
    const store = new FakeObjectStore();
    store.list = async function* () {
      yield [{ key: 'elsewhere', bytes: 1, writtenAt: 0 }];
    };
    await expect(new ObjectStorage(store, ROOT).list()).rejects.toThrow('lists "elsewhere" below');
  });

  test('refuses another layout of blobs', async () => {
    const store = new FakeObjectStore();
    store.put(`${ROOT}/blobs/sha512/aa/x/data`);
    await expect(new ObjectStorage(store, ROOT).list()).rejects.toMatchObject({
      code: 'STORAGE_UNKNOWN_LAYOUT',
      exitCode: 4,
    });
  });
});

describe('uploads', () => {
  const withUploads = (store: FakeObjectStore): void => {
    store.put(upload('old'));
    store.put(upload('used'));
    store.put(upload('used', 'hashstates/sha256/0'), 1, LATE);
    store.uploads = [
      { key: upload('old', 'data'), id: '1', startedAt: OLD + 1 },
      { key: upload('only', 'data', 'ns/none'), id: '2', startedAt: OLD + 2 },
      { key: blobKey(blob), id: '3', startedAt: OLD + 3 },
    ];
  };

  test('are as old as their last write; parts of blobs and of repositories without keys count too', async () => {
    const { storage } = await aStorage(withUploads);
    const { uploads } = await inspect(storage);
    expect(uploads).toEqual(
      expect.arrayContaining([
        { repository: 'ns/app', id: 'old', writtenAt: OLD + 1 },
        { repository: 'ns/app', id: 'used', writtenAt: LATE },
        { repository: 'ns/none', id: 'only', writtenAt: OLD + 2 },
        { repository: '(blobs)', id: blob.slice(7), writtenAt: OLD + 3 },
      ]),
    );
    expect(uploads).toHaveLength(4);
    expect((await storage.list()).repositories.map(({ name }) => name)).toEqual(['ns/app']);
  });

  test('lose their parts, then their keys', async () => {
    const { store, storage } = await aStorage(withUploads);
    const all = [
      { repository: 'ns/app', id: 'old' },
      { repository: '(blobs)', id: blob.slice(7) },
    ];
    expect(await storage.deleteUploads(all, run)).toEqual([{ status: 'deleted' }, { status: 'deleted' }]);
    expect(store.uploads.map(({ id }) => id)).toEqual(['2']);
    expect(store.keys()).toEqual([upload('used'), upload('used', 'hashstates/sha256/0')].sort());
  });

  test('are deleted one after the other until one was: a refusal is one before anything is deleted', async () => {
    const { store, storage } = await aStorage((fake) => ['a', 'b', 'c'].forEach((id) => fake.put(upload(id))));
    store.onRequest = (request) => {
      if (request.startsWith('delete')) throw new StoreRefusal('denied', { code: 'STORAGE_DENIED' });
    };
    const all = ['a', 'b', 'c'].map((id) => ({ repository: 'ns/app', id }));
    await expect(storage.deleteUploads(all, run)).rejects.toThrow('denied');
    expect(store.requests.filter((request) => request.startsWith('delete'))).toHaveLength(1);
    store.onRequest = () => {};
    expect(await storage.deleteUploads(all, run)).toEqual(all.map(() => ({ status: 'deleted' })));
  });

  test('are kept if they were written to since the plan', async () => {
    const { store, storage } = await aStorage(withUploads);
    store.put(upload('old', 'hashstates/sha256/9'), 1, LATE);
    expect(await storage.deleteUploads([{ repository: 'ns/app', id: 'old' }], run)).toMatchObject([
      { status: 'skipped' },
    ]);
  });

  test('an upload whose parts cannot be deleted keeps its keys; the others are deleted', async () => {
    const { store, storage } = await aStorage(withUploads);
    store.onRequest = (request) => {
      if (request === 'abort 1') throw new Error('denied');
    };
    const all = ['old', 'used'].map((id) => ({ repository: 'ns/app', id }));
    expect(await storage.deleteUploads(all, run)).toEqual([
      { status: 'failed', message: 'denied' },
      { status: 'deleted' },
    ]);
    expect(store.keys()).toEqual([upload('old')]);
  });
});

describe('links that seem to dangle', () => {
  const dangling = (store: FakeObjectStore): void => {
    for (const name of [blob, other]) {
      store.put(layerLink(name));
      store.put(manifestLink(name));
    }
    store.put(layerLink(young), 71, LATE);
    store.put(blobKey(other), 1);
    store.unlisted.add(blobKey(other));
  };
  const links = [blob, other, young].map((name) => ({ repository: 'ns/app', digest: name }));

  test('are not candidates if their blob exists, whatever the listing shows', async () => {
    const { storage } = await aStorage(dangling);
    const { danglingLayerLinks } = await inspect(storage);
    expect(danglingLayerLinks.map(({ hex }) => hex).sort()).toEqual([blob, young].map((name) => name.slice(7)).sort());
  });

  test.each([{ listsLate: false }, { listsLate: true }])(
    'are kept if their blob exists or they are young: %j',
    async (limits) => {
      const { store, storage } = await aStorage(dangling, limits);
      expect((await storage.deleteLayerLinks(links, since)).map(({ status }) => status)).toEqual([
        'deleted',
        'skipped',
        'skipped',
      ]);
      expect((await storage.deleteManifestLinks(links, since)).map(({ status }) => status)).toEqual([
        'deleted',
        'skipped',
        'gone',
      ]);
      expect(store.keys()).toContain(manifestLink(other));
      expect(store.keys()).toContain(layerLink(young));
    },
  );
});

describe('deletions', () => {
  const fill = (store: FakeObjectStore): void =>
    fillStore(store, {
      blobs: { [blob]: 1, [other]: 1 },
      repositories: { 'ns/app': { manifests: [blob], layers: [blob, other] }, 'ns/app/nested': { manifests: [other] } },
    });

  test('a manifest link takes the layer link of its digest with it', async () => {
    const { store, storage } = await aStorage(fill);
    expect(await storage.deleteManifestLinks([{ repository: 'ns/app', digest: blob }], run)).toEqual([
      { status: 'deleted' },
    ]);
    expect(store.keys()).not.toContain(layerLink(blob));
    expect(store.requests).toEqual(['delete 2']);
  });

  test('a repository loses its links, parts and tags; nested repositories and unknown keys stay', async () => {
    const { store, storage } = await aStorage((fake) => {
      fill(fake);
      fake.put(`${ROOT}/repositories/ns/app/_manifests/tags/v1/current/link`);
      fake.put(`${ROOT}/repositories/ns/app/_manifests/notes`);
      fake.uploads = [{ key: upload('id', 'data'), id: '1', startedAt: OLD }];
    });
    expect(await storage.deleteRepositories(['ns/app', 'ns/none'], since)).toEqual([
      { status: 'deleted' },
      { status: 'gone' },
    ]);
    expect(store.uploads).toEqual([]);
    const left = store.keys().filter((key) => key.includes('/repositories/'));
    expect(left).toEqual([`${ROOT}/repositories/ns/app/_manifests/notes`, manifestLink(other, 'ns/app/nested')]);
  });

  test('a repository that could not be deleted names the manifest links that remain', async () => {
    const { store, storage } = await aStorage(fill);
    store.problemOf = (key) => (key === manifestLink(blob) ? 'locked' : undefined);
    expect(await storage.deleteRepositories(['ns/app'], run)).toEqual([
      { status: 'failed', message: `locked: ${manifestLink(blob)}`, remainingManifests: [blob] },
    ]);
  });

  test.each([
    ['many', 3],
    ['few', 1000],
  ])('a blob that was written again is kept (%s pages)', async (_what, pageSize) => {
    const names = Array.from({ length: 100 }, (_, index) => asDigest(digest(`blob ${index}`)));
    const { store, storage } = await aStorage((fake) => names.forEach((name) => fake.put(blobKey(name), 1)), {
      pageSize,
    });
    store.put(blobKey(names[7]!), 1, LATE);
    const deletions = await storage.deleteBlobs(names, since);
    expect(deletions.filter(({ status }) => status !== 'deleted')).toEqual([
      expect.objectContaining({ status: 'skipped' }),
    ]);
    expect(store.keys()).toEqual([blobKey(names[7]!)]);
  });

  test('a problem of one key is a failure of that key', async () => {
    const { store, storage } = await aStorage(fill);
    store.problemOf = (key) => (key === blobKey(blob) ? 'locked' : undefined);
    expect(await storage.deleteBlobs([blob, other], run)).toEqual([
      { status: 'failed', message: 'locked' },
      { status: 'deleted' },
    ]);
  });

  test('what the store refuses at once ends the run before anything is deleted', async () => {
    const { store, storage } = await aStorage(fill);
    store.onRequest = (request) => {
      if (request.startsWith('delete')) throw new StoreRefusal('no', { code: 'STORAGE_UNREADABLE' });
    };
    await expect(storage.deleteBlobs([blob, other], run)).rejects.toThrow('no');
  });

  test('a refusal after the first deletion is a failure, and the rest is skipped', async () => {
    const names = Array.from({ length: 20 }, (_, index) => asDigest(digest(`blob ${index}`)));
    const { store, storage } = await aStorage((fake) => names.forEach((name) => fake.put(blobKey(name), 1)), {
      batchSize: 2,
      concurrency: 1,
    });
    let requests = 0;
    store.onRequest = () => {
      if (++requests > 2) throw new StoreRefusal('expired', { code: 'STORAGE_UNREADABLE' });
    };
    const statuses = (await storage.deleteBlobs(names, run)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 'deleted')).toHaveLength(4);
    expect(statuses.filter((status) => status === 'failed')).toHaveLength(2);
    expect(statuses.filter((status) => status === 'skipped')).toHaveLength(14);
    expect(await storage.deleteUploads([{ repository: 'ns/app', id: 'x' }], run)).toEqual([
      { status: 'failed', message: 'expired' },
    ]);
  });

  test('stop when the run may not continue', async () => {
    const { store, storage } = await aStorage(fill);
    const stopped: DeletionRun = { mayContinue: () => Promise.reject(new Error('lost the lease')) };
    const skipped = { status: 'skipped', reason: 'lost the lease' };
    expect(await storage.deleteBlobs([blob], stopped)).toEqual([skipped]);
    expect(await storage.deleteRepositories(['ns/app'], stopped)).toEqual([skipped]);
    expect(store.keys()).toHaveLength(6);
  });

  test('what a late listing still shows is gone', async () => {
    const { store, storage } = await aStorage(fill, { listsLate: true });
    store.objects.delete(blobKey(blob));
    store.put(blobKey(other), 1, LATE);
    expect(await storage.deleteBlobs([blob, other], since)).toMatchObject([{ status: 'gone' }, { status: 'skipped' }]);
  });
});

describe('many repositories', () => {
  const names = Array.from({ length: 100 }, (_, index) => `ns/app${index}`);
  const fill = (store: FakeObjectStore): void => {
    for (const name of names) {
      store.put(manifestLink(blob, name));
      store.put(layerLink(other, name));
    }
    store.put(manifestLink(young, 'ns/app7'), 71, LATE);
    for (const name of [blob, other, young]) store.put(blobKey(name), 1);
  };

  test('are deleted with few requests, first the manifest links of all', async () => {
    const { store, storage } = await aStorage(fill);
    const order: string[] = [];
    const original = store.delete.bind(store);
    store.delete = (keys) => {
      order.push(...keys);
      return original(keys);
    };
    const deletions = await storage.deleteRepositories(names, since);
    expect(deletions.every(({ status }) => status === 'deleted')).toBe(true);
    expect(store.requests.length).toBeLessThanOrEqual(4);
    expect(store.keys().filter((key) => key.includes('/repositories/'))).toEqual([manifestLink(young, 'ns/app7')]);
    expect(order.map((key) => key.includes('/_manifests/'))).toEqual([
      ...Array(100).fill(true),
      ...Array(100).fill(false),
    ]);
  });

  test('lose links with few requests; young links stay', async () => {
    const { store, storage } = await aStorage(fill);
    const links = [
      ...names.map((repository) => ({ repository, digest: blob })),
      { repository: 'ns/app7', digest: young },
    ];
    const statuses = (await storage.deleteManifestLinks(links, since)).map(({ status }) => status);
    expect(statuses).toEqual([...Array(100).fill('deleted'), 'skipped']);
    expect(store.requests.length).toBeLessThanOrEqual(3);
  });

  test.each([{ pageSize: 1000 }, { pageSize: 2 }])('are failures if they cannot be read: %j', async (limits) => {
    const { store, storage } = await aStorage(fill, limits);
    store.onRequest = (request) => {
      if (request.startsWith('list')) throw new Error('status 500');
    };
    const failed = names.map(() => expect.objectContaining({ status: 'failed', message: 'status 500' }));
    expect(await storage.deleteRepositories(names, since)).toEqual(failed);
    expect(
      await storage.deleteManifestLinks(
        names.map((repository) => ({ repository, digest: blob })),
        since,
      ),
    ).toEqual(failed);
    expect(store.requests.some((request) => request.startsWith('delete'))).toBe(false);
  });
});

test('1,000 orphans among 1,011 blobs cost few requests', async () => {
  const names = Array.from({ length: 1011 }, (_, index) => asDigest(digest(`blob ${index}`)));
  const store = new FakeObjectStore();
  for (const name of names) store.put(blobKey(name), 1);
  const storage = new ObjectStorage(store, ROOT);
  await storage.list();
  await storage.deleteBlobs(names.slice(11), run);
  expect(store.requests.length).toBeLessThan(8);
});

describe('a blob that is read', () => {
  const keyOf = blobKey(blob);

  test('and was listed is looked for again if it is not found', async () => {
    const { store, storage } = await aStorage((fake) => fake.put(keyOf, 'content'));
    store.objects.delete(keyOf);
    store.onRequest = () => void (store.requests.length === 2 && store.put(keyOf, 'content'));
    expect(await storage.readBlob(blob, 100)).toEqual(Buffer.from('content'));
    expect(store.requests).toHaveLength(2);
  });

  test('and was listed or read before is not absent, until this run deletes blobs', async () => {
    const { store, storage } = await aStorage((fake) => fake.put(keyOf, 'content'));
    store.put(blobKey(other), 'pushed after the listing');
    expect(await storage.readBlob(young, 100)).toBeUndefined();
    await storage.readBlob(other, 100);
    store.objects.clear();
    store.requests.length = 0;
    for (const name of [blob, other]) {
      const message = `has listed or returned blob ${name} during this run, and does not find it now, twice`;
      await expect(storage.readBlob(name, 100)).rejects.toThrow(message);
    }
    expect(store.requests).toHaveLength(4);
    await storage.deleteBlobs([blob], run);
    expect(await storage.readBlob(blob, 100)).toBeUndefined();
  });
});

test('only what was deleted counts as progress, of every kind', async () => {
  const blobs = Array.from({ length: 5 }, (_, index) => asDigest(digest(`blob ${index}`)));
  const [first, second] = ['ns/a', 'ns/b'];
  const { storage } = await aStorage(
    (fake) =>
      fillStore(fake, {
        blobs: Object.fromEntries(blobs.map((name) => [name, 1])),
        repositories: Object.fromEntries(
          [first, second].map((name) => [name, { manifests: [blobs[0]], layers: [other], uploads: ['id'] }]),
        ) as never,
      }),
    { batchSize: 2, concurrency: 1 },
  );
  const deletions: ((some: DeletionRun) => Promise<{ status: string }[]>)[] = [
    (some) => storage.deleteUploads([first, second].map((repository) => ({ repository, id: 'id' })) as never, some),
    (some) => storage.deleteManifestLinks([{ repository: first, digest: blobs[0]! }] as never, some),
    (some) => storage.deleteRepositories([first, second] as never, some),
    (some) => storage.deleteBlobs(blobs, some),
  ];
  let [reported, calls] = [0, 0];
  const onProgress = (items: number): void => void (reported += items);
  const lost: DeletionRun = { mayContinue: () => Promise.reject(new Error('the lock is lost')), onProgress };
  for (const remove of deletions) await remove(lost);
  expect(reported).toBe(0);
  const deleted = { mayContinue: async () => {}, onProgress };
  for (const remove of deletions.slice(0, 3)) {
    const before = reported;
    const results = await remove(deleted);
    expect(reported - before).toBe(results.filter(({ status }) => status === 'deleted').length);
  }
  const before = reported;
  const mayContinue = async (): Promise<void> => {
    if (++calls > 2) throw new Error('the lock is lost');
  };
  const results = await deletions[3]!({ mayContinue, onProgress });
  expect(results.map(({ status }) => status)).toEqual(['deleted', 'deleted', 'deleted', 'deleted', 'skipped']);
  expect(reported - before).toBe(4);
});
