import { redact } from '../../../../../src/core/kit/secrets/redact.js';
import { openAzureStore } from '../../../../../src/core/storage/objects/azure/index.js';
import type { AzureStore } from '../../../../../src/core/storage/objects/azure/store.js';
import { ObjectStorage } from '../../../../../src/core/storage/objects/index.js';
import { ROOT, keysOf } from '../../../../support/fake-object-store.js';
import { TRASH_STORAGE, testTrashContract } from '../../../../support/trash-contract.js';
import { requires } from '../../../../support/jest/requires.js';
import { AzureContainer } from '../../../../support/servers/azure-container.js';
import { startAzurite, type Azurite } from '../../../../support/servers/azurite.js';
import {
  kindOf,
  startStorageProxy,
  type StorageFault,
  type StorageProxy,
} from '../../../../support/servers/storage-proxy.js';
import { AWKWARD_KEYS, expectAwkwardKeys, listedKeys } from '../../../../support/store-contract.js';

const NEW = '/docker/registry/v2';
const OLD = 'docker/registry/v2';

requires('azurite-blob').describe('a container of Azure', () => {
  let azurite: Azurite;
  let proxy: StorageProxy;
  let container: AzureContainer;
  let number = 0;
  const opened: AzureStore[] = [];

  beforeAll(async () => {
    azurite = await startAzurite();
    proxy = await startStorageProxy(azurite);
  });
  afterAll(async () => {
    await proxy?.close();
    await azurite?.stop();
  });
  beforeEach(async () => {
    container = await AzureContainer.create(azurite, `registry${number++}`);
    proxy.reset();
  });
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
  });

  interface Options {
    env?: NodeJS.ProcessEnv;
    root?: string;
    name?: string;
    endpoint?: string;
    log?: string[];
  }
  const open = async ({
    env,
    root = '',
    name = container.name,
    endpoint,
    log = [],
  }: Options = {}): Promise<AzureStore> => {
    const location = {
      account: azurite.account,
      container: name,
      directory: root,
      endpoint: endpoint ?? `${proxy.url}/${azurite.account}`,
    };
    const { store } = await openAzureStore(location, {
      concurrency: 4,
      env: env ?? { AZURE_STORAGE_KEY: azurite.key },
      sleep: async () => {},
      log: (_level, line) => log.push(line),
    });
    opened.push(store);
    return store;
  };
  test('is listed with keys of all kinds, one level too, and blobs are looked up, read and deleted', async () => {
    for (const name of AWKWARD_KEYS) await container.put(`/${name}`, 'content');
    const store = await open();
    await expectAwkwardKeys(store);
    expect(await store.delete([...AWKWARD_KEYS, 'none'])).toEqual(Array(5).fill(undefined));
    expect(await listedKeys(store)).toEqual([]);
    expect(proxy.counts().batch).toBe(1);
  });

  describe('a trash', () => {
    testTrashContract(async () => {
      for (const [key, content] of keysOf(TRASH_STORAGE))
        await container.put(`/${key}`, typeof content === 'string' ? content : 'x'.repeat(content));
      const store = await open();
      return {
        storage: new ObjectStorage(store, ROOT),
        put: (path, content) => container.put(`/${path}`, content),
        read: async (path) => (await store.read(path, 1000))?.toString(),
        paths: async () => (await container.keys()).map((name) => name.slice(1)).sort(),
      };
    });
  });

  test('a shared access signature is enough to move blobs', async () => {
    await container.put('/a', 'content');
    const store = await open({ env: { AZURE_STORAGE_SAS_TOKEN: container.sas('rwdl') } });
    expect(await store.copy('a', 'b')).toBe('copied');
    expect(await store.copy('a', 'b', { isNew: true })).toBe('exists');
    expect(await store.copy('none', 'c')).toBe('gone');
    expect((await store.read('b', 100))!.toString()).toBe('content');
  });

  test('a shared access signature is enough; without the permission to delete, it names it', async () => {
    await container.put('/a', 'content');
    const store = await open({ env: { AZURE_STORAGE_SAS_TOKEN: `?${container.sas('rwdl')}` } });
    expect(await listedKeys(store)).toEqual(['a']);
    expect(await store.delete(['a'])).toEqual([undefined]);
    await container.put('/a', 'content');
    const reader = await open({ env: { AZURE_STORAGE_SAS_TOKEN: container.sas('rl') } });
    await expect(reader.delete(['a'])).rejects.toThrow('lack the permission Delete (d)');
    const expired = { status: 403, headers: { 'x-ms-error-code': 'AuthenticationFailed' } };
    proxy.fault = ({ method }) => (method === 'DELETE' ? expired : method === 'POST' ? { status: 501 } : undefined);
    await expect(reader.delete(['a'])).rejects.toThrow('not valid for this account, or has expired');
    proxy.reset();
    const deleter = open({ env: { AZURE_STORAGE_SAS_TOKEN: container.sas('d') } });
    await expect(deleter).rejects.toThrow('lack the permission List (l)');
    expect(await listedKeys(reader)).toEqual(['a']);
  });

  test.each(['in a batch', 'one by one'])('a leased blob is named, and the others are deleted: %s', async (how) => {
    for (const name of ['a', 'b']) await container.put(`/${name}`, 'content');
    await container.lease('/a');
    const store = await open();
    if (how === 'one by one') proxy.fault = (request) => (kindOf(request) === 'batch' ? { status: 501 } : undefined);
    expect(await store.delete(['a', 'b'])).toEqual(['the blob is leased: release its lease: /a', undefined]);
    expect(await listedKeys(store)).toEqual(['a']);
  });

  test('without batches, blobs are deleted one by one', async () => {
    for (const name of ['a', 'b']) await container.put(`/${name}`, 'content');
    const store = await open();
    proxy.fault = (request) => (kindOf(request) === 'batch' ? { status: 501 } : undefined);
    expect(await store.delete(['a', 'b', 'c'])).toEqual([undefined, undefined, undefined]);
    expect(await listedKeys(store)).toEqual([]);
  });

  test('the root is the one that has blobs; both in use are refused', async () => {
    await container.put(`${OLD}/blobs/sha256/aa/a/data`, 'old');
    expect(await listedKeys(await open(), OLD)).toEqual([`${OLD}/blobs/sha256/aa/a/data`]);
    await container.put(`${NEW}/blobs/sha256/bb/b/data`, 'new');
    await expect(open()).rejects.toMatchObject({ code: 'STORAGE_UNKNOWN_LAYOUT', exitCode: 4 });
    await container.delete(`${OLD}/blobs/sha256/aa/a/data`);
    expect(await listedKeys(await open(), OLD)).toEqual([`${OLD}/blobs/sha256/bb/b/data`]);
    await container.put(`/some/root/${OLD}/blobs/sha256/cc/c/data`, 'below a root');
    const store = await open({ root: 'some/root' });
    expect(await listedKeys(store, 'some/')).toEqual([`some/root/${OLD}/blobs/sha256/cc/c/data`]);
    await container.put(`some/root/${OLD}/blobs/sha256/cc/c/data`, 'below a root');
    await expect(open({ root: 'some/root' })).rejects.toMatchObject({ code: 'STORAGE_UNKNOWN_LAYOUT' });
  });

  test('a listing that fails on a later page, repeats itself or is not one fails as a whole', async () => {
    const store = await open();
    const pages = (answer: (marker: string | null) => { status: number; body?: string }): void => {
      proxy.fault = (request) => (kindOf(request) === 'LIST' ? answer(request.query.get('marker')) : undefined);
    };
    const page = (name: string, next = ''): string =>
      `<?xml version="1.0"?><EnumerationResults><Blobs><Blob><Name>${name}</Name><Properties><Content-Length>1</Content-Length><Last-Modified>Thu, 26 Nov 2026 09:33:51 GMT</Last-Modified></Properties></Blob></Blobs><NextMarker>${next}</NextMarker></EnumerationResults>`;
    pages((marker) => (marker === null ? { status: 200, body: page('/a', 'next') } : { status: 500 }));
    await expect(listedKeys(store)).rejects.toThrow('cannot list blobs: status 500');
    pages(() => ({ status: 200, body: page('/a', 'next') }));
    await expect(listedKeys(store)).rejects.toThrow('the same next page again');
    pages(() => ({ status: 200, body: page('/y/a').replace('<Blobs>', '<Prefix>/x/</Prefix><Blobs>') }));
    await expect(listedKeys(store, 'y/')).rejects.toThrow('belongs to another prefix');
    pages(() => ({ status: 200, body: page('/x') }));
    await expect(listedKeys(store, 'y/')).rejects.toThrow('was not asked for');
    pages(() => ({ status: 200, body: page('/a').slice(0, -30) }));
    await expect(listedKeys(store)).rejects.toThrow('cannot be used');
    pages(() => ({ status: 200, body: page('/a').replace('<NextMarker></NextMarker>', '') }));
    await expect(listedKeys(store)).rejects.toThrow('does not state whether it is complete');
    const ofContainer = (name: string): string => page('/a').replace('Results>', `Results ContainerName="${name}">`);
    pages(() => ({ status: 200, body: ofContainer('other') }));
    await expect(listedKeys(store)).rejects.toThrow('belongs to another container');
    pages(() => ({ status: 200, body: ofContainer(`https://account.blob.example.com/${container.name}`) }));
    expect(await listedKeys(store)).toEqual(['a']);
    pages(() => ({ status: 200, body: '{}' }));
    await expect(listedKeys(store)).rejects.toThrow('cannot be used');
    pages(() => ({ status: 404, body: '<html>' }));
    await expect(listedKeys(store)).rejects.toThrow('not one of Azure');
  });

  test('answers to a batch: failures of blobs are theirs; cut off, or about others, they are an error', async () => {
    for (const name of ['a', 'b']) await container.put(`/${name}`, 'content');
    const store = await open();
    const answer = (...parts: [id: number, status: number, code?: string][]): string =>
      `${parts.map(([id, status, code]) => `--x\r\nContent-Type: application/http\r\nContent-ID: ${id}\r\n\r\nHTTP/1.1 ${status} Text\r\n${code ? `x-ms-error-code: ${code}\r\n` : ''}\r\n`).join('')}--x--\r\n`;
    const respond = (body: string): void => {
      proxy.fault = (request) =>
        kindOf(request) === 'batch'
          ? { status: 202, body, headers: { 'content-type': 'multipart/mixed; boundary=x' } }
          : undefined;
    };
    respond(answer([0, 409, 'BlobImmutableDueToPolicy'], [1, 202]));
    expect(await store.delete(['a', 'b'])).toEqual(['the blob is locked by an immutability policy: /a', undefined]);
    respond(answer([1, 403, 'AuthorizationFailure'], [0, 404, 'BlobNotFound']));
    expect(await store.delete(['a', 'b'])).toEqual([undefined, 'AuthorizationFailure (status 403): /b']);
    respond(answer([0, 404], [1, 503, 'ServerBusy']));
    expect(await store.delete(['a', 'b'])).toEqual(['status 404: /a', 'ServerBusy (status 503): /b']);
    respond(answer([0, 202]));
    await expect(store.delete(['a', 'b'])).rejects.toThrow('answers 1 of 2 requests');
    respond(answer([0, 202], [0, 202]));
    await expect(store.delete(['a', 'b'])).rejects.toThrow('does not belong to a request');
    respond(answer([0, 202], [1, 202]).slice(0, -10));
    await expect(store.delete(['a', 'b'])).rejects.toThrow('cut off');
  });

  test('blobs that a batch could not delete at the time are deleted again; if none can be, it is an error', async () => {
    for (const name of ['a', 'b']) await container.put(`/${name}`, 'content');
    const store = await open();
    const busy = (count: number): StorageFault => ({
      status: 202,
      headers: { 'content-type': 'multipart/mixed; boundary=x' },
      body: `${Array.from({ length: count }, (_, id) => `--x\r\nContent-ID: ${id}\r\n\r\nHTTP/1.1 503 Busy\r\nx-ms-error-code: ServerBusy\r\n\r\n`).join('')}--x--\r\n`,
    });
    let batches = 0;
    proxy.fault = (request) => (kindOf(request) === 'batch' && ++batches < 3 ? busy(2) : undefined);
    expect(await store.delete(['a', 'b'])).toEqual([undefined, undefined]);
    expect(batches).toBe(3);
    proxy.fault = (request) => (kindOf(request) === 'batch' ? busy(2) : undefined);
    await expect(store.delete(['a', 'b'])).rejects.toThrow('cannot delete blobs: ServerBusy (status 503)');
  });

  test('one by one, a blob whose request fails is a failure of its own', async () => {
    for (const name of ['a', 'b', 'c']) await container.put(`/${name}`, 'content');
    const store = await open();
    proxy.fault = (request) => {
      if (kindOf(request) === 'batch') return { status: 501 };
      if (request.path.endsWith('/a')) return { reset: true };
      return request.path.endsWith('/b')
        ? { status: 412, headers: { 'x-ms-error-code': 'LeaseIdMissing' } }
        : undefined;
    };
    expect(await store.delete(['a', 'b', 'c'])).toEqual([
      expect.stringContaining('cannot reach'),
      'the blob is leased: release its lease: /b',
      undefined,
    ]);
    expect(store.limits.batchSize).toBe(4);
  });

  test('throttling and broken connections are retried', async () => {
    await container.put('/a', 'content');
    const store = await open();
    let fault = 0;
    const faults = [{ status: 503 }, { status: 500 }, { reset: true as const }, { cutAfter: 1 }, undefined];
    proxy.fault = () => faults[fault++ % faults.length];
    expect(await listedKeys(store)).toEqual(['a']);
  });

  test('a missing container, wrong credentials, a wrong clock and a closed port are named', async () => {
    await expect(open({ name: 'none' })).rejects.toThrow('the container does not exist');
    const wrong = Buffer.from('wrong-azure-account-key').toString('base64');
    const withWrongKey = open({ env: { AZURE_STORAGE_KEY: wrong } });
    await expect(withWrongKey).rejects.toMatchObject({
      code: 'STORAGE_DENIED',
      message: expect.stringContaining('the account key is not one of this account'),
      suggestions: [expect.stringContaining('check the account key')],
    });
    proxy.fault = () => ({
      status: 403,
      headers: { 'x-ms-error-code': 'AuthenticationFailed', date: new Date(0).toUTCString() },
    });
    await expect(open()).rejects.toThrow('clock differs');
    await expect(open({ endpoint: 'http://127.0.0.1:1/account' })).rejects.toMatchObject({
      code: 'STORAGE_UNREACHABLE',
    });
  });

  test.each<[NodeJS.ProcessEnv, string]>([
    [{}, 'neither AZURE_STORAGE_KEY nor AZURE_STORAGE_SAS_TOKEN is set'],
    [{ AZURE_STORAGE_KEY: 'no base64!' }, 'not base64'],
    [{ AZURE_STORAGE_SAS_TOKEN: 'sv=1' }, 'it has no "sig"'],
    [{ AZURE_STORAGE_SAS_TOKEN: 'sig=abcdefgh&se=2020-01-01T00:00:00Z' }, 'expired at 2020-01-01T00:00:00Z'],
  ])('the credentials %j are refused', async (env, message) => {
    await expect(open({ env })).rejects.toThrow(message);
  });

  test('what is not readable about versions and soft deletion is unknown; both are warned about', async () => {
    const store = await open();
    const unknown = [expect.stringContaining('unknown whether'), expect.stringContaining('unknown whether')];
    proxy.fault = () => ({ status: 403 });
    expect(await store.warnings()).toEqual(unknown);
    proxy.fault = ({ query }) =>
      query.get('comp') === 'properties'
        ? {
            status: 200,
            body: '<StorageServiceProperties><DeleteRetentionPolicy><Enabled>true</Enabled></DeleteRetentionPolicy></StorageServiceProperties>',
          }
        : { status: 200, body: '<EnumerationResults><Blobs /><NextMarker /></EnumerationResults>' };
    expect(await store.warnings()).toEqual([expect.stringContaining('keeps deleted blobs')]);
  });

  test('no secret is in the log, nor in an error', async () => {
    const log: string[] = [];
    const sas = container.sas('rwdl');
    await listedKeys(await open({ env: { AZURE_STORAGE_SAS_TOKEN: sas }, log }));
    await listedKeys(await open({ log }));
    expect(log.length).toBeGreaterThan(2);
    const signature = new URLSearchParams(sas).get('sig')!;
    for (const secret of [azurite.key, signature, encodeURIComponent(signature)]) {
      expect(log.join('\n')).not.toContain(secret);
      expect(redact(`it is ${secret}`)).not.toContain(secret);
    }
  });
});
