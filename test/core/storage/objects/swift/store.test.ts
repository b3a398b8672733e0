import { openSwiftStore } from '../../../../../src/core/storage/objects/swift/index.js';
import { StoreRefusal } from '../../../../../src/core/storage/objects/store-refusal.js';
import type { SwiftStore } from '../../../../../src/core/storage/objects/swift/store.js';
import { redact } from '../../../../../src/core/kit/secrets/redact.js';
import type { CandidateFacts } from '../../../../../src/core/model/registry-storage.js';
import { ObjectStorage } from '../../../../../src/core/storage/objects/index.js';
import { digest } from '../../../../support/builders.js';
import { ROOT, keysOf } from '../../../../support/fake-object-store.js';
import { asDigest } from '../../../../support/names.js';
import { TRASH_STORAGE, testTrashContract } from '../../../../support/trash-contract.js';
import { requires } from '../../../../support/jest/requires.js';
import { startKeystone, type FakeKeystone } from '../../../../support/servers/fake-keystone.js';
import { kindOf, startStorageProxy, type StorageProxy } from '../../../../support/servers/storage-proxy.js';
import { startSwift, SWIFT_PROGRAMS, type SwiftServer } from '../../../../support/servers/swift-server.js';
import { AWKWARD_KEYS, expectAwkwardKeys, listedKeys } from '../../../../support/store-contract.js';

const textOf = (content: string | number): string => (typeof content === 'string' ? content : 'x'.repeat(content));

const BLOBS = 'files/docker/registry/v2/blobs/sha256';

