import { requires } from '../jest/requires.js';
import { startAzurite } from './azurite.js';
import { RGW_PROGRAMS, startRgw, type Rgw } from './ceph-rgw.js';
import { makeAuthority } from './certificates.js';
import { startDockerRegistry } from './docker-registry.js';
import { kindOf, startStorageProxy, type StorageProxy } from './storage-proxy.js';
import { startSwift, SWIFT_PROGRAMS, type SwiftServer } from './swift-server.js';

/** Pushes an image and starts an upload through the registry, and returns what the store holds then. */
async function pushTo(driver: Record<string, object>, store: Rgw | SwiftServer): Promise<string[]> {
  const registry = await startDockerRegistry({ authority: await makeAuthority(), driver });
  try {
    const { digest } = await registry.push.image('dev/app', ['first', 'second'], { tag: 'latest' });
    expect((await registry.request('GET', `/v2/dev/app/manifests/${digest}`)).status).toBe(200);
    expect((await registry.request('POST', '/v2/dev/app/blobs/uploads/')).status).toBe(202);
    return await store.account.keys('registry');
  } finally {
    await registry.stop();
  }
}

const s3 = (store: { endpoint: string }, accesskey: string, secretkey: string): Record<string, object> => ({
  s3: { accesskey, secretkey, bucket: 'registry', region: 'us-east-1', regionendpoint: store.endpoint, secure: false },
});

requires('docker-registry', ...RGW_PROGRAMS).describe('Ceph RGW', () => {
  let rgw: Rgw;
  let proxy: StorageProxy;
  beforeAll(async () => {
    rgw = await startRgw();
    proxy = await startStorageProxy(rgw);
    await rgw.account.createContainer('registry');
  });
  afterAll(async () => {
    await proxy?.close();
    await rgw?.stop();
  });

  test('holds what a registry pushes to its S3 API through a proxy that counts', async () => {
    const keys = await pushTo(s3({ endpoint: proxy.url }, rgw.accessKey, rgw.secretKey), rgw);
    expect(keys.filter((key) => /\/blobs\/sha256\/[0-9a-f]{2}\/[0-9a-f]{64}\/data$/.test(key))).toHaveLength(4);
    expect(keys.some((key) => key.endsWith('/startedat'))).toBe(true);
    expect(proxy.counts().PUT).toBeGreaterThan(4);
  });

  test('the proxy delays, fails, resets and cuts', async () => {
    await rgw.account.put('registry', 'some/key', 'content');
    const url = `${rgw.account.url.replace(rgw.endpoint, proxy.url)}/registry/some/key`;
    const get = (): Promise<Response> => fetch(url, { headers: { 'x-auth-token': rgw.account.token } });
    proxy.reset();
    proxy.delayMs = 5;
    expect(await (await get()).text()).toBe('content');
    expect(proxy.requests.map(kindOf)).toEqual(['GET']);
    proxy.fault = () => ({ status: 503, body: 'SlowDown', headers: { 'retry-after': '1' } });
    expect((await get()).status).toBe(503);
    proxy.fault = () => ({ reset: true });
    await expect(get()).rejects.toThrow();
    proxy.fault = () => ({ cutAfter: 3 });
    await expect(get().then((response) => response.text())).rejects.toThrow();
    proxy.fault = ({ method }) => (method === 'DELETE' ? { reset: true, isExecuted: true } : undefined);
    await expect(fetch(url, { method: 'DELETE', headers: { 'x-auth-token': rgw.account.token } })).rejects.toThrow();
    expect((await get()).status).toBe(404);
  });
});

requires('docker-registry', ...SWIFT_PROGRAMS).describe('Swift', () => {
  let swift: SwiftServer;
  beforeAll(async () => {
    swift = await startSwift();
    await swift.account.createContainer('registry');
  });
  afterAll(() => swift?.stop());

  test('holds what a registry pushes to its Swift API, with the content of blobs in segments', async () => {
    const { user: username, key: password, authUrl: authurl } = swift;
    const container = 'native';
    await swift.account.createContainer(container);
    const driver = { swift: { username, password, authurl, container, authversion: 1, chunksize: 1048576 } };
    await pushTo(driver, swift);
    const keys = await swift.account.keys(container);
    const blobs = keys.filter((key) => /^files\/docker\/registry\/v2\/blobs\/.*\/data$/.test(key));
    expect(blobs).toHaveLength(4);
    const manifests = await Promise.all(blobs.map((key) => swift.account.head(container, key)));
    expect(manifests.filter((headers) => headers.get('x-object-manifest'))).toHaveLength(3);
    expect(keys.filter((key) => key.startsWith('segments/'))).toHaveLength(3);
  });

  test('holds what a registry pushes to its S3 API', async () => {
    const keys = await pushTo(s3(swift, swift.user, swift.key), swift);
    expect(keys.filter((key) => /\/blobs\/sha256\/[0-9a-f]{2}\/[0-9a-f]{64}\/data$/.test(key))).toHaveLength(4);
  });
});

requires('azurite-blob').test('Azurite answers as Azure Blob Storage', async () => {
  const azurite = await startAzurite();
  try {
    const response = await fetch(`${azurite.endpoint}/registry?restype=container&comp=list`);
    expect(response.status).toBe(403);
    expect(response.headers.get('server')).toContain('Azurite');
  } finally {
    await azurite.stop();
  }
});
