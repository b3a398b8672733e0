import {
  createObject,
  deleteObject,
  describeObject,
  findObject,
  getObject,
  listObjects,
  readPodLog,
} from '../../../src/core/cluster/objects.js';
import { defineResource } from '../../../src/core/cluster/resources.js';
import { aResponse, fakeApi } from '../../support/fake-api.js';

const PODS = defineResource('v1', 'pods', 'Pod');
const DEPLOYMENTS = defineResource('apps/v1', 'deployments', 'Deployment');
const POD = { resource: PODS, namespace: 'dev', name: 'web' };
const OBJECT = { kind: 'Pod', metadata: { name: 'web', namespace: 'dev', uid: 'u-1' } };
const status = (code: number, message = 'no') => aResponse(code, { kind: 'Status', code, message });
const NOT_FOUND = aResponse(404, { kind: 'Status', reason: 'NotFound', details: { name: 'web', kind: 'pods' } });
const NO_RESOURCE = aResponse(404, {
  kind: 'Status',
  reason: 'NotFound',
  message: 'the server could not find the requested resource',
  details: {},
});
const NO_API = aResponse(404, '404 page not found\n');
const PROXY = aResponse(404, '<html>Not Found</html>');

const answering = (response: ReturnType<typeof aResponse>) => fakeApi(() => response).api;

test('an object is described by resource, name and namespace', () => {
  expect(describeObject({ resource: DEPLOYMENTS, namespace: 'dev', name: 'web' })).toBe(
    'deployments.apps/web in namespace dev',
  );
});

