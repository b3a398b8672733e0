import { startSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import { apiRequest as request, digest, images, send } from '../../support/sandbox-client.js';

const IMAGES = '/apis/image.openshift.io/v1/images';
const STREAM = '/apis/image.openshift.io/v1/namespaces/dev/imagestreams/app';

interface Stream {
  metadata: { resourceVersion: string; annotations?: Record<string, string> };
  spec: object;
  status: { tags: object[]; dockerImageRepository?: string };
}

/** Each response here is recorded from a real API server. */
describe('responses of the API server', () => {
  let sandbox: Sandbox;
  let admin: string;

  beforeAll(async () => {
    sandbox = await startSandbox({
      cluster: {
        images: images(2),
        imagestreams: [
          {
            metadata: { name: 'app', namespace: 'dev', uid: 'u-1' },
            spec: { lookupPolicy: { local: false } },
            status: {
              dockerImageRepository: 'registry/dev/app',
              tags: [{ tag: 'latest', items: [{ image: digest(1), created: '2026-01-01T00:00:00Z' }] }],
            },
          },
        ],
      },
    });
    admin = sandbox.tokens.admin;
  });
  afterAll(() => sandbox.stop());

  const failure = (code: number, reason: string, message: string, details?: object): object => ({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    ...(details ? { details } : {}),
    code,
  });

  test('404 for an image that does not exist, read or deleted', async () => {
    for (const method of ['GET', 'DELETE']) {
      const answer = await request(sandbox, method, `${IMAGES}/sha256:none`, { token: admin });
      expect(answer.status).toBe(404);
      expect(answer.json()).toEqual(
        failure(404, 'NotFound', 'images.image.openshift.io "sha256:none" not found', {
          name: 'sha256:none',
          group: 'image.openshift.io',
          kind: 'images',
        }),
      );
    }
  });

  test('400 for an invalid continue token', async () => {
    const answer = await request(sandbox, 'GET', `${IMAGES}?limit=1&continue=garbage`, { token: admin });
    expect(answer.status).toBe(400);
    const message =
      "invalid continue token: continue key is not valid: invalid character '\\u0081' looking for beginning of value";
    expect(answer.json()).toEqual(failure(400, 'BadRequest', message));
  });

  test('401 for an unknown token, 403 without permission and without a token', async () => {
    expect((await request(sandbox, 'GET', IMAGES, { token: 'bad' })).json()).toEqual(
      failure(401, 'Unauthorized', 'Unauthorized'),
    );
    const message =
      'images.image.openshift.io is forbidden: User "nobody" cannot list resource "images" in API group "image.openshift.io" at the cluster scope';
    const details = { group: 'image.openshift.io', kind: 'images' };
    expect((await request(sandbox, 'GET', IMAGES, { token: sandbox.tokens.nobody })).json()).toEqual(
      failure(403, 'Forbidden', message, details),
    );
    const anonymous = await send(sandbox, 'GET', `${sandbox.apiUrl}/api/v1/pods`);
    const words =
      'pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" at the cluster scope';
    expect(anonymous.json()).toEqual(failure(403, 'Forbidden', words, { kind: 'pods' }));
  });

  test('a status update keeps the spec and sets annotations; the old version is then a conflict', async () => {
    const stream = (await request(sandbox, 'GET', STREAM, { token: admin })).json<Stream>();
    const changed = {
      ...stream,
      metadata: { ...stream.metadata, annotations: { a: 'b' } },
      spec: { changed: true },
      status: { tags: [], dockerImageRepository: 'elsewhere' },
    };
    const answer = await request(sandbox, 'PUT', `${STREAM}/status`, { token: sandbox.tokens.pruner, body: changed });
    expect(answer.status).toBe(200);
    expect(answer.json<Stream>()).toMatchObject({
      kind: 'ImageStream',
      metadata: { annotations: { a: 'b' } },
      spec: { lookupPolicy: { local: false } },
      status: { tags: [], dockerImageRepository: 'registry/dev/app' },
    });
    const again = await request(sandbox, 'PUT', `${STREAM}/status`, { token: admin, body: changed });
    const message =
      'Operation cannot be fulfilled on imagestreams.image.openshift.io "app": the object has been modified; please apply your changes to the latest version and try again';
    expect(again.status).toBe(409);
    expect(again.json()).toEqual(
      failure(409, 'Conflict', message, { name: 'app', group: 'image.openshift.io', kind: 'imagestreams' }),
    );
  });

  test('annotations above 256 KiB are rejected', async () => {
    const patch = { metadata: { annotations: { big: 'x'.repeat(256 * 1024) } } };
    const answer = await request(sandbox, 'PATCH', STREAM, {
      token: admin,
      body: patch,
      type: 'application/merge-patch+json',
    });
    expect(answer).toMatchObject({ status: 422 });
  });

  test('a deletion with another uid is a conflict, with the right one it succeeds', async () => {
    const options = (uid: string): object => ({ kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { uid } });
    const { uid } = sandbox.store.get('images', digest(2))!.metadata;
    const refused = await request(sandbox, 'DELETE', `${IMAGES}/${digest(2)}`, {
      token: admin,
      body: options('other'),
    });
    expect([refused.status, refused.json<{ reason: string }>().reason]).toEqual([409, 'Conflict']);
    const done = await request(sandbox, 'DELETE', `${IMAGES}/${digest(2)}`, { token: admin, body: options(uid!) });
    expect(done.json()).toMatchObject({
      kind: 'Status',
      status: 'Success',
      details: { name: digest(2), kind: 'images', uid },
    });
    expect(sandbox.store.get('images', digest(2))).toBeUndefined();
  });

  test('every response has a date; impersonation needs permission', async () => {
    const start = Date.now();
    const as = { headers: { 'impersonate-user': 'nobody' }, token: admin };
    const answer = await send(sandbox, 'GET', sandbox.apiUrl + IMAGES, as);
    expect(answer.status).toBe(403);
    expect(answer.body).toContain('User \\"nobody\\" cannot list');
    const date = Date.parse(String(answer.headers.date));
    expect(date).toBeGreaterThan(start - 1000);
    expect(date).toBeLessThanOrEqual(Date.now());
    expect((await send(sandbox, 'GET', sandbox.apiUrl + IMAGES, { ...as, token: sandbox.tokens.pruner })).status).toBe(
      403,
    );
  });

  test('access reviews allow exactly what a role allows', async () => {
    const ask = async (token: string, resourceAttributes: object): Promise<boolean> => {
      const body = {
        kind: 'SelfSubjectAccessReview',
        apiVersion: 'authorization.k8s.io/v1',
        spec: { resourceAttributes },
      };
      const answer = await request(sandbox, 'POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
        token,
        body,
      });
      return answer.json<{ status: { allowed: boolean } }>().status.allowed;
    };
    const group = 'image.openshift.io';
    expect(await ask(sandbox.tokens.pruner, { verb: 'delete', group, resource: 'images' })).toBe(true);
    expect(
      await ask(sandbox.tokens.pruner, { verb: 'update', group, resource: 'imagestreams', subresource: 'status' }),
    ).toBe(true);
    expect(await ask(sandbox.tokens.pruner, { verb: 'watch', group: '', resource: 'pods' })).toBe(false);
    expect(await ask(sandbox.tokens.pruner, { verb: 'create', group: '', resource: 'pods', subresource: 'exec' })).toBe(
      false,
    );
    expect(await ask(sandbox.tokens.nobody, { verb: 'list', group, resource: 'images' })).toBe(false);
  });

  test('an added user has exactly its rules', async () => {
    const { token } = sandbox.addUser('reader', [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }]);
    expect((await request(sandbox, 'GET', '/api/v1/pods', { token })).status).toBe(200);
    expect((await request(sandbox, 'GET', '/api/v1/nodes', { token })).status).toBe(403);
  });

  test('plain HTTP on the TLS port gets the response of Go servers', async () => {
    const answer = await fetch(sandbox.apiUrl.replace('https', 'http'));
    expect(answer.status).toBe(400);
    expect(await answer.text()).toBe('Client sent an HTTP request to an HTTPS server.\n');
  });
});
