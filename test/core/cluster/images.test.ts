import { RegadmError } from '../../../src/core/model/errors.js';
import { HttpImageStreams } from '../../../src/core/cluster/image-streams/update.js';
import { HttpImages } from '../../../src/core/cluster/images.js';
import { aResponse, fakeApi, type RecordedRequest } from '../../support/fake-api.js';
import { asDigest, asRepository } from '../../support/names.js';

const PROXY = aResponse(404, '<html>Not Found</html>');
const NAME = asDigest(`sha256:${'ab'.repeat(32)}`);
const beforeRetry = async (): Promise<void> => {};

const notFound = (kind: string, name: string) =>
  aResponse(404, {
    kind: 'Status',
    code: 404,
    reason: 'NotFound',
    details: { name, kind, group: 'image.openshift.io' },
  });

describe('an image', () => {
  const remove = (response: typeof PROXY) =>
    new HttpImages(fakeApi(() => response).api).delete(NAME, { uid: 'u-1', beforeRetry });

  test('is gone only if the server states it', async () => {
    expect(await remove(notFound('images', NAME))).toBe('gone');
    await expect(remove(PROXY)).rejects.toMatchObject({ status: 404 });
    await expect(remove(notFound('images', 'another'))).rejects.toMatchObject({ status: 404 });
  });
});

describe('an image stream', () => {
  const metadata = { name: 'app', namespace: 'dev', uid: 'u-1', resourceVersion: '1' };
  const stream = { kind: 'ImageStream', metadata, status: {} };
  const stored = aResponse(200, { ...stream, metadata: { ...metadata, resourceVersion: '2' } });
  const list = (...names: string[]) =>
    aResponse(200, {
      kind: 'ImageStreamList',
      apiVersion: 'image.openshift.io/v1',
      metadata: { resourceVersion: '7' },
      items: names.map((name) => ({ metadata: { name, namespace: 'dev' } })),
    });
  const isList = ({ path }: RecordedRequest): boolean => path.endsWith('/imagestreams');
  const update = (respond: (request: RecordedRequest) => typeof PROXY) => {
    const { api, requests } = fakeApi(respond);
    const noWaits = { sleep: async () => {} };
    const updated = new HttpImageStreams(api, noWaits).update(asRepository('dev/app'), async () => ({ pending: [] }));
    return { updated, requests };
  };
  const GONE = notFound('imagestreams', 'app');

  test('is gone only if the server states it, and its namespace does not list it', async () => {
    const { updated, requests } = update((request) => (isList(request) ? list('other') : GONE));
    expect(await updated).toEqual({ written: false });
    expect(requests[1]).toMatchObject({
      path: '/apis/image.openshift.io/v1/namespaces/dev/imagestreams',
      query: { fieldSelector: 'metadata.name=app' },
    });
  });

  test.each([
    ['of a proxy', PROXY],
    ['about another stream', notFound('imagestreams', 'another')],
    ['about another kind', notFound('namespaces', 'app')],
    ['without a reason', aResponse(404, { kind: 'Status', details: { name: 'app', kind: 'imagestreams' } })],
  ])('is not gone after a 404 %s', async (_what, response) => {
    const { updated } = update((request) => (isList(request) ? list() : response));
    await expect(updated).rejects.toMatchObject({ status: 404 });
  });

  test('is not gone if the list of its namespace cannot be read', async () => {
    await expect(update((request) => (isList(request) ? PROXY : GONE)).updated).rejects.toMatchObject({ status: 404 });
  });

  test('that waited for credentials before its update is read and decided again', async () => {
    let refusal: unknown;
    const { updated, requests } = update(({ method, beforeRetry }) => {
      if (method !== 'PUT') return aResponse(200, stream);
      if (refusal) return stored;
      refusal = beforeRetry!();
      throw new RegadmError('late', { code: 'NOT_TRIED_AGAIN' });
    });
    expect(await updated).toMatchObject({ written: true });
    expect(requests.map(({ method }) => method)).toEqual(['GET', 'PUT', 'GET', 'PUT']);
    await expect(refusal).rejects.toMatchObject({ code: 'NOT_TRIED_AGAIN' });
  });

  test('that is listed although it is said to be gone is read again', async () => {
    let reads = 0;
    const { updated } = update((request) => {
      if (isList(request)) return list('app');
      if (request.method === 'PUT') return stored;
      return reads++ === 0 ? GONE : aResponse(200, stream);
    });
    expect(await updated).toMatchObject({ written: true });
  });

  test.each([
    ['the server cannot do it', aResponse(503, { kind: 'Status' }), 6],
    ['the server sends another object', aResponse(200, {}), 6],
    ['the server sends the stream as it was', aResponse(200, stream), 6],
    [
      'the server sends other tag items',
      aResponse(200, { ...stored.json<object>(), status: { tags: [{ tag: 'a' }] } }),
      6,
    ],
    ['the server says that a stream which is listed does not exist', notFound('imagestreams', 'app'), 6],
    ['another user changes it each time', aResponse(409, { kind: 'Status', reason: 'Conflict' }), 14],
  ])('if %s, its update is tried a limited number of times', async (_what, response, attempts) => {
    const { updated, requests } = update((request) => {
      if (isList(request)) return list('app');
      return request.method === 'PUT' ? response : aResponse(200, stream);
    });
    await expect(updated).rejects.toBeDefined();
    expect(requests.filter(({ method }) => method === 'PUT')).toHaveLength(attempts);
  });

  test('a conflict does not use up the attempts for a busy server', async () => {
    const answers = [409, 503, 409, 503, 503, 409, 503, 503, 503].map((status) => aResponse(status, {}));
    const { updated } = update(({ method }) =>
      method === 'PUT' ? (answers.shift() ?? stored) : aResponse(200, stream),
    );
    expect(await updated).toMatchObject({ written: true });
  });

  test.each<[string, object]>([
    ['another stream', { ...stream, metadata: { ...stream.metadata, name: 'other' } }],
    ['a stream of another namespace', { ...stream, metadata: { ...stream.metadata, namespace: 'prod' } }],
    ['a stream without a name', { ...stream, metadata: {} }],
    ['an object of another kind', { ...stream, kind: 'Pod' }],
    ['a stream whose tags are text', { ...stream, status: { tags: 'x' } }],
    ['a stream with a tag that is null', { ...stream, status: { tags: [null] } }],
    ['a stream with items that are an object', { ...stream, status: { tags: [{ tag: 'a', items: {} }] } }],
    ['a Status', { kind: 'Status', status: 'Failure', message: 'overloaded' }],
    ['nothing', {}],
  ])('cannot be read if the answer is %s', async (_what, body) => {
    const { updated, requests } = update(() => aResponse(200, body));
    await expect(updated).rejects.toMatchObject({ code: 'API_NOT_JSON' });
    expect(requests.filter(({ method }) => method === 'PUT')).toEqual([]);
  });

  test.each<[string, unknown]>([
    ['is cut off', '{"kind":"ImageStream","metadata":{"na'],
    ['is empty', {}],
    ['is null', null],
    ['is another stream', { ...stream, metadata: { ...stream.metadata, uid: 'u-2' } }],
  ])('is read again if the answer to its update %s', async (_what, body) => {
    let updates = 0;
    const { updated, requests } = update(({ method }) => {
      if (method === 'GET') return aResponse(200, stream);
      return updates++ === 0 ? aResponse(200, body) : stored;
    });
    expect(await updated).toMatchObject({ written: true });
    expect(requests.map(({ method }) => method)).toEqual(['GET', 'PUT', 'GET', 'PUT']);
  });
});
