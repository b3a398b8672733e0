import { ObjectStorage } from '../../../../../src/core/storage/objects/index.js';
import type { ObjectStore } from '../../../../../src/core/storage/objects/object-store.js';
import { openS3Store } from '../../../../../src/core/storage/objects/s3/index.js';
import { mapParallel } from '../../../../../src/core/kit/parallel.js';
import { ROOT, blobKey, keysOf } from '../../../../support/fake-object-store.js';
import { digest } from '../../../../support/builders.js';
import { asDigest } from '../../../../support/names.js';
import { requires } from '../../../../support/jest/requires.js';
import { expectAsRecorded, recordedHardPrunes } from '../../../../support/recorded-hard-prunes.js';
import { RGW_PROGRAMS, startRgw, type Rgw } from '../../../../support/servers/ceph-rgw.js';
import { startStorageProxy, type StorageProxy } from '../../../../support/servers/storage-proxy.js';

requires(...RGW_PROGRAMS).describe('Ceph RGW', () => {
  let rgw: Rgw;
  let proxy: StorageProxy;
  const opened: ObjectStore[] = [];
  let buckets = 0;

  beforeAll(async () => {
    rgw = await startRgw();
    proxy = await startStorageProxy(rgw);
  });
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
  });
  afterAll(async () => {
    await proxy?.close();
    await rgw?.stop();
  });

  async function aBucket(
    contents: ReadonlyMap<string, string | number>,
  ): Promise<{ bucket: string; store: ObjectStore }> {
    const bucket = `bucket-${++buckets}`;
    await rgw.account.createContainer(bucket);
    await mapParallel(contents, 8, ([key, content]) =>
      rgw.account.put(bucket, key, typeof content === 'string' ? content : Buffer.alloc(content, 'x')),
    );
    return { bucket, store: await open(bucket) };
  }

  async function open(bucket: string, secretKey = rgw.secretKey): Promise<ObjectStore> {
    const env = { AWS_ACCESS_KEY_ID: rgw.accessKey, AWS_SECRET_ACCESS_KEY: secretKey };
    const store = await openS3Store({ kind: 's3', bucket, endpoint: proxy.url }, { concurrency: 16, env });
    opened.push(store);
    return store;
  }

  test('lists, finds, reads and deletes keys of any form', async () => {
    const keys = ['a/1', 'a/b/2', 'a/ü +&<>"\'()*~%41', 'a/z'];
    const { store } = await aBucket(new Map([...keys, 'empty'].map((key) => [key, key === 'empty' ? '' : key])));
    const found: string[] = [];
    for await (const page of store.list('a/')) found.push(...page.map(({ key }) => key));
    expect(found.sort()).toEqual([...keys].sort());
    const level: string[] = [];
    for await (const { objects, prefixes } of store.listLevel('a/'))
      level.push(...objects.map(({ key }) => key), ...prefixes);
    expect(level.sort()).toEqual([...keys.filter((key) => key !== 'a/b/2'), 'a/b/'].sort());
    for (const key of keys) {
      expect((await store.read(key, 100))?.toString()).toBe(key);
      expect((await store.find(key))?.bytes).toBe(Buffer.byteLength(key));
    }
    expect(await store.find('empty')).toMatchObject({ bytes: 0 });
    expect(await store.find('none')).toBeUndefined();
    expect(await store.read('none', 100)).toBeUndefined();
    expect(await store.warnings()).toEqual([]);
    expect(await store.delete([...keys, 'none'])).toEqual([...keys, 'none'].map(() => undefined));
    for await (const page of store.list('a/')) expect(page).toEqual([]);
    expect(store.limits.listsLate).toBe(false);
  });

  test('1,000 orphans among 1,011 blobs cost few requests', async () => {
    const names = Array.from({ length: 1011 }, (_, index) => asDigest(digest(`blob ${index}`)));
    const { store, bucket } = await aBucket(new Map(names.map((name) => [blobKey(name), 1])));
    proxy.reset();
    const storage = new ObjectStorage(store, ROOT);
    expect((await storage.list()).blobs).toHaveLength(1011);
    const deletions = await storage.deleteBlobs(names.slice(11), { mayContinue: async () => {} });
    expect(deletions.every(({ status }) => status === 'deleted')).toBe(true);
    expect(proxy.requests.length).toBeLessThanOrEqual(10);
    expect(await rgw.account.keys(bucket)).toHaveLength(11);
  });

  test('a wrong secret and a missing bucket are errors with a remedy', async () => {
    const { bucket } = await aBucket(new Map());
    const list = async (store: ObjectStore): Promise<void> => {
      for await (const page of store.list('')) expect(page).toEqual([]);
    };
    await expect(list(await open(bucket, 'wrong-wrong-wrong'))).rejects.toMatchObject({ code: 'STORAGE_CREDENTIALS' });
    await expect(list(await open('no-such-bucket'))).rejects.toThrow('the bucket does not exist');
  });

  test.each(recordedHardPrunes().map((recorded) => [recorded.name, recorded] as const))(
    'is pruned as recorded: %s',
    async (_name, recorded) => {
      const { bucket, store } = await aBucket(keysOf(recorded.storage));
      const files = async (): Promise<string[]> =>
        (await rgw.account.keys(bucket)).map((key) => key.slice(ROOT.length + 1)).sort();
      await expectAsRecorded(recorded, { storage: new ObjectStorage(store, ROOT), files }, false);
    },
  );
});
