import { startSandbox } from '../../../src/sandbox/index.js';
import type { Sandbox, SandboxOptions } from '../../../src/sandbox/index.js';
import { requires } from '../../support/jest/requires.js';
import { regadm, type Outcome } from '../../support/regadm.js';
import { freePort } from '../../support/servers/processes.js';
import { startRedis } from '../../support/servers/redis.js';

const NAMESPACE = 'openshift-image-registry';
let sandbox: Sandbox;

async function start(options: SandboxOptions = {}): Promise<void> {
  sandbox = await startSandbox({ operator: true, rolloutStepMs: 5, ...options });
}

function restart(...args: string[]): Promise<Outcome> {
  return regadm(['registry', 'restart', ...args, '--kubeconfig', sandbox.kubeconfig.admin]);
}

function registryPods(): string[] {
  return sandbox.store
    .list('pods', NAMESPACE)
    .filter(({ metadata }) => metadata.labels?.['docker-registry'] === 'default')
    .map(({ metadata }) => metadata.name);
}

function changes(): string[] {
  return sandbox.requests
    .filter(({ method }) => method !== 'GET')
    .map(({ method, path }) => `${method} ${path.split('?')[0]}`);
}

afterEach(async () => {
  await sandbox?.stop();
});

test.each([1, 3])('with %d replicas, every pod is replaced', async (replicas) => {
  await start({ replicas });
  const before = registryPods();
  const { status, stdout } = await restart();
  expect(status).toBe(0);
  const after = registryPods();
  expect(after).toHaveLength(replicas);
  expect(after.filter((name) => before.includes(name))).toEqual([]);
  for (const name of [...before, ...after]) expect(stdout).toContain(name);
});

test('a second run restarts it again', async () => {
  await start();
  await restart();
  const between = registryPods();
  expect((await restart()).status).toBe(0);
  expect(registryPods()).not.toEqual(between);
});

test('-o json lists the pods before and after', async () => {
  await start();
  const previous = registryPods();
  const { stdout } = await restart('-o', 'json');
  expect(JSON.parse(stdout)).toMatchObject({
    apiVersion: 'regadm/v1',
    kind: 'RegistryRestart',
    dryRun: false,
    previous,
    pods: registryPods(),
  });
});

test('--dry-run changes nothing, and prints how to turn the cache off permanently', async () => {
  await start();
  const { status, stdout, stderr } = await restart('--dry-run');
  expect(status).toBe(0);
  expect(stdout).toBe(`would restart ${registryPods()[0]}\n`);
  expect(stderr).toContain('"managementState":"Unmanaged"');
  expect(stderr).toContain('REGISTRY_STORAGE_CACHE_BLOBDESCRIPTOR=');
  expect(changes()).toEqual([]);
});

test('if the operator undoes the change, the remaining pods are deleted one by one', async () => {
  await start({ replicas: 2, rolloutStepMs: 'manual' });
  const before = registryPods();
  const deployment = sandbox.store.get('deployments', NAMESPACE, 'image-registry')!;
  sandbox.onRequest(({ method, path }) => {
    // The moment after the patch: the operator writes its own template again before a pod was replaced.
    const now = sandbox.store.get('deployments', NAMESPACE, 'image-registry')!;
    if (
      method === 'GET' &&
      path.endsWith('/deployments/image-registry') &&
      now.metadata.generation === deployment.metadata.generation! + 1
    ) {
      sandbox.store.put('deployments', {
        ...now,
        metadata: { ...now.metadata, generation: now.metadata.generation! + 1 },
        spec: deployment.spec,
      });
    }
    sandbox.rollout.finish();
  });
  const { status, stderr } = await restart();
  expect(stderr).toContain('the operator has undone the change');
  expect(status).toBe(0);
  expect(registryPods()).toHaveLength(2);
  expect(registryPods().filter((name) => before.includes(name))).toEqual([]);
  expect(changes()).toEqual([
    `PATCH /apis/apps/v1/namespaces/${NAMESPACE}/deployments/image-registry`,
    ...before.map((name) => `DELETE /api/v1/namespaces/${NAMESPACE}/pods/${name}`),
  ]);
});

