import { checkCreation } from '../../../src/core/cluster/check-creation.js';
import { openCluster } from '../../../src/core/cluster/index.js';
import type { ClusterApi } from '../../../src/core/cluster/api.js';
import { defineResource } from '../../../src/core/cluster/resources.js';
import { startSandbox, type Sandbox } from '../../../src/sandbox/index.js';

const POLICIES = defineResource('networking.k8s.io/v1', 'networkpolicies', 'NetworkPolicy');

let sandbox: Sandbox;
let api: ClusterApi | undefined;
beforeEach(async () => void (sandbox = await startSandbox({ operator: true })));
afterEach(async () => {
  await api?.close();
  await sandbox.stop();
});

async function check(spec: Record<string, unknown>, user: 'admin' | 'nobody' = 'admin'): Promise<string | undefined> {
  api = await openCluster({ kubeconfig: sandbox.kubeconfig[user] });
  const metadata = { name: 'p', namespace: 'default' };
  return checkCreation(api, POLICIES, { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata, spec });
}

test('an object that the server accepts is not created', async () => {
  expect(await check({ podSelector: {} })).toBeUndefined();
  expect(sandbox.store.get('networkpolicies', 'default', 'p')).toBeUndefined();
});

test('an object that exists counts as accepted', async () => {
  sandbox.store.put('networkpolicies', { metadata: { name: 'p', namespace: 'default' }, spec: { podSelector: {} } });
  expect(await check({ podSelector: {} })).toBeUndefined();
});

test('an unknown field is refused, with the message of the server', async () => {
  await expect(check({ podSelector: {}, policyType: ['Egress'] })).rejects.toMatchObject({
    code: 'OBJECT_REFUSED',
    message: expect.stringMatching(/^the API server refuses NetworkPolicy p: .*unknown field "spec.policyType"/),
  });
});

test('a conflict that the server does not explain says nothing about the object', async () => {
  sandbox.onRequest(({ path }) => (path.includes('dryRun') ? { do: 'status', status: 409 } : undefined));
  expect(await check({ podSelector: {} })).toMatch(/cannot be fulfilled/);
});

test('a web page with status 200 says nothing about the object, like a failure of the server', async () => {
  sandbox.onRequest(({ path }) => (path.includes('dryRun') ? { do: 'html' } : undefined));
  expect(await check({ podSelector: {} })).toMatch(/^the API server's response is not JSON/);
});

test('a missing permission says nothing about the object', async () => {
  expect(await check({ podSelector: {} }, 'nobody')).toMatch(/^networkpolicies.* is forbidden/);
});
