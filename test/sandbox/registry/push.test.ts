import { createHash } from 'node:crypto';
import { startSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import { measureSpace } from '../../../src/sandbox/registry/space.js';
import { digest, images, registryRequest as request } from '../../support/sandbox-client.js';

const sha256Digest = (content: string): string => `sha256:${createHash('sha256').update(content).digest('hex')}`;

let sandbox: Sandbox;
afterEach(() => sandbox.stop());

async function upload(repository: string, content: string): Promise<string> {
  const { admin } = sandbox.tokens;
  const begun = await request(sandbox, 'POST', `/v2/${repository}/blobs/uploads/`, { token: admin });
  const location = String(begun.headers.location);
  const half = Math.floor(content.length / 2);
  await request(sandbox, 'PATCH', location, { token: admin, body: content.slice(0, half) });
  const done = await request(sandbox, 'PUT', `${location}?digest=${sha256Digest(content)}`, {
    token: admin,
    body: content.slice(half),
  });
  expect(done.status).toBe(201);
  return sha256Digest(content);
}

test.each(['files', 'none'] as const)(
  'a push through the API creates blobs, links, an Image and a tag item (storage %s)',
  async (storage) => {
    const app = { metadata: { name: 'app', namespace: 'dev', generation: 3 } };
    sandbox = await startSandbox({ cluster: { imagestreams: [app] }, storage });
    const { admin } = sandbox.tokens;
    const config = JSON.stringify({ architecture: 'amd64', created: '2026-01-01T00:00:00Z', config: { Env: ['A=1'] } });
    const layer = await upload('dev/app', 'a layer');
    await upload('dev/app', config);
    const manifest = JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: {
        mediaType: 'application/vnd.oci.image.config.v1+json',
        digest: sha256Digest(config),
        size: config.length,
      },
      layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: layer, size: 7 }],
    });
    const pushed = await request(sandbox, 'PUT', '/v2/dev/app/manifests/v1', { token: admin, body: manifest });
    expect(pushed.status).toBe(201);
    const name = sha256Digest(manifest);

    expect(sandbox.store.get('images', name)).toMatchObject({
      metadata: { annotations: { 'openshift.io/image.managed': 'true' } },
      dockerImageReference: `${sandbox.registryUrl.slice('https://'.length)}/dev/app@${name}`,
      dockerImageMetadata: { Id: sha256Digest(config), Size: 7 + config.length, Config: { Env: ['A=1'] } },
      dockerImageLayers: [{ name: layer, size: 7, mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip' }],
      dockerImageManifestMediaType: 'application/vnd.oci.image.manifest.v1+json',
    });
    expect(sandbox.store.get('imagestreams', 'dev', 'app')!.status).toMatchObject({
      tags: [{ tag: 'v1', items: [{ image: name, generation: 3 }] }],
    });
    expect(sandbox.registry.layerLinks()).toEqual(
      [layer, sha256Digest(config)].sort().map((link) => `dev/app@${link}`),
    );
    expect(sandbox.registry.manifestLinks()).toEqual([`dev/app@${name}`]);
    expect((await request(sandbox, 'GET', '/v2/dev/app/manifests/v1', { token: admin })).body).toBe(manifest);
    expect((await request(sandbox, 'GET', `/v2/dev/app/blobs/${layer}`, { token: admin })).body).toBe('a layer');
  },
);

test('a wrong digest, an invalid manifest and a push without permission are rejected', async () => {
  sandbox = await startSandbox({ cluster: {} });
  const { admin, pruner } = sandbox.tokens;
  const begun = await request(sandbox, 'POST', '/v2/dev/app/blobs/uploads/', { token: admin });
  expect(
    (
      await request(sandbox, 'PUT', `${String(begun.headers.location)}?digest=${digest(1)}`, {
        token: admin,
        body: 'x',
      })
    ).status,
  ).toBe(400);
  expect((await request(sandbox, 'PUT', '/v2/dev/app/manifests/v1', { token: admin, body: 'no json' })).status).toBe(
    400,
  );
  expect((await request(sandbox, 'POST', '/v2/dev/app/blobs/uploads/', { token: pruner })).status).toBe(401);
  expect(sandbox.store.list('images')).toEqual([]);
});

const OCI = 'application/vnd.oci.image.manifest.v1+json';

