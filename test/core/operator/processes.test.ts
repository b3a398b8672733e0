import type { ClusterApi } from '../../../src/core/cluster/api.js';
import { openCluster } from '../../../src/core/cluster/index.js';
import type { KubeObject } from '../../../src/core/model/kube.js';
import { readRegistryProcesses } from '../../../src/core/operator/processes.js';
import { startSandbox, type Sandbox } from '../../../src/sandbox/index.js';

const NAMESPACE = 'openshift-image-registry';
let sandbox: Sandbox;
let api: ClusterApi;

beforeAll(async () => {
  sandbox = await startSandbox({ operator: true, replicas: 2, rolloutStepMs: 'manual' });
  api = await openCluster({ kubeconfig: sandbox.kubeconfig.admin });
});

afterAll(async () => {
  await api.close();
  await sandbox.stop();
});

afterEach(() => {
  for (const { metadata } of pods())
    if (metadata.name.startsWith('test-')) sandbox.store.remove('pods', NAMESPACE, metadata.name);
});

const pods = (): KubeObject[] =>
  sandbox.store.list('pods', NAMESPACE).filter(({ metadata }) => metadata.labels?.['docker-registry'] === 'default');
const uids = (): string[] => pods().map(({ metadata }) => metadata.uid!);

/** Puts a pod like the registry's. @returns its uid */
function putPod(name: string, changes: { metadata?: object; status?: object; env?: object[] } = {}): string {
  const [pod] = pods();
  const [container] = pod!.spec!.containers as { env: object[] }[];
  const containers = [{ ...container, env: [...container!.env, ...(changes.env ?? [])] }];
  const uid = `uid-of-${name}`;
  sandbox.store.put('pods', {
    metadata: { name, namespace: NAMESPACE, uid, labels: pod!.metadata.labels, ...changes.metadata },
    spec: { ...pod!.spec, containers },
    status: changes.status ?? pod!.status,
  });
  return uid;
}

const RUNNING = [{ name: 'registry', state: { running: {} } }];
const TERMINATED = [{ name: 'registry', state: { terminated: {} } }];

test('every pod counts, pending and terminating ones too', async () => {
  const running = uids();
  const pending = putPod('test-pending', { status: { phase: 'Pending' } });
  const terminating = putPod('test-old', { metadata: { deletionTimestamp: '2026-11-01T00:00:00Z' } });
  const { ids } = (await readRegistryProcesses(api))!;
  expect(running).toHaveLength(2);
  expect(ids.sort()).toEqual([...running, pending, terminating].sort());
});

test.each(['Succeeded', 'Failed'])('a pod in phase %s counts only while a container of it can run', async (phase) => {
  const ended = putPod('test-ended', { status: { phase, containerStatuses: TERMINATED } });
  const evicted = putPod('test-evicted', { status: { phase } });
  const lost = putPod('test-lost', { status: { phase, containerStatuses: RUNNING } });
  const { ids } = (await readRegistryProcesses(api))!;
  expect(ids).toContain(lost);
  expect(ids).not.toContain(ended);
  expect(ids).not.toContain(evicted);
});

test('the oldest start is when the oldest pod was created, and the time of the server is not rounded down', async () => {
  putPod('test-old', {
    metadata: { creationTimestamp: '2024-02-03T04:05:06Z', deletionTimestamp: '2026-11-01T00:00:00Z' },
  });
  const before = Date.now();
  const { oldestStart, serverTime } = (await readRegistryProcesses(api))!;
  expect(oldestStart).toBe(Date.parse('2024-02-03T04:05:06Z'));
  expect(serverTime).toBeGreaterThanOrEqual(before);
});

test('a start that a pod does not state is not known', async () => {
  putPod('test-odd', { metadata: { creationTimestamp: 'yesterday' } });
  expect((await readRegistryProcesses(api))!.oldestStart).toBeUndefined();
});

test('one process with its cache in Redis is enough', async () => {
  expect(await readRegistryProcesses(api)).toMatchObject({ usesRedis: false });
  putPod('test-redis', { env: [{ name: 'REGISTRY_STORAGE_CACHE_BLOBDESCRIPTOR', value: 'redis' }] });
  expect(await readRegistryProcesses(api)).toMatchObject({ usesRedis: true, cacheTtlMs: undefined });
});

test('the list comes from the store of the API server, not from its cache', async () => {
  sandbox.requests.length = 0;
  await readRegistryProcesses(api);
  const lists = sandbox.requests.filter(({ path }) => path.includes('/pods'));
  expect(lists).toHaveLength(1);
  expect(lists[0]!.path).not.toContain('resourceVersion');
});

test('without a registry pod, nothing shows whether a registry uses the storage', async () => {
  const all = pods();
  for (const { metadata } of all) sandbox.store.remove('pods', NAMESPACE, metadata.name);
  expect(await readRegistryProcesses(api)).toBeUndefined();
  for (const pod of all) sandbox.store.put('pods', pod);
});