requires(...SWIFT_PROGRAMS).describe('a container of Swift', () => {
  let swift: SwiftServer;
  let proxy: StorageProxy;
  let container = '';
  let number = 0;
  const opened: SwiftStore[] = [];

  beforeAll(async () => {
    swift = await startSwift();
    proxy = await startStorageProxy(swift);
  });
  afterAll(async () => {
    await proxy?.close();
    await swift?.stop();
  });
  beforeEach(async () => {
    container = `registry${number++}`;
    await swift.account.createContainer(container);
    proxy.reset();
  });
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
  });

  const v1 = (): NodeJS.ProcessEnv => ({
    ST_AUTH: `${proxy.url}/auth/v1.0`,
    ST_USER: swift.user,
    ST_KEY: swift.key,
  });
  const open = async (env = v1(), log: string[] = []): Promise<SwiftStore> => {
    const sleep = async (): Promise<void> => {};
    const options = { concurrency: 4, env, sleep, log: (_level: number, line: string) => log.push(line) };
    const { store } = await openSwiftStore({ container, directory: '' }, options);
    opened.push(store);
    return store;
  };
  const put = (key: string, content = '', headers: Record<string, string> = {}): Promise<void> =>
    swift.account.put(container, key, content, headers);
  /** Writes a blob as the registry's driver does: its content in segments. */
  const putLarge = async (key: string, segments: string): Promise<void> => {
    for (const part of [1, 2]) await put(`segments/${segments}/${String(part).padStart(16, '0')}`, `part ${part}`);
    await put(key, '', { 'x-object-manifest': `${container}/segments/${segments}` });
  };
  const keys = (): Promise<string[]> => swift.account.keys(container);
  test('is listed with keys of all kinds, one level too, and objects are looked up and read', async () => {
    for (const name of AWKWARD_KEYS) await put(name, 'content');
    const store = await open();
    await expectAwkwardKeys(store);
    expect(await store.delete(AWKWARD_KEYS)).toEqual([undefined, undefined, undefined, undefined]);
    expect(await keys()).toEqual([]);
    expect(proxy.counts()['bulk-delete']).toBe(1);
  });

  describe('a trash', () => {
    testTrashContract(async () => {
      const store = await open();
      await Promise.all([...keysOf(TRASH_STORAGE)].map(([key, content]) => put(`files/${key}`, textOf(content))));
      const read = async (key: string): Promise<string | undefined> => (await store.read(key, 1000))?.toString();
      return {
        storage: new ObjectStorage(store, `files/${ROOT}`),
        put: (path, content) => put(`files/${path}`, content),
        // Swift cannot replace a version: each one is an object.
        read: async (path) => {
          const versions = await listedKeys(store, `files/${path.replace('regadm/', 'regadm/versions/')}/`);
          return read(versions.at(-1) ?? `files/${path}`);
        },
        paths: async () => (await keys()).map((key) => key.slice('files/'.length)),
      };
    });

    test('keeps the segments of a large blob until nothing names them', async () => {
      const [blob, other] = ['blob', 'other'].map((name) => digest(name).slice(7)) as [string, string];
      const place = (hex: string): string => `${BLOBS}/${hex.slice(0, 2)}/${hex}/data`;
      for (const hex of [blob, other]) await putLarge(place(hex), `abc/${hex}`);
      const storage = new ObjectStorage(await open(), `files/${ROOT}`);
      const trash = storage.trash();
      const segments = (await keys()).filter((key) => key.startsWith('segments/'));
      const run = { mayContinue: async () => {} };
      const moved = { status: 'moved', bytes: 12 };
      const date = '2026-11-26';
      expect(await trash.moveBlobs([blob, other], date, run)).toEqual([moved, moved]);
      expect((await keys()).filter((key) => !key.includes('/trash/'))).toEqual(segments);
      expect((await trash.readBlob({ hex: blob, date }, 100))?.toString()).toBe('part 1part 2');
      const listed: unknown[] = [];
      await trash.listBlobs((found) => void listed.push(found));
      expect(listed).toEqual(expect.arrayContaining([{ hex: blob, date, bytes: 12 }]));
      expect(await trash.moveBlobsBack([{ hex: blob, date }], run)).toEqual([{ status: 'restored', bytes: 12 }]);
      expect((await swift.account.read(container, place(blob))).toString()).toBe('part 1part 2');
      // A copy that was left in the trash shares the segments with the blob in its place.
      const trashed = `files/regadm/trash/${date}/blobs/sha256/${blob.slice(0, 2)}/${blob}/data`;
      await put(trashed, '', { 'x-object-manifest': `${container}/segments/abc/${blob}` });
      const blobs = [blob, other].map((hex) => ({ hex, date }));
      expect(await trash.deleteBlobs(blobs, run)).toEqual([{ status: 'deleted' }, { status: 'deleted' }]);
      expect(await keys()).toEqual([place(blob), ...segments.filter((key) => key.includes(blob))].sort());
      expect((await swift.account.read(container, place(blob))).toString()).toBe('part 1part 2');
      // An orphan in its place whose copy is in the trash.
      await put(trashed, '', { 'x-object-manifest': `${container}/segments/abc/${blob}` });
      await storage.list();
      expect(await storage.deleteBlobs([asDigest(digest('blob'))], run)).toEqual([{ status: 'deleted' }]);
      expect((await swift.account.read(container, trashed)).toString()).toBe('part 1part 2');
    });
  });

  test('is read and pruned without anything in between', async () => {
    for (const name of ['a', 'b', 'c']) await putLarge(`${BLOBS}/aa/${name}/data`, `abc/${name}`);
    const store = await open({ ...v1(), ST_AUTH: swift.authUrl });
    expect(await store.warnings()).toEqual([]);
    const found = await listedKeys(store, 'files/');
    expect(await store.delete([...found, 'none'])).toEqual([undefined, undefined, undefined, undefined]);
    expect(await Promise.all(found.map((key) => store.find(key)))).toEqual([undefined, undefined, undefined]);
    expect(await listedKeys(store)).toEqual([]);
    expect(proxy.requests).toEqual([]);
  });

  test('without bulk deletion, objects are deleted one by one', async () => {
    proxy.fault = ({ path }) => (path === '/info' ? { status: 200, body: '{"swift":{}}' } : undefined);
    await put('a');
    const store = await open();
    expect(store.limits.batchSize).toBe(1);
    expect(await store.delete(['a'])).toEqual([undefined]);
    expect(await store.delete(['a'])).toEqual([undefined]);
    expect(await keys()).toEqual([]);
    expect(proxy.counts()['bulk-delete']).toBeUndefined();
  });

  test('pages and bulk deletions are as large as the server allows', async () => {
    const info = { swift: { container_listing_limit: 2 }, bulk_delete: { max_deletes_per_request: 2 } };
    proxy.fault = ({ path }) => (path === '/info' ? { status: 200, body: JSON.stringify(info) } : undefined);
    for (const name of ['a', 'b', 'c']) await put(name);
    const store = await open();
    expect(store.limits).toMatchObject({ pageSize: 2, batchSize: 2 });
    expect(await listedKeys(store)).toEqual(['a', 'b', 'c']);
    const limits = proxy.requests
      .filter((request) => kindOf(request) === 'LIST')
      .map(({ query }) => query.get('limit'));
    expect(new Set(limits)).toEqual(new Set(['2']));
    expect(await store.delete(['a', 'b', 'c'])).toEqual([undefined, undefined, undefined]);
    expect(proxy.counts()['bulk-delete']).toBe(2);
  });

  test('a server whose limits cannot be read because the connection breaks is an error', async () => {
    proxy.fault = ({ path }) => (path === '/info' ? { reset: true } : undefined);
    await expect(open()).rejects.toMatchObject({ code: 'STORAGE_UNREACHABLE' });
  });

  test('objects that a bulk deletion could not delete at the time are deleted again', async () => {
    for (const name of ['a', 'b']) await put(name);
    const store = await open();
    const errors = [[`/${container}/b`, '503 Service Unavailable']];
    const body = JSON.stringify({ 'Number Deleted': 1, 'Number Not Found': 0, Errors: errors });
    let requests = 0;
    proxy.fault = (request) =>
      kindOf(request) === 'bulk-delete' && ++requests === 1 ? { status: 200, body } : undefined;
    expect(await store.delete(['a', 'b'])).toEqual([undefined, undefined]);
    expect(
      proxy.requests
        .filter((request) => kindOf(request) === 'bulk-delete')
        .at(-1)!
        .body.toString(),
    ).toBe(`${container}/b`);
    expect(await keys()).toEqual(['a']);
  });

  test('segments that another blob names stay until that one is deleted', async () => {
    await putLarge(`${BLOBS}/aa/a/data`, 'abc/def');
    await put(`${BLOBS}/bb/b/data`, '', { 'x-object-manifest': `${container}/segments/abc/def/` });
    await put('segments/abc/defg/0000000000000001', 'of another');
    await put('segments/abc/def/other', 'no segment');
    const store = await open();
    expect(await store.delete([`${BLOBS}/aa/a/data`])).toEqual([undefined]);
    expect((await keys()).filter((key) => key.startsWith('segments/abc/def/'))).toHaveLength(3);
    expect((await store.find(`${BLOBS}/bb/b/data`))!.bytes).toBeGreaterThan(0);
    expect(await store.delete([`${BLOBS}/bb/b/data`])).toEqual([undefined]);
    expect(await keys()).toEqual(['segments/abc/def/other', 'segments/abc/defg/0000000000000001']);
  });

  test('segments of an unknown form stay, and nothing is deleted that they can belong to', async () => {
    await putLarge(`${BLOBS}/aa/a/data`, 'abc/def');
    await put(`${BLOBS}/bb/b/data`, '', { 'x-object-manifest': `${container}/segments/ab` });
    const store = await open();
    const before = await keys();
    const [kept] = await store.delete([`${BLOBS}/aa/a/data`]);
    expect(kept).toContain(`it was kept: its segments can be those of ${BLOBS}/bb/b/data`);
    const [problem] = await store.delete([`${BLOBS}/bb/b/data`]);
    expect(problem).toContain('it was kept: its segments are not where the registry writes them');
    expect(await keys()).toEqual(before);
  });

  test('nothing is deleted if the owners of segments cannot be found', async () => {
    await putLarge(`${BLOBS}/aa/a/data`, 'abc/def');
    await putLarge(`${BLOBS}/bb/b/data`, 'abc/ghi');
    const before = await keys();
    const store = await open();
    proxy.fault = ({ path }) => (path.endsWith('/bb/b/data') ? { status: 500 } : undefined);
    await expect(store.delete([`${BLOBS}/aa/a/data`])).rejects.toThrow('cannot look up');
    expect(await keys()).toEqual(before);
    proxy.fault = () => undefined;
    expect(await store.delete([`${BLOBS}/aa/a/data`])).toEqual([undefined]);
  });

  test('a refusal in the middle of a batch does not keep the segments of what was deleted', async () => {
    await putLarge(`${BLOBS}/aa/a/data`, 'abc/def');
    await putLarge(`${BLOBS}/bb/b/data`, 'abc/ghi');
    const store = await open();
    proxy.fault = ({ method, path }) =>
      method === 'DELETE' && path.endsWith('/bb/b/data') ? { status: 403 } : undefined;
    const problems = await store.delete([`${BLOBS}/aa/a/data`, `${BLOBS}/bb/b/data`]);
    expect(problems).toEqual([undefined, expect.stringContaining('not permitted')]);
    expect((await keys()).filter((key) => key.includes('segments/abc/def'))).toEqual([]);
    expect((await keys()).filter((key) => key.includes('segments/abc/ghi'))).toHaveLength(2);
    await expect(store.delete([`${BLOBS}/bb/b/data`])).rejects.toThrow(StoreRefusal);
  });

  test('an upload that the registry moves in the meantime keeps its segments', async () => {
    const upload = 'files/docker/registry/v2/repositories/ns/app/_uploads/id/data';
    await putLarge(upload, 'abc/def');
    const store = await open();
    proxy.fault = async ({ method, path }) => {
      if (method === 'DELETE' && path.endsWith(upload)) await swift.account.delete(container, upload);
      return undefined;
    };
    expect(await store.delete([upload])).toEqual([undefined]);
    expect((await keys()).filter((key) => key.startsWith('segments/'))).toHaveLength(2);
  });

  test('an upload that the registry has copied in the meantime, but not deleted, keeps its segments', async () => {
    const upload = 'files/docker/registry/v2/repositories/ns/app/_uploads/id/data';
    await putLarge(upload, 'abc/def');
    const store = await open();
    proxy.fault = async ({ method, path }) => {
      if (method === 'DELETE' && path.endsWith(upload))
        await put(`${BLOBS}/aa/a/data`, '', { 'x-object-manifest': `${container}/segments/abc/def` });
      return undefined;
    };
    expect(await store.delete([upload])).toEqual([undefined]);
    expect((await keys()).filter((key) => key.startsWith('segments/'))).toHaveLength(2);
  });

  test('segments of an upload stay if their owners cannot be found after the deletion', async () => {
    const upload = 'files/docker/registry/v2/repositories/ns/app/_uploads/id/data';
    await putLarge(upload, 'abc/def');
    const store = await open();
    let isDeleted = false;
    proxy.fault = (request) => {
      isDeleted ||= request.method === 'DELETE';
      return isDeleted && kindOf(request) === 'LIST' ? { status: 403 } : undefined;
    };
    expect(await store.delete([upload])).toEqual([expect.stringContaining('but not all of its segments')]);
    expect((await keys()).filter((key) => key.startsWith('segments/'))).toHaveLength(2);
  });

  test('what the deletion of candidates frees is known in advance; what cannot be deleted is kept', async () => {
    const names = Object.fromEntries(['used', 'a', 'b', 'c', 'd', 'e'].map((name) => [name, digest(name).slice(7)]));
    const dataOf = (name: string): string => `${BLOBS}/${names[name]!.slice(0, 2)}/${names[name]!}/data`;
    const share = (name: string, segments: string): Promise<void> =>
      put(dataOf(name), '', { 'x-object-manifest': segments });
    await putLarge(dataOf('used'), 'abc/used');
    await share('a', `${container}/segments/abc/used`);
    await putLarge(dataOf('b'), 'abc/b');
    await share('c', `${container}/segments/abc/b/`);
    await share('d', 'missing/segments/abc/d');
    const storage = new ObjectStorage(await open(), 'files/docker/registry/v2');
    const inspect = async (): Promise<CandidateFacts> => {
      const candidates = {
        repositories: [],
        manifestLinks: [],
        blobs: ['a', 'b', 'c', 'd', 'e'].map((n) => names[n]!),
      };
      return storage.inspect(await storage.list(), candidates, { danglingLinks: false, ages: false, linkAges: false });
    };
    const { blobs, keptBlobs } = await inspect();
    expect(blobs.get(names.a!)!.bytes).toBe(0);
    expect(blobs.get(names.b!)!.bytes + blobs.get(names.c!)!.bytes).toBe('part 1part 2'.length);
    expect([...keptBlobs!]).toEqual([[expect.stringContaining('does not find it'), [names.d]]]);
    await share('e', `${container}/segments/`);
    const uncertain = await inspect();
    expect([...uncertain.blobs.keys()]).toEqual([]);
    expect(Object.fromEntries(uncertain.keptBlobs!)).toEqual({
      'the listing shows it, but the storage does not find it': [names.d],
      'its segments are not where the registry writes them': [names.e],
      [`its segments can be those of ${dataOf('e')}, which are not where the registry writes them`]:
        expect.arrayContaining([names.a, names.b, names.c]),
    });
  });

  test('a failed deletion of segments is a failure of their object', async () => {
    await putLarge(`${BLOBS}/aa/a/data`, 'abc/def');
    const store = await open();
    proxy.fault = (request) => (kindOf(request) === 'bulk-delete' ? { status: 500 } : undefined);
    const [problem] = await store.delete([`${BLOBS}/aa/a/data`]);
    expect(problem).toContain('the object was deleted, but not all of its segments below segments/abc/def/');
  });

  test('a listing that fails on a later page, repeats itself or is not one fails as a whole', async () => {
    for (const name of ['a', 'b', 'c']) await put(name);
    const store = await open();
    const pages = (answer: (marker: string | null) => { status: number; body?: string } | undefined): void => {
      proxy.fault = (request) => (kindOf(request) === 'LIST' ? answer(request.query.get('marker')) : undefined);
    };
    const page = (...names: string[]): string =>
      JSON.stringify(names.map((name) => ({ name, bytes: 1, last_modified: '2026-11-26T09:33:51.410000' })));
    pages((marker) => (marker === null ? { status: 200, body: page('a') } : { status: 500 }));
    await expect(listedKeys(store)).rejects.toThrow('cannot list objects: status 500');
    pages(() => ({ status: 200, body: page('a') }));
    await expect(listedKeys(store)).rejects.toThrow('does not continue the one before it');
    pages(() => ({ status: 200, body: page('x/a') }));
    await expect(listedKeys(store, 'y/')).rejects.toThrow('was not asked for');
    pages(() => ({ status: 200, body: '<html>' }));
    await expect(listedKeys(store)).rejects.toThrow('not JSON');
    pages(() => ({ status: 200, body: '[{"name":"a","bytes":1}]' }));
    await expect(listedKeys(store)).rejects.toThrow('cannot be read');
    pages(() => ({ status: 404, body: '' }));
    await expect(listedKeys(store)).rejects.toThrow('something other than Swift answers');
  });

  test('a bulk deletion that is not confirmed is an error; errors of keys are those of the keys', async () => {
    for (const name of ['a', 'b']) await put(name);
    const store = await open();
    const answer = (body: object): void => {
      proxy.fault = (request) =>
        kindOf(request) === 'bulk-delete' ? { status: 200, body: JSON.stringify(body) } : undefined;
    };
    answer({ 'Number Deleted': 1, 'Number Not Found': 0, Errors: [[`/${container}/b`, '409 Conflict']] });
    expect(await store.delete(['a', 'b'])).toEqual([undefined, '409 Conflict']);
    answer({ 'Number Deleted': 1, 'Number Not Found': 0, 'Response Status': '400 Bad Request', Errors: [] });
    await expect(store.delete(['a', 'b'])).rejects.toThrow('confirms 1 of 2 deletions: 400 Bad Request');
    answer({ 'Number Deleted': 1, 'Number Not Found': 0, Errors: [[`/${container}/c`, '409 Conflict']] });
    await expect(store.delete(['a', 'b'])).rejects.toThrow('names other objects');
    answer({ 'Number Deleted': 2, Errors: 'none' });
    await expect(store.delete(['a', 'b'])).rejects.toThrow('cannot be read');
  });

  test('throttling and broken connections are retried', async () => {
    await put('a');
    const store = await open();
    let fault = 0;
    proxy.fault = () =>
      [{ status: 429 }, { status: 503 }, { reset: true as const }, { cutAfter: 1 }, undefined][fault++ % 5];
    expect(await listedKeys(store)).toEqual(['a']);
  });

  test('a token that is rejected is renewed; a refused login is an error', async () => {
    await put('a');
    const store = await open();
    let rejected = 0;
    proxy.fault = ({ path }) => (!path.startsWith('/auth') && rejected++ === 0 ? { status: 401 } : undefined);
    expect(await listedKeys(store)).toEqual(['a']);
    expect(proxy.requests.filter(({ path }) => path.startsWith('/auth'))).toHaveLength(2);
    proxy.fault = () => ({ status: 401 });
    await expect(listedKeys(store)).rejects.toMatchObject({ code: 'STORAGE_DENIED' });
    proxy.fault = ({ path }) => (path.startsWith('/auth') ? undefined : { status: 401 });
    await expect(listedKeys(store)).rejects.toThrow(StoreRefusal);
  });

  test('a missing container, a user without permission, wrong credentials and a closed port are named', async () => {
    const { store: missing } = await openSwiftStore(
      { container: 'none', directory: '' },
      { concurrency: 1, env: v1() },
    );
    opened.push(missing);
    await expect(listedKeys(missing)).rejects.toThrow('the container does not exist');
    const guest = await open({ ...v1(), ST_USER: 'test:guest' });
    await expect(listedKeys(guest)).rejects.toThrow('not permitted');
    await expect(open({ ...v1(), ST_KEY: 'wrong-swift-key' })).rejects.toThrow('rejects the credentials');
    const away = open({ ...v1(), ST_AUTH: 'http://127.0.0.1:1/auth' });
    await expect(away).rejects.toMatchObject({
      code: 'STORAGE_UNREACHABLE',
      suggestions: [expect.stringMatching(/^check OS_AUTH_URL or ST_AUTH/)],
    });
    await expect(open({})).rejects.toThrow('no credentials for Swift');
  });

  test('no secret is in the log, nor in an error', async () => {
    const log: string[] = [];
    const store = await open(v1(), log);
    await listedKeys(store);
    expect(log.length).toBeGreaterThan(2);
    expect(log.join('\n')).not.toContain(swift.key);
    expect(redact(`key ${swift.key}`)).not.toContain(swift.key);
    const token = String(proxy.requests.at(-1)!.headers['x-auth-token']);
    expect(log.join('\n')).not.toContain(token);
    expect(redact(token)).not.toContain(token);
  });

  test('a versioned container is warned about', async () => {
    const store = await open();
    expect(await store.warnings()).toEqual([]);
    proxy.fault = ({ method }) =>
      method === 'GET' ? { status: 200, headers: { 'x-versions-enabled': 'True' }, body: '[]' } : undefined;
    expect(await store.warnings()).toEqual([expect.stringContaining('keeps old versions')]);
  });

  describe('with Keystone v3', () => {
    let keystone: FakeKeystone;
    let expiresAt: Date | undefined;
    beforeAll(async () => {
      const { url, token } = swift.account;
      keystone = await startKeystone({
        endpoints: [
          { interface: 'admin', region: 'one', url: 'http://127.0.0.1:1/' },
          { interface: 'public', region: 'one', url: url.replace(swift.endpoint, proxy.url) },
          { interface: 'public', region: 'two', url: 'http://127.0.0.1:2/v1/AUTH_two' },
        ],
        issue: async () => ({ token, expiresAt }),
      });
    });
    afterAll(() => keystone?.close());
    beforeEach(() => {
      keystone.logins.length = 0;
      keystone.refuseWith = undefined;
      expiresAt = undefined;
    });
    const password = (): NodeJS.ProcessEnv => ({
      OS_AUTH_URL: `${keystone.url}/v3`,
      OS_USERNAME: 'tester',
      OS_PASSWORD: 'keystone-password',
      OS_PROJECT_NAME: 'registry',
      OS_PROJECT_DOMAIN_NAME: 'Default',
      OS_REGION_NAME: 'one',
    });

    test('a user logs in with a password', async () => {
      await put('a');
      expect(await listedKeys(await open(password()))).toEqual(['a']);
      expect(keystone.logins).toEqual([
        {
          auth: {
            identity: {
              methods: ['password'],
              password: { user: { name: 'tester', domain: { id: 'default' }, password: 'keystone-password' } },
            },
            scope: { project: { name: 'registry', domain: { name: 'Default' } } },
          },
        },
      ]);
    });

    test('a program logs in with application credentials', async () => {
      const env = {
        OS_AUTH_URL: keystone.url,
        OS_APPLICATION_CREDENTIAL_ID: 'id',
        OS_APPLICATION_CREDENTIAL_SECRET: 'application-secret',
        OS_REGION_NAME: 'one',
      };
      expect(await listedKeys(await open(env))).toEqual([]);
      expect(keystone.logins[0]!.auth).toEqual({
        identity: {
          methods: ['application_credential'],
          application_credential: { id: 'id', secret: 'application-secret' },
        },
      });
    });

    test('a token is renewed before it expires', async () => {
      expiresAt = new Date(Date.now() + 1000);
      const store = await open(password());
      expiresAt = undefined;
      await listedKeys(store);
      await listedKeys(store);
      expect(keystone.logins).toHaveLength(2);
    });

    test('several regions, a missing endpoint and rejected credentials are named', async () => {
      await expect(open({ ...password(), OS_REGION_NAME: '' })).rejects.toThrow('several regions: one, two');
      await expect(open({ ...password(), OS_REGION_NAME: 'three' })).rejects.toThrow('in the region three');
      await expect(open({ ...password(), OS_INTERFACE: 'internal' })).rejects.toThrow('no internal endpoint');
      await expect(open({ ...password(), OS_AUTH_URL: `${keystone.url}/no` })).rejects.toThrow('status 404');
      keystone.refuseWith = 401;
      await expect(open(password())).rejects.toThrow('rejects the credentials');
    });
  });
});