test('a push by tag needs the image stream; one by digest only creates the Image object', async () => {
  sandbox = await startSandbox({ cluster: {} });
  const { admin } = sandbox.tokens;
  const layer = await upload('dev/app', 'a layer');
  const layers = [{ digest: layer, size: 7 }];
  const body = JSON.stringify({ schemaVersion: 2, mediaType: OCI, layers });
  const put = (reference: string, manifest: string) =>
    request(sandbox, 'PUT', `/v2/dev/app/manifests/${reference}`, { token: admin, body: manifest });
  const refused = await put('v1', body);
  expect([refused.status, refused.json<object>()]).toEqual([
    500,
    { errors: [{ code: 'UNKNOWN', message: 'unknown error' }] },
  ]);
  expect((await put(sha256Digest(body), body)).status).toBe(201);
  expect(sandbox.store.list('images').map(({ metadata }) => metadata.name)).toEqual([sha256Digest(body)]);
  expect(sandbox.store.list('imagestreams')).toEqual([]);
  const incomplete = JSON.stringify({ schemaVersion: 2, mediaType: OCI, layers: [{ digest: digest(1), size: 1 }] });
  expect((await put(sha256Digest(incomplete), incomplete)).body).toMatch(/"MANIFEST_BLOB_UNKNOWN"/);
});

test('the registry serves what an image stream lists without links', async () => {
  sandbox = await startSandbox({ cluster: {} });
  const { token } = sandbox.addUser('viewer', [
    { apiGroups: ['image.openshift.io'], resources: ['imagestreams/layers'], verbs: ['get'] },
  ]);
  const base = sandbox.registry.push('dev/base', 'v1');
  const get = (path: string) => request(sandbox, 'GET', `/v2/dev/app/${path}`, { token });
  expect((await get(`blobs/${base.layers[0]}`)).status).toBe(404);
  const items = [{ image: base.digest, dockerImageReference: 'x', created: '2026-01-01T00:00:00Z', generation: 1 }];
  sandbox.store.put('imagestreams', {
    metadata: { namespace: 'dev', name: 'app' },
    status: { tags: [{ tag: 'copy', items }] },
  });
  const found = [`blobs/${base.layers[0]}`, `blobs/${base.config}`, `manifests/${base.digest}`].map(get);
  expect((await Promise.all(found)).map(({ status }) => status)).toEqual([200, 200, 200]);
});

test('an index lists its children, and their layers are linked', async () => {
  sandbox = await startSandbox({ cluster: {}, storage: 'files' });
  const children = ['amd64', 'arm64'].map(
    (layer) => sandbox.registry.push('prod/multi', undefined, { layers: [layer] }).digest,
  );
  const index = sandbox.registry.push('prod/multi', 'v1', { manifests: children });
  expect(sandbox.store.get('images', index.digest)).toMatchObject({
    dockerImageMetadata: { Id: index.digest },
    dockerImageManifests: [
      { digest: children[0], architecture: 'amd64' },
      { digest: children[1], architecture: 'arm64' },
    ],
  });
  expect(sandbox.registry.manifestLinks()).toHaveLength(3);
  expect(sandbox.registry.layerLinks()).toHaveLength(4);
});

test('images of a given cluster have their blobs and links, with their sizes', async () => {
  const config = `sha256:${'c'.repeat(64)}`;
  const image = {
    metadata: { name: digest(1) },
    dockerImageManifestMediaType: 'application/vnd.docker.distribution.manifest.v2+json',
    dockerImageMetadata: { Id: config },
    dockerImageLayers: [{ name: digest(7), size: 40_000_000 }],
  };
  const stream = {
    metadata: { name: 'app', namespace: 'dev' },
    status: { tags: [{ tag: 'a', items: [{ image: digest(1) }, { image: digest(9) }] }] },
  };
  sandbox = await startSandbox({
    cluster: { images: [image, ...images(3).slice(1)], imagestreams: [stream] },
    storage: 'files',
  });
  expect(sandbox.registry.blobs()).toEqual([digest(1), digest(2), digest(3), digest(7), config].sort());
  expect(sandbox.registry.layerLinks()).toEqual([`dev/app@${digest(7)}`, `dev/app@${config}`]);
  expect(sandbox.registry.manifestLinks()).toEqual([`dev/app@${digest(1)}`]);
  expect(measureSpace(sandbox.storageDir).blobs.get(digest(7))).toBe(40_000_000);
});