test('the error for a roll-out that times out describes what it waited for', async () => {
  await start({ fail: ['rollout-stuck'] });
  const { status, stderr } = await restart('--timeout', '1s');
  expect(status).toBe(1);
  expect(stderr).toMatch(/^error: the registry has not rolled out in time: /m);
});

test('tells a user without permission to restart the registry how to turn the cache off', async () => {
  await start();
  const user = sandbox.addUser('reader', [
    { apiGroups: ['', 'apps'], resources: ['pods', 'deployments'], verbs: ['get', 'list'] },
  ]);
  const { status, stderr } = await regadm(['registry', 'restart', '--kubeconfig', user.kubeconfig]);
  expect(status).toBe(1);
  expect(stderr).toMatch(/^error: cannot restart the registry: .*forbidden/m);
  expect(stderr).toContain('"managementState":"Unmanaged"');
});

test('without a registry there is nothing to restart', async () => {
  await start({ managementState: 'Removed' });
  const { status, stderr } = await restart();
  expect(status).toBe(1);
  expect(stderr).toMatch(/^error: deployment openshift-image-registry\/image-registry does not exist/m);
});

requires('redis-server').test('--redis-url empties the blob cache, and the password appears nowhere', async () => {
  await start();
  const redis = await startRedis({ password: 's3cret' });
  try {
    redis.command('-n', '2', 'MSET', 'blobs::a', 'x', 'blobs::b', 'x', 'other', 'x');
    const url = `redis://:s3cret@${redis.address}/2`;
    const { status, stdout, stderr } = await restart('--redis-url', url, '-o', 'json', '-v', '8');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ redisKeys: 2 });
    expect(redis.command('-n', '2', 'KEYS', '*')).toEqual(['other']);
    expect(stdout + stderr).not.toContain('s3cret');
  } finally {
    await redis.stop();
  }
});

requires('redis-server').test('what the old pods write into Redis during the restart is deleted, too', async () => {
  await start({ replicas: 2 });
  const redis = await startRedis();
  const old = registryPods();
  sandbox.onRequest(() => {
    if (registryPods().some((name) => old.includes(name))) redis.command('MSET', 'blobs::late', 'x', 'other', 'x');
  });
  try {
    const { status } = await restart('--redis-url', `redis://${redis.address}`);
    expect(status).toBe(0);
    expect(redis.command('KEYS', '*')).toEqual(['other']);
  } finally {
    await redis.stop();
  }
});

requires('redis-server').test('a Redis that ends during the restart is reported, with what was restarted', async () => {
  await start();
  const redis = await startRedis();
  sandbox.onRequest(async ({ method }) => {
    if (method === 'PATCH') await redis.stop();
  });
  const { status, stderr } = await restart('--redis-url', `redis://${redis.address}`);
  expect(status).toBe(1);
  expect(stderr).toMatch(/^error: cannot empty the blob cache in Redis/m);
  expect(stderr).toContain('the registry was restarted');
});

test('a restart that is a short outage is announced as one', async () => {
  await start();
  expect((await restart()).stderr).toContain('the restart of the registry is a short outage');
  await sandbox.stop();
  await start({ replicas: 2 });
  expect((await restart()).stderr).not.toContain('outage');
});

test('when Redis cannot be reached, nothing is restarted', async () => {
  await start();
  const { status, stderr } = await restart('--redis-url', `redis://:s3cret@127.0.0.1:${await freePort()}/2`);
  expect(status).toBe(1);
  expect(stderr).toMatch(/^error: cannot empty the blob cache in Redis 127\.0\.0\.1/m);
  expect(stderr).not.toContain('s3cret');
  expect(changes()).toEqual([]);
});

test.each([
  ['--redis-url=http://:s3cret@localhost', '--redis-url'],
  ['--redis-url=nonsense', '--redis-url: not the address of a Redis server'],
  ['--redis-ca=/ca.pem', '--redis-ca works only with --redis-url and TLS'],
  ['--timeout=soon', '--timeout'],
  ['--timeout=0', '--timeout must be above 0'],
  ['--timeout=-1m', '--timeout must be above 0'],
])('%s is refused', async (flag, message) => {
  const { status, stderr } = await regadm(['registry', 'restart', flag]);
  expect(status).toBe(1);
  expect(stderr).toContain(message);
  expect(stderr).not.toContain('s3cret');
});
