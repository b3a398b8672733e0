import { startSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import { apiRequest, eventually } from '../../support/sandbox-client.js';

const BUILD = '/apis/build.openshift.io/v1/namespaces/dev/builds/app-1';
const CONTROLLER = '/api/v1/namespaces/dev/replicationcontrollers/web-1';
const REPLICA_SET = '/apis/apps/v1/namespaces/dev/replicasets/api-1';

interface Answer {
  kind: string;
  status?: string;
  message?: string;
  metadata: { deletionTimestamp?: string; finalizers?: string[]; resourceVersion?: string };
}

let sandbox: Sandbox;
beforeEach(async () => {
  const owned = (name: string, kind: string, uid: string): object => ({
    metadata: { name, namespace: 'dev', ownerReferences: [{ kind, name: 'owner', uid, controller: true }] },
    spec: { containers: [] },
    status: { phase: 'Succeeded' },
  });
  sandbox = await startSandbox({
    cluster: {
      builds: [{ metadata: { name: 'app-1', namespace: 'dev', uid: 'u-build' }, status: { phase: 'Complete' } }],
      replicationcontrollers: [{ metadata: { name: 'web-1', namespace: 'dev', uid: 'u-rc' }, spec: { replicas: 0 } }],
      replicasets: [{ metadata: { name: 'api-1', namespace: 'dev', uid: 'u-rs' }, spec: { replicas: 0 } }],
      pods: [
        owned('app-1-build', 'Build', 'u-build'),
        owned('web-1-deploy', 'ReplicationController', 'u-rc'),
        owned('api-1-x', 'ReplicaSet', 'u-rs'),
        owned('other', 'ReplicaSet', 'u-other'),
      ],
    },
  });
});
afterEach(() => sandbox.stop());

async function remove(path: string, options?: object, token = sandbox.tokens.admin): Promise<[number, Answer]> {
  const body = options && { kind: 'DeleteOptions', apiVersion: 'v1', ...options };
  const answer = await apiRequest(sandbox, 'DELETE', path, { token, body });
  return [answer.status, answer.json<Answer>()];
}

const pods = (): string[] => sandbox.store.list('pods', 'dev').map(({ metadata }) => metadata.name);

test.each([
  [BUILD, 'builds', 'app-1', 'build.openshift.io'],
  [CONTROLLER, 'replicationcontrollers', 'web-1', undefined],
  [REPLICA_SET, 'replicasets', 'api-1', 'apps'],
])('preconditions protect another object or version: %s', async (path, resource, name, group) => {
  const { uid, resourceVersion } = sandbox.store.get(resource, 'dev', name)!.metadata;
  const qualified = group ? `${resource}.${group}` : resource;
  const conflict = (cause: string): [number, unknown] => [
    409,
    expect.objectContaining({
      status: 'Failure',
      reason: 'Conflict',
      message: `Operation cannot be fulfilled on ${qualified} "${name}": Precondition failed: ${cause}`,
    }),
  ];
  expect(await remove(path, { preconditions: { uid: 'other' } })).toEqual(
    conflict(`UID in precondition: other, UID in object meta: ${uid}`),
  );
  expect(await remove(path, { preconditions: { uid, resourceVersion: '1' } })).toEqual(
    conflict(`ResourceVersion in precondition: 1, ResourceVersion in object meta: ${resourceVersion}`),
  );
  expect(sandbox.store.get(resource, 'dev', name)).toBeDefined();
  const options = { propagationPolicy: 'Background', gracePeriodSeconds: 0, preconditions: { uid, resourceVersion } };
  const details = { name, kind: resource, uid, ...(group ? { group } : {}) };
  expect(await remove(path, options)).toEqual([
    200,
    { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details },
  ]);
  expect((await remove(path, options))[0]).toBe(404);
});

test.each([
  [BUILD, 'app-1-build'],
  [CONTROLLER, 'web-1-deploy'],
  [REPLICA_SET, 'api-1-x'],
])('background propagation deletes the pods of the object, and no others: %s', async (path, pod) => {
  expect((await remove(path, { propagationPolicy: 'Background' }))[0]).toBe(200);
  await eventually(() => expect(pods()).not.toContain(pod));
  expect(pods()).toHaveLength(3);
});

test('foreground propagation deletes the pods first', async () => {
  const [status, answer] = await remove(REPLICA_SET, { propagationPolicy: 'Foreground' });
  expect(status).toBe(200);
  expect(answer).toMatchObject({ kind: 'ReplicaSet', metadata: { finalizers: ['foregroundDeletion'] } });
  expect(answer.metadata.deletionTimestamp).toBeDefined();
  await eventually(() => expect(sandbox.store.get('replicasets', 'dev', 'api-1')).toBeUndefined());
  expect(pods()).not.toContain('api-1-x');
});

test.each([
  ['the policy Orphan', REPLICA_SET, 'replicasets', 'api-1', { propagationPolicy: 'Orphan' }],
  ['orphanDependents', REPLICA_SET, 'replicasets', 'api-1', { orphanDependents: true }],
  ['no policy for a replication controller', CONTROLLER, 'replicationcontrollers', 'web-1', undefined],
])('%s keeps the pods', async (_name, path, resource, name, options) => {
  const [status, answer] = await remove(path, options);
  expect([status, answer.metadata.finalizers]).toEqual([200, ['orphan']]);
  await eventually(() => expect(sandbox.store.get(resource, 'dev', name)).toBeUndefined());
  expect(pods()).toHaveLength(4);
  const owners = sandbox.store.list('pods', 'dev').map(({ metadata }) => metadata.ownerReferences);
  expect(owners.filter((references) => (references as object[]).length === 0)).toHaveLength(1);
});

test('a finalizer keeps the object until it is removed', async () => {
  const build = sandbox.store.get('builds', 'dev', 'app-1')!;
  sandbox.store.put('builds', { ...build, metadata: { ...build.metadata, finalizers: ['example.com/keep'] } });
  for (let time = 0; time < 2; time++) {
    const [status, answer] = await remove(BUILD, { propagationPolicy: 'Background' });
    expect(status).toBe(200);
    expect(answer).toMatchObject({ kind: 'Build', metadata: { finalizers: ['example.com/keep'] } });
  }
  const patch = { body: { metadata: { finalizers: null } }, type: 'application/merge-patch+json' };
  const done = await apiRequest(sandbox, 'PATCH', BUILD, { token: sandbox.tokens.admin, ...patch });
  expect(done.status).toBe(200);
  expect(sandbox.store.get('builds', 'dev', 'app-1')).toBeUndefined();
});

test.each([
  [
    { propagationPolicy: 'Later' },
    422,
    'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "Later": supported values: "Background", "Foreground", "Orphan"',
  ],
  [{ gracePeriodSeconds: '5' }, 400, expect.stringContaining('DeleteOptions.gracePeriodSeconds of type int64')],
])('invalid options delete nothing: %j', async (options, code, message) => {
  expect(await remove(BUILD, options)).toEqual([code, expect.objectContaining({ message })]);
  expect(sandbox.store.get('builds', 'dev', 'app-1')).toBeDefined();
});

const LISTED = [
  ['builds', 'build.openshift.io'],
  ['buildconfigs', 'build.openshift.io'],
  ['deploymentconfigs', 'apps.openshift.io'],
  ['replicationcontrollers', ''],
  ['deployments', 'apps'],
  ['replicasets', 'apps'],
];

test.each(LISTED)('the pruner may list %s but not delete them', async (resource, group) => {
  const { pruner, nobody } = sandbox.tokens;
  const prefix = group ? `/apis/${group}/v1` : '/api/v1';
  const list = (token: string): ReturnType<typeof apiRequest> =>
    apiRequest(sandbox, 'GET', `${prefix}/${resource}`, { token });
  expect((await list(pruner)).status).toBe(200);
  const qualified = group ? `${resource}.${group}` : resource;
  expect((await list(nobody)).json()).toMatchObject({
    code: 403,
    reason: 'Forbidden',
    message: `${qualified} is forbidden: User "nobody" cannot list resource "${resource}" in API group "${group}" at the cluster scope`,
  });
  expect(await remove(`${prefix}/namespaces/dev/${resource}/x`, undefined, pruner)).toEqual([
    403,
    expect.objectContaining({
      message: `${qualified} "x" is forbidden: User "pruner" cannot delete resource "${resource}" in API group "${group}" in the namespace "dev"`,
    }),
  ]);
});

test('fault rules apply to these deletions', async () => {
  sandbox.addFault('DELETE /(builds|replicasets)/ nth=2 => 503');
  sandbox.addFault('DELETE /replicationcontrollers/ => after=reset');
  expect((await remove(BUILD))[0]).toBe(200);
  expect((await remove(REPLICA_SET))[0]).toBe(503);
  expect(sandbox.store.get('replicasets', 'dev', 'api-1')).toBeDefined();
  await expect(remove(CONTROLLER, { propagationPolicy: 'Background' })).rejects.toThrow();
  expect(sandbox.store.get('replicationcontrollers', 'dev', 'web-1')).toBeUndefined();
});

test('discovery lacks an API whose resources are missing', async () => {
  const missing = ['builds', 'buildconfigs', 'deploymentconfigs'];
  const other = await startSandbox({ cluster: {}, missing });
  const { admin } = other.tokens;
  const groups = (await apiRequest(other, 'GET', '/apis', { token: admin })).json<{ groups: { name: string }[] }>();
  expect(groups.groups.filter(({ name }) => /^(build|apps)\.openshift\.io$/.test(name))).toEqual([]);
  for (const [resource, group] of LISTED.slice(0, 3)) {
    expect((await apiRequest(other, 'GET', `/apis/${group}/v1`, { token: admin })).status).toBe(404);
    expect((await apiRequest(other, 'GET', `/apis/${group}/v1/${resource}`, { token: admin })).status).toBe(404);
  }
  await other.stop();
});
