import { kindOf } from './request-kind.js';

const request = (server: 'api' | 'registry', method: string, path: string): Parameters<typeof kindOf>[0] => ({
  server,
  method,
  path,
  user: 'admin',
  index: 1,
});

test.each([
  ['GET', '/apis/apps/v1/deployments?limit=500', 'list deployments', 'list'],
  ['GET', '/api/v1/pods?limit=500&continue=abc', 'list pods (later page)', 'page'],
  ['GET', '/api/v1/pods?watch=true&resourceVersion=7', 'watch pods', 'watch'],
  ['GET', '/api/v1/namespaces/ns/pods?labelSelector=a%3Db', 'list selected pods', 'list'],
  ['GET', '/apis/image.openshift.io/v1/namespaces/ns/imagestreams/app', 'get imagestreams', 'read'],
  ['GET', '/apis/build.openshift.io/v1', 'get /apis/build.openshift.io/v1', 'read'],
  ['PUT', '/apis/image.openshift.io/v1/namespaces/ns/imagestreams/app/status', 'PUT imagestreams/status', 'write'],
  ['DELETE', '/apis/image.openshift.io/v1/images/sha256:0', 'delete images', 'delete'],
  ['GET', '/api/v1/namespaces/ns/pods/p/exec?command=sh&command=x+-prune%3Dcheck', 'exec pruner (check)', 'exec'],
])('%s %s is "%s"', (method, path, name, shape) => {
  expect(kindOf(request('api', method, path))).toEqual({ name, shape });
});

test.each([
  ['DELETE', '/v2/ns/app/blobs/sha256:0', 'delete layer link'],
  ['DELETE', '/v2/ns/app/manifests/sha256:0', 'delete manifest'],
  ['DELETE', '/admin/blobs/sha256:0', 'delete blob'],
  ['GET', '/', 'GET /'],
])('%s %s is "%s"', (method, path, name) => {
  expect(kindOf(request('registry', method, path)).name).toBe(name);
});

test('a command in a pod that is not known is an error, so that it gets a name', () => {
  const path = '/api/v1/namespaces/ns/pods/p/exec?command=reboot';
  expect(() => kindOf(request('api', 'GET', path))).toThrow('does not know what the command does: reboot');
});

test('a request that has no shape is an error, so that it gets faults', () => {
  expect(() => kindOf(request('api', 'OPTIONS', '/api/v1/pods'))).toThrow('does not know what OPTIONS');
});
