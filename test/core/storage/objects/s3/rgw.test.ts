import { randomBytes } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { S3Location } from '../../../../../src/core/storage/location.js';
import { ObjectStorage } from '../../../../../src/core/storage/objects/index.js';
import type { ObjectStore } from '../../../../../src/core/storage/objects/object-store.js';
import { StoreClient } from '../../../../../src/core/storage/http/client.js';
import { S3Store } from '../../../../../src/core/storage/objects/s3/store.js';
import { openS3Store } from '../../../../../src/core/storage/objects/s3/index.js';
import { openSwiftStore } from '../../../../../src/core/storage/objects/swift/index.js';
import { mapParallel } from '../../../../../src/core/kit/parallel.js';
import { ROOT, blobKey, keysOf } from '../../../../support/fake-object-store.js';
import { digest } from '../../../../support/builders.js';
import { asDigest } from '../../../../support/names.js';
import { requires } from '../../../../support/jest/requires.js';
import { s3Error } from '../../../../support/servers/fake-s3.js';
import { RGW_HOST, RGW_PROGRAMS, startRgw, type Rgw } from '../../../../support/servers/ceph-rgw.js';
import { startProxy } from '../../../../support/servers/proxy-server.js';
import { tlsServer, type Handler, type TestServer } from '../../../../support/servers/tls-servers.js';
import { makeAuthority } from '../../../../support/servers/certificates.js';
import { startStorageProxy, type StorageProxy } from '../../../../support/servers/storage-proxy.js';
import { streamedContent } from '../../../../support/store-contract.js';
import { TRASH_STORAGE, testTrashContract } from '../../../../support/trash-contract.js';

