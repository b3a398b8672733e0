import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { apiRequest, digest, images, registryRequest } from '../support/sandbox-client.js';

const IMAGES = '/apis/image.openshift.io/v1/images';

let sandbox: Sandbox;
afterEach(() => sandbox.stop());

test.each([
  ['expired', 'CERT_HAS_EXPIRED'],
  ['other-name', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['unknown-authority', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
] as const)('a registry whose certificate is %s', async (registryCertificate, code) => {
  sandbox = await startSandbox({ cluster: {}, registryCertificate });
  await expect(registryRequest(sandbox, 'GET', '/healthz')).rejects.toMatchObject({ code });
  expect((await apiRequest(sandbox, 'GET', IMAGES, { token: sandbox.tokens.admin })).status).toBe(200);
});

test('a registry over plain http', async () => {
  sandbox = await startSandbox({ cluster: {}, http: true });
  expect(sandbox.registryUrl).toMatch(/^http:/);
  expect((await fetch(`${sandbox.registryUrl}/healthz`)).status).toBe(200);
});

test('a clock of its own, in Date headers and in what is created', async () => {
  sandbox = await startSandbox({ cluster: {}, now: '2026-01-01T00:00:00Z' });
  const { headers } = await apiRequest(sandbox, 'GET', IMAGES, { token: sandbox.tokens.admin });
  expect(String(headers.date)).toMatch(/^Thu, 01 Jan 2026 00:00:0\d GMT$/);
  const { metadata } = sandbox.store.put('images', { metadata: { name: digest(1) } });
  expect(metadata.creationTimestamp).toMatch(/^2026-01-01T00:00:0\dZ$/);
});

test('pages no larger than a maximum, and slow answers', async () => {
  sandbox = await startSandbox({ cluster: { images: images(5) }, pageLimitMax: 2, latencyMs: 30 });
  const start = Date.now();
  const list = await apiRequest(sandbox, 'GET', `${IMAGES}?limit=4`, { token: sandbox.tokens.admin });
  expect(Date.now() - start).toBeGreaterThanOrEqual(29);
  expect(list.json<{ items: unknown[]; metadata: object }>()).toMatchObject({ metadata: { remainingItemCount: 3 } });
});

test('further kinds are served and discovered', async () => {
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

test('with a cluster alone there is no operator; a registry in read-only mode needs none', async () => {
  sandbox = await startSandbox({ cluster: {}, registryReadOnly: true });
  expect(sandbox.store.list('deployments')).toEqual([]);
  const answer = await registryRequest(sandbox, 'DELETE', `/v2/a/b/blobs/${digest(1)}`, {
    token: sandbox.tokens.admin,
  });
  expect(answer.status).toBe(405);
});

test('a kind that is not known is an error, not an empty list', async () => {
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
