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
const OBJECT = { metadata: { name: 'web' } };
const status = (code: number, message = 'no') => aResponse(code, { kind: 'Status', code, message });
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
    ['the object', status(404)],
    ['the resource', NO_API],
  ])('returns undefined if the server states that %s does not exist', async (_what, response) => {
    expect(await findObject(answering(response), POD)).toBeUndefined();
  });

  test("does not treat a proxy's 404 as a missing object", async () => {
    await expect(findObject(answering(PROXY), POD)).rejects.toMatchObject({ status: 404 });
  });
});

test('a list is one page; a response without items is not a list', async () => {
  const { api, requests } = fakeApi(() => aResponse(200, { items: [OBJECT] }));
  expect(await listObjects(api, PODS, { namespace: 'dev', labelSelector: 'a=b' })).toEqual([OBJECT]);
  expect(requests).toMatchObject([{ path: '/api/v1/namespaces/dev/pods', query: { labelSelector: 'a=b' } }]);
  expect(await listObjects(answering(aResponse(200, { items: null })), PODS)).toEqual([]);
  await expect(listObjects(answering(aResponse(200, {})), PODS)).rejects.toThrow('not a list');
  await expect(listObjects(answering(status(403)), PODS)).rejects.toMatchObject({ message: 'cannot list pods: no' });
});

test.each([
  [201, 'created'],
  [409, 'exists'],
])('creating an object, status %p: %s', async (code, result) => {
  const { api, requests } = fakeApi(() => status(code));
  expect(await createObject(api, POD, OBJECT)).toBe(result);
  expect(requests).toMatchObject([{ method: 'POST', path: '/api/v1/namespaces/dev/pods', body: OBJECT }]);
});

test.each([
  [200, 'deleted'],
  [202, 'deleted'],
  [404, 'gone'],
  [409, 'replaced'],
])('deleting an object, status %p: %s', async (code, result) => {
  const { api, requests } = fakeApi(() => status(code));
  expect(await deleteObject(api, POD, { uid: 'u-1' })).toBe(result);
  expect(requests).toMatchObject([{ method: 'DELETE', body: { preconditions: { uid: 'u-1' } } }]);
});

test('deleting and creating fail with every other status', async () => {
  await expect(deleteObject(answering(PROXY), POD)).rejects.toMatchObject({ status: 404 });
  await expect(deleteObject(answering(status(403)), POD)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  await expect(createObject(answering(status(422)), POD, OBJECT)).rejects.toMatchObject({
    message: 'cannot create pods/web in namespace dev: no',
  });
});

test('the log of a pod is text', async () => {
  const { api, requests } = fakeApi(() => aResponse(200, 'line 1\n'));
  expect(await readPodLog(api, POD)).toBe('line 1\n');
  expect(requests).toMatchObject([{ path: '/api/v1/namespaces/dev/pods/web/log' }]);
});
