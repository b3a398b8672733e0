import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { apiRequest, digest, images, registryRequest } from '../support/sandbox-client.js';

const IMAGES = '/apis/image.openshift.io/v1/images';

let sandbox: Sandbox;
afterEach(() => sandbox.stop());

test.each([
  ['expired', 'CERT_HAS_EXPIRED'],
  ['other-name', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['unknown-authority', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
] as const)('a registry with a certificate fault: %s', async (registryCertificate, code) => {
  sandbox = await startSandbox({ cluster: {}, registryCertificate });
  await expect(registryRequest(sandbox, 'GET', '/healthz')).rejects.toMatchObject({ code });
  expect((await apiRequest(sandbox, 'GET', IMAGES, { token: sandbox.tokens.admin })).status).toBe(200);
});

test('a registry over plain HTTP', async () => {
  sandbox = await startSandbox({ cluster: {}, http: true });
  expect(sandbox.registryUrl).toMatch(/^http:/);
  expect((await fetch(`${sandbox.registryUrl}/healthz`)).status).toBe(200);
});

test('a given clock, in Date headers and creation times', async () => {
  const now = '2026-01-01T00:00:00Z';
  const start = Date.now();
  sandbox = await startSandbox({ cluster: {}, now });
  const { headers } = await apiRequest(sandbox, 'GET', IMAGES, { token: sandbox.tokens.admin });
  const { metadata } = sandbox.store.put('images', { metadata: { name: digest(1) } });
  for (const time of [String(headers.date), metadata.creationTimestamp!]) {
    expect(Date.parse(time)).toBeGreaterThanOrEqual(Date.parse(now));
    expect(Date.parse(time) - Date.parse(now)).toBeLessThanOrEqual(Date.now() - start);
  }
});

test('a maximum page size', async () => {
  sandbox = await startSandbox({ cluster: { images: images(5) }, pageLimitMax: 2 });
  const list = await apiRequest(sandbox, 'GET', `${IMAGES}?limit=4`, { token: sandbox.tokens.admin });
  expect(list.json<{ items: unknown[]; metadata: object }>()).toMatchObject({ metadata: { remainingItemCount: 3 } });
});

test('custom resources are served and discovered', async () => {
  const kind = { group: 'example.com', version: 'v1', resource: 'widgets', kind: 'Widget', namespaced: true };
  sandbox = await startSandbox({
    cluster: { widgets: [{ metadata: { name: 'w', namespace: 'x' } }] },
    customResources: [kind],
  });
  const { admin } = sandbox.tokens;
  expect((await apiRequest(sandbox, 'GET', '/apis/example.com/v1', { token: admin })).json()).toMatchObject({
    resources: [{ name: 'widgets' }, {}],
  });
  expect(
    (await apiRequest(sandbox, 'GET', '/apis/example.com/v1/namespaces/x/widgets/w', { token: admin })).status,
  ).toBe(200);
});

test('cluster alone starts no operator; the registry can still be in read-only mode', async () => {
  sandbox = await startSandbox({ cluster: {}, registryReadOnly: true });
  expect(sandbox.store.list('deployments')).toEqual([]);
  const answer = await registryRequest(sandbox, 'DELETE', `/v2/a/b/blobs/${digest(1)}`, {
    token: sandbox.tokens.admin,
  });
  expect(answer.status).toBe(405);
});

test('an unknown kind is an error, not an empty list', async () => {
  sandbox = await startSandbox({ cluster: {} });
  await expect(startSandbox({ cluster: { nonsense: [{}] } })).rejects.toThrow('no resource is called "nonsense"');
});

test('digests of the sample data are the same in every sandbox', async () => {
  sandbox = await startSandbox({ sample: true });
  const names = sandbox.store.list('images').map((image) => image.metadata.name);
  await sandbox.stop();
  sandbox = await startSandbox({ sample: true, now: '2027-03-04T05:06:07Z' });
  expect(sandbox.store.list('images').map((image) => image.metadata.name)).toEqual(names);
});
