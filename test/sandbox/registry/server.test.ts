import { startSandbox, type PushedImage, type Sandbox } from '../../../src/sandbox/index.js';
import { NOWHERE, registryRequest as request } from '../../support/sandbox-client.js';

/** Each response here is recorded from a real registry (OpenShift 4.13). */
describe('responses of the registry', () => {
  let sandbox: Sandbox;
  let image: PushedImage;
  let admin: string;

  beforeAll(async () => {
    sandbox = await startSandbox({ cluster: {} });
    admin = sandbox.tokens.admin;
    image = sandbox.registry.push('dev/app', 'latest', { layers: ['one', 'two'] });
  });
  afterAll(() => sandbox.stop());

  test.each(['/', '/healthz'])('GET %s gets 200 without credentials', async (path) => {
    const answer = await request(sandbox, 'GET', path);
    expect(answer).toMatchObject({ status: 200, headers: { 'cache-control': 'no-cache' }, body: '' });
  });

  test('GET /v2/ requires a token, as basic or bearer', async () => {
    const anonymous = await request(sandbox, 'GET', '/v2/');
    expect(anonymous.status).toBe(401);
    expect(anonymous.headers).toMatchObject({
      'www-authenticate': `Bearer realm="${sandbox.registryUrl}/openshift/token"`,
      'docker-distribution-api-version': 'registry/2.0',
      'content-type': 'application/json; charset=utf-8',
    });
    expect(anonymous.json()).toEqual({
      errors: [{ code: 'UNAUTHORIZED', message: 'authentication required', detail: null }],
    });
    expect(await request(sandbox, 'GET', '/v2/', { token: admin })).toMatchObject({ status: 200, body: '{}' });
    expect(
      await request(sandbox, 'GET', '/openshift/token?account=x', { token: admin }).then((answer) => answer.json()),
    ).toEqual({
      access_token: admin,
      token: admin,
    });
  });

  const denied = (detail: object): object => ({
    errors: [{ code: 'UNAUTHORIZED', message: 'authentication required', detail: [detail] }],
  });

  test('a wrong token and a user without permission get the same 401', async () => {
    for (const token of ['bad-token', sandbox.tokens.nobody]) {
      const link = await request(sandbox, 'DELETE', `/v2/dev/app/blobs/${NOWHERE}`, { token });
      expect(link.status).toBe(401);
      expect(link.headers['www-authenticate']).toBe('Basic realm=openshift,error="access denied"');
      expect(link.json()).toEqual(denied({ Type: 'repository', Class: '', Name: 'dev/app', Action: 'delete' }));
      const blob = await request(sandbox, 'DELETE', `/admin/blobs/${NOWHERE}`, { token });
      expect(blob.status).toBe(401);
      expect(blob.json()).toEqual(denied({ Type: 'admin', Class: '', Name: '', Action: 'prune' }));
    }
    const anonymous = await request(sandbox, 'DELETE', `/v2/dev/app/blobs/${NOWHERE}`);
    expect(anonymous.headers['www-authenticate']).toBe(`Bearer realm="${sandbox.registryUrl}/openshift/token"`);
  });

  test.each([
    ['blobs', NOWHERE, 404, 'BLOB_UNKNOWN', 'blob unknown to registry'],
    ['manifests', NOWHERE, 404, 'MANIFEST_UNKNOWN', 'manifest unknown'],
    ['manifests', 'latest', 400, 'DIGEST_INVALID', 'provided digest did not match uploaded content'],
  ])('DELETE of %s/%s gets %i %s', async (part, reference, status, code, message) => {
    const answer = await request(sandbox, 'DELETE', `/v2/dev/app/${part}/${reference}`, { token: admin });
    expect(answer.status).toBe(status);
    expect(answer.json()).toEqual({ errors: [{ code, message }] });
  });

  test('DELETE of a manifest: 500 without a stream, 405 while the stream lists it, then 202', async () => {
    const gone = await request(sandbox, 'DELETE', `/v2/dev/gone/manifests/${NOWHERE}`, { token: admin });
    expect([gone.status, gone.json()]).toEqual([500, { errors: [{ code: 'UNKNOWN', message: 'unknown error' }] }]);
    const listed = await request(sandbox, 'DELETE', `/v2/dev/app/manifests/${image.digest}`, { token: admin });
    expect([listed.status, listed.json()]).toEqual([
      405,
      { errors: [{ code: 'UNSUPPORTED', message: 'The operation is unsupported.' }] },
    ]);
    const other = sandbox.registry.push('dev/app', undefined, { layers: ['one', 'three'] });
    expect(
      (await request(sandbox, 'DELETE', `/v2/dev/app/manifests/${other.digest}`, { token: sandbox.tokens.pruner }))
        .status,
    ).toBe(202);
    expect(sandbox.registry.hasManifestLink('dev/app', other.digest)).toBe(false);
  });

  test('DELETE of a layer link: 202, then 404; of a blob: always 204', async () => {
    const layer = image.layers[1]!;
    expect((await request(sandbox, 'DELETE', `/v2/dev/app/blobs/${layer}`, { token: admin })).status).toBe(202);
    expect((await request(sandbox, 'DELETE', `/v2/dev/app/blobs/${layer}`, { token: admin })).status).toBe(404);
    expect((await request(sandbox, 'DELETE', `/admin/blobs/${layer}`, { token: admin })).status).toBe(204);
    expect((await request(sandbox, 'DELETE', `/admin/blobs/${layer}`, { token: admin })).status).toBe(204);
    expect((await request(sandbox, 'HEAD', `/v2/dev/app/blobs/${layer}`, { token: admin })).status).toBe(404);
    expect(sandbox.registry.hasBlob(layer)).toBe(false);
    expect(sandbox.registry.deletions.filter(({ digest }) => digest === layer).map(({ status }) => status)).toEqual([
      202, 404, 204, 204,
    ]);
  });

  test.each(['/admin/blobs/nonsense', '/v2/dev/app/blobs/nonsense', '/nowhere'])(
    'DELETE %s gets 404 with text',
    async (path) => {
      const answer = await request(sandbox, 'DELETE', path, { token: admin });
      expect(answer).toMatchObject({ status: 404, body: '404 page not found\n' });
      expect(answer.headers).toMatchObject({
        'content-type': 'text/plain; charset=utf-8',
        'x-content-type-options': 'nosniff',
      });
    },
  );

  test('the pruner role alone does not allow pulls', async () => {
    for (const [method, path] of [
      ['GET', `manifests/${image.digest}`],
      ['HEAD', `blobs/${image.layers[0]}`],
    ]) {
      expect((await request(sandbox, method!, `/v2/dev/app/${path}`, { token: sandbox.tokens.pruner })).status).toBe(
        401,
      );
      expect((await request(sandbox, method!, `/v2/dev/app/${path}`, { token: admin })).status).toBe(200);
    }
  });

  test('read-only mode rejects pushes and the deletion of links, but not of blobs', async () => {
    const blob = sandbox.registry.push('dev/other', 'latest', { layers: ['to be lost'] }).layers[0]!;
    sandbox.registry.setReadOnly(true);
    for (const [method, path] of [
      ['DELETE', `/v2/dev/app/blobs/${image.layers[0]}`],
      ['DELETE', `/v2/dev/app/manifests/${image.digest}`],
      ['POST', '/v2/dev/app/blobs/uploads/'],
    ]) {
      const answer = await request(sandbox, method!, path!, { token: admin });
      expect(answer).toMatchObject({ status: 405, body: 'Method not allowed\n', headers: { allow: 'GET, HEAD' } });
      expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
    }
    expect((await request(sandbox, 'GET', '/v2/', { token: admin })).status).toBe(200);
    expect((await request(sandbox, 'DELETE', `/admin/blobs/${blob}`, { token: admin })).status).toBe(204);
    expect(sandbox.registry.hasBlob(blob)).toBe(false);
    sandbox.registry.setReadOnly(undefined);
  });
});
