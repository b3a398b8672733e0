import { listObjects, getObject } from '../../../../src/core/cluster/objects.js';
import { defineResource } from '../../../../src/core/cluster/resources.js';
import { ApiError } from '../../../../src/core/cluster/api-error.js';
import { aResponse, fakeApi } from '../../../support/fake-api.js';

/** Returns the error of a list that is answered with a status. */
async function listing(apiVersion: string, resource: string, answer: ReturnType<typeof aResponse>): Promise<ApiError> {
  const { api } = fakeApi(() => answer);
  const error: unknown = await listObjects(api, defineResource(apiVersion, resource, 'Any')).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
}

const UNAVAILABLE = aResponse(503, 'service unavailable\n');
const TIMEOUT = aResponse(504, { kind: 'Status', reason: 'Timeout', message: 'request timed out' });

test.each([
  ['build.openshift.io/v1', 'buildconfigs', UNAVAILABLE, 'v1.build.openshift.io', 'openshift-apiserver'],
  ['image.openshift.io/v1', 'images', TIMEOUT, 'v1.image.openshift.io', 'openshift-apiserver'],
  ['user.openshift.io/v1', 'users', UNAVAILABLE, 'v1.user.openshift.io', 'authentication'],
  ['metrics.k8s.io/v1beta1', 'pods', aResponse(502), 'v1beta1.metrics.k8s.io', 'monitoring'],
])('%s %s: the API service and its operator are named', async (apiVersion, resource, answer, service, operator) => {
  const error = await listing(apiVersion, resource, answer);
  expect(error.message).toContain(`the API service ${service} is not available: `);
  expect(error.suggestions).toEqual([
    `see why it is not available: oc get apiservices ${service}; oc get clusteroperator ${operator}`,
  ]);
});

test("the server's own words are kept", async () => {
  expect((await listing('image.openshift.io/v1', 'images', TIMEOUT)).message).toBe(
    'cannot list images.image.openshift.io: the API service v1.image.openshift.io is not available: request timed out',
  );
});

test('of a group that nothing is known about, only the API service is named', async () => {
  const { suggestions } = await listing('data.example.org/v1', 'things', UNAVAILABLE);
  expect(suggestions).toEqual(['see why it is not available: oc get apiservices v1.data.example.org']);
});

test.each([
  ['v1', 'pods'],
  ['apps/v1', 'deployments'],
  ['imageregistry.operator.openshift.io/v1', 'configs'],
])('%s %s: the API server itself is not available', async (apiVersion, resource) => {
  const { message, suggestions } = await listing(apiVersion, resource, UNAVAILABLE);
  expect(message).not.toContain('API service');
  expect(suggestions).toEqual(['see why it is not available: oc get clusteroperator kube-apiserver etcd']);
});

test('a web page comes from a proxy, which is named first', async () => {
  const page = aResponse(503, '<html>Application is not available</html>', { 'content-type': 'text/html' });
  const { suggestions } = await listing('image.openshift.io/v1', 'images', page);
  expect(suggestions[0]).toMatch(/^is a proxy in front of the API server\?/);
  expect(suggestions[1]).toContain('v1.image.openshift.io');
});

test('one object that cannot be read names the API service, too', async () => {
  const { api } = fakeApi(() => UNAVAILABLE);
  const route = { resource: defineResource('route.openshift.io/v1', 'routes', 'Route'), namespace: 'a', name: 'b' };
  await expect(getObject(api, route)).rejects.toMatchObject({
    suggestions: [expect.stringContaining('v1.route.openshift.io')],
  });
});

test.each([500, 404, 429])('a %d says nothing about the API service', async (status) => {
  const error = await listing('image.openshift.io/v1', 'images', aResponse(status, 'no'));
  expect(error.message).not.toContain('API service');
});