describe('reading an object', () => {
  test('sends one request', async () => {
    const { api, requests } = fakeApi(() => aResponse(200, OBJECT));
    expect(await getObject(api, POD)).toEqual(OBJECT);
    expect(requests).toMatchObject([{ method: 'GET', path: '/api/v1/namespaces/dev/pods/web' }]);
  });

  test('fails with the object and the message of the server', async () => {
    await expect(getObject(answering(status(403, 'forbidden: pods')), POD)).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: 'cannot read pods/web in namespace dev: forbidden: pods',
    });
    await expect(getObject(answering(status(404)), POD)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test.each([
    ['the object', NOT_FOUND],
    ['the API group', NO_API],
    ['the resource', NO_RESOURCE],
  ])('finds nothing when the server states that %s does not exist', async (_what, response) => {
    expect(await findObject(answering(response), POD)).toBeUndefined();
  });

  test.each([
    ['of a proxy', PROXY],
    ['without details', status(404)],
    [
      'about another object',
      aResponse(404, { kind: 'Status', reason: 'NotFound', details: { name: 'web', kind: 'jobs' } }),
    ],
  ])('does not take a 404 %s for a missing object', async (_what, response) => {
    await expect(findObject(answering(response), POD)).rejects.toMatchObject({
      status: 404,
      suggestions: [expect.stringContaining('check the server in the kubeconfig')],
    });
  });

  test.each<[string, unknown]>([
    ['another object', { ...OBJECT, metadata: { ...OBJECT.metadata, name: 'other' } }],
    ['an object of another namespace', { ...OBJECT, metadata: { ...OBJECT.metadata, namespace: 'prod' } }],
    ['an object without metadata', { kind: 'Pod', metadata: null }],
    ['another kind', { ...OBJECT, kind: 'Job' }],
    ['a Status', { kind: 'Status', status: 'Failure', message: 'overloaded' }],
    ['an empty object', {}],
    ['null', null],
    ['HTML', '<html>maintenance</html>'],
  ])('does not take %s for the object', async (_what, body) => {
    const api = answering(aResponse(200, body));
    for (const read of [getObject, findObject])
      await expect(read(api, POD)).rejects.toMatchObject({ code: 'API_NOT_JSON' });
    await expect(createObject(api, POD, OBJECT)).rejects.toMatchObject({ code: 'API_NOT_JSON' });
  });
});

test('a list has all pages; a response of another kind is not a list', async () => {
  const list = (items: unknown) => ({ kind: 'PodList', apiVersion: 'v1', metadata: { resourceVersion: '7' }, items });
  const { api, requests } = fakeApi(() => aResponse(200, list([OBJECT])));
  expect(await listObjects(api, PODS, { namespace: 'dev', labelSelector: 'a=b' })).toEqual([OBJECT]);
  expect(requests).toMatchObject([{ path: '/api/v1/namespaces/dev/pods', query: { labelSelector: 'a=b' } }]);
  for (const body of [{}, null, list(null), { ...list([]), kind: 'JobList' }])
    await expect(listObjects(answering(aResponse(200, body)), PODS)).rejects.toMatchObject({ code: 'API_NOT_JSON' });
  await expect(listObjects(answering(status(403)), PODS)).rejects.toMatchObject({ message: 'cannot list pods: no' });
});

test.each([
  ['created', aResponse(201, OBJECT)],
  ['exists', status(409)],
])('creating an object: %s', async (result, response) => {
  const { api, requests } = fakeApi(() => response);
  expect(await createObject(api, POD, OBJECT)).toBe(result);
  expect(requests).toMatchObject([{ method: 'POST', path: '/api/v1/namespaces/dev/pods', body: OBJECT }]);
});

test('creating fails with every other status', async () => {
  await expect(createObject(answering(status(422)), POD, OBJECT)).rejects.toMatchObject({
    message: 'cannot create pods/web in namespace dev: no',
  });
});

describe('deleting an object', () => {
  const success = (details?: object, more?: object) =>
    aResponse(200, { kind: 'Status', status: 'Success', details, ...more });
  const DONE = success({ name: 'web', kind: 'pods', uid: 'u-1' });
  const ACCEPTED = { ...DONE, status: 202 };
  const CONFLICT = aResponse(409, { kind: 'Status', reason: 'Conflict', message: 'uid in precondition' });
  const REPLACED = aResponse(200, { ...OBJECT, metadata: { ...OBJECT.metadata, uid: 'u-2' } });
  const pending = (finalizers?: string[]) =>
    aResponse(200, {
      ...OBJECT,
      metadata: { ...OBJECT.metadata, deletionTimestamp: '2026-11-26T10:00:00Z', finalizers },
    });
  const STILL = aResponse(200, OBJECT);

  /** Deletes the object: the server answers the deletion and then a GET like this. */
  const remove = (answer: ReturnType<typeof aResponse>, then = STILL) => {
    const { api, requests } = fakeApi(({ method }) => (method === 'DELETE' ? answer : then));
    return { requests, deleted: deleteObject(api, POD, { uid: 'u-1' }) };
  };

  test('sends the uid as a precondition', async () => {
    const { requests, deleted } = remove(DONE);
    await deleted;
    expect(requests).toMatchObject([{ method: 'DELETE', body: { preconditions: { uid: 'u-1' } } }]);
  });

  test.each([
    ['deleted', 'Success for it', DONE, undefined],
    ['deleted', 'the object without a pending deletion', STILL, undefined],
    ['gone', 'NotFound for it', NOT_FOUND, undefined],
    ['replaced', 'a conflict, and another object has its name', CONFLICT, REPLACED],
    ['gone', 'a conflict, and the object is not there', CONFLICT, NOT_FOUND],
    ['deleted', 'a pending deletion, and the object is not there', pending(['x/y']), NOT_FOUND],
    ['deleted', 'a 500, and the object is not there', status(500), NOT_FOUND],
    ['deleted', 'nothing that can be read, and the object is not there', aResponse(200, '{"kind":"Sta'), NOT_FOUND],
    ['deleted', '202 with Success, and the object is not there', ACCEPTED, NOT_FOUND],
    ['deleted', 'a truncated NotFound, and the object is not there', aResponse(404, '{"kind":"Sta'), NOT_FOUND],
    ['deleted', 'the 404 of a proxy, and the object is not there', PROXY, NOT_FOUND],
    ['deleted', 'the 403 of a proxy, and the object is not there', aResponse(403, '<html>'), NOT_FOUND],
    ['deleted', 'an empty object, and the object is not there', aResponse(200, {}), NOT_FOUND],
    ['replaced', 'a 500, and another object has its name', status(500), REPLACED],
  ])('%s: the answer is %s', async (result, _what, answer, then) => {
    expect(await remove(answer, then).deleted).toBe(result);
  });

  test.each<[string, ReturnType<typeof aResponse>, object]>([
    ['an empty object', aResponse(200, {}), { code: 'API_NOT_JSON' }],
    ['null', aResponse(200, null), { code: 'API_NOT_JSON' }],
    ['HTML', aResponse(200, '<html>'), { code: 'API_NOT_JSON' }],
    ['a failure', aResponse(200, { kind: 'Status', status: 'Failure' }), { code: 'API_NOT_JSON' }],
    ['Success without saying for what', success(), { code: 'API_NOT_JSON' }],
    ['Success for another object', success({ name: 'other', kind: 'pods' }), { code: 'API_NOT_JSON' }],
    ['Success for another uid', success({ name: 'web', kind: 'pods', uid: 'u-2' }), { code: 'API_NOT_JSON' }],
    ['another object', aResponse(200, { ...OBJECT, kind: 'Job' }), { code: 'API_NOT_JSON' }],
    [
      'Success with the code of a failure',
      success({ name: 'web', kind: 'pods' }, { code: 500 }),
      { code: 'API_NOT_JSON' },
    ],
    ['202 with Success', ACCEPTED, { status: 202 }],
    [
      'a NotFound that is a Success',
      aResponse(404, { ...NOT_FOUND.json<object>(), status: 'Success' }),
      { status: 404 },
    ],
    ["a proxy's 404", PROXY, { status: 404 }],
    ['a 500', status(500), { status: 500 }],
    ['a conflict', CONFLICT, { status: 409 }],
    ['a 403', status(403), { code: 'FORBIDDEN' }],
  ])('fails if the answer is %s and the object is still there', async (_what, answer, error) => {
    await expect(remove(answer).deleted).rejects.toMatchObject(error);
  });

  test('fails with the first error if the object cannot be read', async () => {
    await expect(remove(status(500), status(403)).deleted).rejects.toMatchObject({ status: 500 });
    await expect(remove(status(500), PROXY).deleted).rejects.toMatchObject({ status: 500 });
  });

  test('fails if finalizers keep the object, and names them', async () => {
    const message =
      'cannot delete pods/web in namespace dev: it is marked as deleted, but finalizers keep it: a.example.com/x, y';
    const kept = pending(['a.example.com/x', 'y']);
    await expect(remove(kept, kept).deleted).rejects.toMatchObject({ message });
    await expect(remove(status(500), kept).deleted).rejects.toMatchObject({ message });
  });
});

test('the log of a pod is text', async () => {
  const { api, requests } = fakeApi(() => aResponse(200, 'line 1\n'));
  expect(await readPodLog(api, POD)).toBe('line 1\n');
  expect(requests).toMatchObject([{ path: '/api/v1/namespaces/dev/pods/web/log' }]);
});
