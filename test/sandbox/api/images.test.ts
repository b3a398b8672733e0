import { startSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import { apiRequest, digest } from '../../support/sandbox-client.js';

let sandbox: Sandbox;
beforeAll(async () => (sandbox = await startSandbox({ cluster: {}, now: '2026-03-01T00:00:00Z' })));
afterAll(() => sandbox.stop());

const STREAMS = '/apis/image.openshift.io/v1/namespaces/dev/imagestreams';
const MAPPINGS = '/apis/image.openshift.io/v1/namespaces/dev/imagestreammappings';
const host = (): string => sandbox.registryUrl.slice('https://'.length);
const tags = (): unknown => sandbox.store.get('imagestreams', 'dev', 'app')!.status!.tags;

test('a new image stream has no tags, whatever the client sends', async () => {
  const created = await apiRequest(sandbox, 'POST', STREAMS, {
    token: sandbox.tokens.admin,
    body: { metadata: { name: 'app' }, status: { dockerImageRepository: 'evil', tags: [{ tag: 'a', items: [] }] } },
  });
  expect(created.status).toBe(201);
  expect(sandbox.store.get('imagestreams', 'dev', 'app')).toMatchObject({
    metadata: { generation: 1 },
    status: {
      dockerImageRepository: 'image-registry.openshift-image-registry.svc:5000/dev/app',
      publicDockerImageRepository: `${host()}/dev/app`,
      tags: [],
    },
  });
});

test('a mapping creates the Image object and makes it the newest item of the tag', async () => {
  const { admin, pruner } = sandbox.tokens;
  const map = (name: string, image: string, token = admin) =>
    apiRequest(sandbox, 'POST', MAPPINGS, {
      token,
      body: {
        kind: 'ImageStreamMapping',
        apiVersion: 'image.openshift.io/v1',
        metadata: { name },
        tag: 'found',
        image: { metadata: { name: image, uid: 'other' }, dockerImageReference: `${host()}/dev/app@${image}` },
      },
    });
  for (const image of [digest(1), digest(2), digest(2)]) expect((await map('app', image)).status).toBe(201);
  expect(sandbox.store.get('images', digest(1))!.metadata.uid).not.toBe('other');
  const item = (image: string) => ({
    ...{ image, created: '2026-03-01T00:00:00Z', generation: 1 },
    dockerImageReference: `${host()}/dev/app@${image}`,
  });
  expect(tags()).toEqual([
    { tag: 'found', items: [digest(2), digest(1)].map((image) => ({ ...item(image), created: expect.any(String) })) },
  ]);
  expect((await map('gone', digest(3))).json()).toMatchObject({ code: 404, details: { kind: 'imagestreams' } });
  expect((await map('app', digest(3), pruner)).status).toBe(403);
  expect((await apiRequest(sandbox, 'GET', MAPPINGS, { token: admin })).status).toBe(405);
  expect(sandbox.store.get('images', digest(3))).toBeUndefined();
});

test('a status update keeps items at any position, unless the object has changed', async () => {
  const { admin } = sandbox.tokens;
  const stream = sandbox.store.get('imagestreams', 'dev', 'app')!;
  const items = [3, 1, 2].map((n) => ({
    ...{ image: digest(n), dockerImageReference: 'x' },
    ...{ created: `2026-01-0${n}T00:00:00Z`, generation: n },
  }));
  stream.status!.tags = [{ tag: 'found', items }];
  const put = () => apiRequest(sandbox, 'PUT', `${STREAMS}/app/status`, { token: admin, body: stream });
  expect((await put()).status).toBe(200);
  expect(tags()).toEqual([{ tag: 'found', items }]);
  expect((await put()).json()).toMatchObject({ code: 409, reason: 'Conflict' });
});

test('an Image object is created by whoever may', async () => {
  const images = '/apis/image.openshift.io/v1/images';
  const body = { metadata: { name: digest(9) }, dockerImageReference: 'x' };
  const { admin, pruner } = sandbox.tokens;
  expect((await apiRequest(sandbox, 'POST', images, { token: pruner, body })).status).toBe(403);
  expect((await apiRequest(sandbox, 'POST', images, { token: admin, body })).status).toBe(201);
  expect((await apiRequest(sandbox, 'POST', images, { token: admin, body })).status).toBe(409);
});

test('kube-system identifies the cluster', async () => {
  const read = () => apiRequest(sandbox, 'GET', '/api/v1/namespaces/kube-system', { token: sandbox.tokens.admin });
  const uid = (await read()).json<{ metadata: { uid: string } }>().metadata.uid;
  expect(uid).toMatch(/^[0-9a-f-]{36}$/);
  expect((await read()).json()).toMatchObject({ metadata: { uid } });
});