/** Passes requests on, with their host: signatures cover it. */
function passOnTo(port: number): Handler {
  return (request, response) => {
    const { method, url, headers } = request;
    const onward = http.request({ port, host: '127.0.0.1', method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  };
}

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

  const keysOfRgw = () => ({ accessKeyId: rgw.accessKey, secretAccessKey: rgw.secretKey });

  test('lists, finds, reads, writes and deletes keys of any form', async () => {
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
    await store.write('a/1', 'written');
    expect((await store.read('a/1', 100))?.toString()).toBe('written');
    expect(await store.delete([...keys, 'none'])).toEqual([...keys, 'none'].map(() => undefined));
    for await (const page of store.list('a/')) expect(page).toEqual([]);
    expect(store.limits.listsLate).toBe(false);
  });

  test('opens an object of any size', async () => {
    const { store, bucket } = await aBucket(new Map());
    const content = randomBytes(9_000_000);
    await rgw.account.put(bucket, 'large', content);
    expect((await streamedContent(store, 'large'))!.equals(content)).toBe(true);
    expect(await store.open('none')).toBeUndefined();
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

  test('a large object is copied in parts, with its type, and an upload that fails is aborted', async () => {
    const { store, bucket } = await aBucket(new Map());
    const content = randomBytes(13_000_000);
    await rgw.account.put(bucket, 'large ü+', content, { 'content-type': 'application/x-test' });
    const settings = { bucket, endpoint: proxy.url, region: 'us-east-1', credentials: keysOfRgw() };
    const client = await StoreClient.connect('s3://bucket', proxy.url, { concurrency: 4, sleep: async () => {} });
    const small = new S3Store(client, settings, 4, { single: 6_000_000, part: 6_000_000 });
    opened.push(small);
    proxy.reset();
    expect(await small.copy('large ü+', 'copy ü+', { bytes: content.length })).toBe('copied');
    expect(proxy.requests.filter(({ query }) => query.has('partNumber'))).toHaveLength(3);
    expect((await rgw.account.read(bucket, 'copy ü+')).equals(content)).toBe(true);
    expect((await rgw.account.head(bucket, 'copy ü+')).get('content-type')).toBe('application/x-test');
    expect(await small.copy('none', 'copy', { bytes: content.length })).toBe('gone');
    proxy.fault = ({ query }) =>
      query.get('partNumber') === '2' ? { status: 200, body: s3Error('AccessDenied') } : undefined;
    await expect(small.copy('large ü+', 'other', { bytes: content.length })).rejects.toThrow('AccessDenied');
    for await (const uploads of store.listUploads('')) expect(uploads).toEqual([]);
    expect(await store.find('other')).toBeUndefined();
  });

  test('moving 300 orphans to the trash takes a request for each, and few others', async () => {
    const names = Array.from({ length: 300 }, (_, index) => asDigest(digest(`blob ${index}`)));
    const { store, bucket } = await aBucket(new Map(names.map((name) => [blobKey(name), 1])));
    const storage = new ObjectStorage(store, ROOT);
    await storage.list();
    proxy.reset();
    const run = { mayContinue: async () => {} };
    const hexes = names.map((name) => name.slice(7));
    const moves = await storage.trash().moveBlobs(hexes, '2026-11-26', run);
    expect(moves).toEqual(names.map(() => ({ status: 'moved', bytes: 1 })));
    expect(proxy.requests.length).toBeLessThanOrEqual(names.length + 3);
    const keys = await rgw.account.keys(bucket);
    expect(keys.filter((key) => key.startsWith('regadm/trash/2026-11-26/blobs/sha256/'))).toHaveLength(300);
    expect(keys).toHaveLength(300);
  });

  test('links cost no request each where the listing states their content', async () => {
    const names = Array.from({ length: 50 }, (_, index) => asDigest(digest(`blob ${index}`)));
    const { store } = await aBucket(
      keysOf({ blobs: {}, repositories: { 'ns/app': { manifests: [], layers: names } } }),
    );
    proxy.reset();
    const found: string[] = [];
    await new ObjectStorage(store, ROOT).trash().walkLinks({ onLink: ({ digest: name }) => void found.push(name) });
    expect(found.sort()).toEqual([...names].sort());
    expect(proxy.requests.length).toBeLessThanOrEqual(2);
  });

  describe('a trash', () => {
    testTrashContract(async () => {
      const { bucket, store } = await aBucket(keysOf(TRASH_STORAGE));
      return {
        storage: new ObjectStorage(store, ROOT),
        put: (path, content) => rgw.account.put(bucket, path, content),
        read: async (path) => (await store.read(path, 1000))?.toString(),
        paths: () => rgw.account.keys(bucket),
      };
    });
  });

  test('its Swift API ignores the conditions of writes, and is refused', async () => {
    const { bucket } = await aBucket(keysOf(TRASH_STORAGE, `files/${ROOT}`));
    const env = { ST_AUTH: `${rgw.endpoint}/auth`, ST_USER: 'test:swift', ST_KEY: rgw.secretKey };
    const { store } = await openSwiftStore({ container: bucket, directory: '' }, { concurrency: 4, env });
    opened.push(store);
    const trash = new ObjectStorage(store, `files/${ROOT}`).trash();
    const refused = 'does not honor conditional writes (If-None-Match)';
    await expect(trash.replaceFile('lease.json', Buffer.from('1'), undefined)).rejects.toThrow(refused);
    const link = { repository: 'ns/app', kind: 'layer' as const, path: digest('used'), digest: digest('used') };
    const run = { mayContinue: async () => {} };
    expect(await trash.restoreLinks([link], run)).toMatchObject([{ message: expect.stringContaining(refused) }]);
    expect((await rgw.account.keys(bucket)).filter((key) => key.includes('/regadm/'))).toEqual([]);
  });

  test('a wrong secret and a missing bucket are errors with a remedy', async () => {
    const { bucket } = await aBucket(new Map());
    const list = async (store: ObjectStore): Promise<void> => {
      for await (const page of store.list('')) expect(page).toEqual([]);
    };
    await expect(list(await open(bucket, 'wrong-wrong-wrong'))).rejects.toMatchObject({ code: 'STORAGE_CREDENTIALS' });
    await expect(list(await open('no-such-bucket'))).rejects.toThrow('the bucket does not exist');
  });

  describe('is addressed', () => {
    const location = { kind: 's3', endpoint: `http://${RGW_HOST}`, virtualHost: true } as const;
    const env = (): NodeJS.ProcessEnv => ({
      AWS_ACCESS_KEY_ID: rgw.accessKey,
      AWS_SECRET_ACCESS_KEY: rgw.secretKey,
    });
    const closing: (() => Promise<void>)[] = [];
    afterEach(async () => {
      for (const close of closing.splice(0).reverse()) await close();
    });

    /** Opens a bucket through a proxy that leads every name to RGW. */
    async function openByName(bucket: string, more: Partial<S3Location> = {}, authorities: string[] = []) {
      const port = more.endpoint?.startsWith('https:') ? 443 : 80;
      const names = [RGW_HOST, `${bucket}.${RGW_HOST}`];
      const target = port === 80 ? rgw.port : tls!.port;
      const way = await startProxy(
        Object.fromEntries(names.map((name) => [port === 80 ? name : `${name}:443`, target])),
      );
      closing.push(() => way.close());
      const proxies = { HTTP_PROXY: way.url, HTTPS_PROXY: way.url };
      const options = { concurrency: 4, env: { ...env(), ...proxies }, authorities };
      const store = await openS3Store({ ...location, bucket, ...more }, options);
      opened.push(store);
      return { store, seen: way.seen };
    }
    let tls: TestServer | undefined;

    const useStore = async (store: ObjectStore, bucket: string): Promise<void> => {
      expect(await store.find('a/ü +&<>')).toMatchObject({ bytes: 7 });
      for await (const page of store.list('a/')) expect(page.map(({ key }) => key)).toEqual(['a/ü +&<>']);
      expect(await store.warnings()).toEqual([]);
      for await (const uploads of store.listUploads('')) expect(uploads).toEqual([]);
      expect(await store.delete(['a/ü +&<>'])).toEqual([undefined]);
      expect(await rgw.account.keys(bucket)).toEqual([]);
    };
    const prepare = async (bucket: string): Promise<void> => {
      await rgw.account.createContainer(bucket);
      await rgw.account.put(bucket, 'a/ü +&<>', 'content');
    };

    test.each(['by-name', 'by.name.with.dots'])('with the bucket %s in the host name', async (bucket) => {
      await prepare(bucket);
      const { store, seen } = await openByName(bucket);
      await useStore(store, bucket);
      expect(seen.every((line) => line.includes(` http://${bucket}.${RGW_HOST}/`))).toBe(true);
    });

    test.each(['encrypted', 'dots.and.encrypted'])('by https, with a certificate for *.s3…: %s', async (bucket) => {
      await prepare(bucket);
      const authority = await makeAuthority();
      tls = await tlsServer(await authority.issue({ hosts: [RGW_HOST, `*.${RGW_HOST}`] }), passOnTo(rgw.port));
      closing.push(() => tls!.close());
      const { store, seen } = await openByName(bucket, { endpoint: `https://${RGW_HOST}` }, [authority.cert]);
      await useStore(store, bucket);
      expect(new Set(seen)).toEqual(
        new Set([`CONNECT ${bucket.includes('.') ? RGW_HOST : `${bucket}.${RGW_HOST}`}:443`]),
      );
    });

    test('with the bucket in the path if its name has upper case: the one in lower case is another', async () => {
      await prepare('UPPER');
      await prepare('upper');
      await useStore((await openByName('UPPER')).store, 'UPPER');
      expect(await rgw.account.keys('upper')).toEqual(['a/ü +&<>']);
    });

    test('by an IPv6 address', async () => {
      await prepare('ipv6');
      const server = http.createServer(passOnTo(rgw.port));
      await new Promise<void>((resolve) => server.listen(0, '::1', resolve));
      closing.push(() => new Promise((resolve) => void server.close(() => resolve()).closeAllConnections()));
      const endpoint = `http://[::1]:${(server.address() as AddressInfo).port}`;
      const store = await openS3Store({ kind: 's3', bucket: 'ipv6', endpoint }, { concurrency: 4, env: env() });
      opened.push(store);
      await useStore(store, 'ipv6');
    });
  });
});
