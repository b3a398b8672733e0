import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { startHub, type SandboxHub } from '../../../src/sandbox/index.js';
import { apiRequest } from '../../support/sandbox-client.js';

const MANAGED_CLUSTERS = '/apis/cluster.open-cluster-management.io/v1/managedclusters';

let started: SandboxHub;
beforeAll(async () => {
  started = await startHub({
    cluster: {},
    managedClusters: 8,
    fail: [
      'sno-01:silent',
      'sno-02:unreachable',
      'sno-03:certificate-expired',
      'sno-04:pods-not-ready',
      'sno-05:claim-unbound',
      'sno-06:override-differs',
      'sno-06: no-kubeconfig',
      'sno-07:GET /persistentvolumes => 403',
    ],
  });
});
afterAll(() => started.stop());

const cluster = (name: string) => started.clusters.get(name)!;

/** Returns the kubeconfig that the hub has of a cluster; undefined if it has none. */
function kubeconfigOf(name: string): { server: string; token: string } | undefined {
  const secret = started.hub.store.get('secrets', name, `${name}-admin-kubeconfig`);
  if (!secret) return undefined;
  const text = Buffer.from((secret.data as { kubeconfig: string }).kubeconfig, 'base64').toString();
  const { clusters, users } = parse(text) as {
    clusters: { cluster: { server: string } }[];
    users: { user: { token: string } }[];
  };
  return { server: clusters[0]!.cluster.server, token: users[0]!.user.token };
}

/** Reads a list of a managed cluster, with the token that the hub has. */
const readList = (name: string, path: string) =>
  apiRequest(cluster(name).sandbox, 'GET', path, { token: cluster(name).sandbox.tokens.admin });

test('lists managed clusters and itself, with labels and in pages', async () => {
  const { hub } = started;
  const first = await apiRequest(hub, 'GET', `${MANAGED_CLUSTERS}?limit=4`, { token: hub.tokens.admin });
  const { items, metadata } = first.json<{ items: { metadata: object }[]; metadata: { continue: string } }>();
  expect(items.map((item) => item.metadata)).toMatchObject([
    { name: 'local-cluster', labels: { 'local-cluster': 'true' } },
    { name: 'sno-01', labels: { region: 'north' } },
    { name: 'sno-02', labels: { region: 'south' } },
    { name: 'sno-03', labels: { region: 'north' } },
  ]);
  expect(metadata.continue).toBeTruthy();
  expect([...started.clusters.keys()]).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((number) => `sno-0${number}`));
});

test('has the kubeconfig of each managed cluster, which is a cluster of its own', async () => {
  const tokens = [...started.clusters.keys()].map((name) => kubeconfigOf(name)?.token);
  expect(new Set(tokens).size).toBe(8);
  expect(kubeconfigOf('sno-08')).toEqual({
    server: cluster('sno-08').sandbox.apiUrl,
    token: cluster('sno-08').sandbox.tokens.admin,
  });
  expect(kubeconfigOf('sno-06')).toBeUndefined();
  expect((await readList('sno-08', '/api/v1/persistentvolumes')).json()).toMatchObject({
    items: [{ spec: { local: { path: '/var/imageregistry' } }, status: { phase: 'Bound' } }],
  });
});

test('the configuration of a host differs from the site only with the fault', () => {
  const { store } = started.hub;
  const same = [...started.clusters.keys()].filter((name) => {
    const [host] = store.list('baremetalhosts', name);
    const { nodes } = store.get('clusterinstances', name, name)!.spec as { nodes: [Record<string, string>] };
    expect(host!.metadata.name).toBe(nodes[0].hostName);
    return Object.values(host!.metadata.annotations!).includes(nodes[0].ignitionConfigOverride!);
  });
  expect(same).toEqual([1, 2, 3, 4, 5, 7, 8].map((number) => `sno-0${number}`));
});

test('a silent cluster holds connections until their clients leave', async () => {
  const silence = cluster('sno-01').silence!;
  const changes: number[] = [];
  silence.onChange(() => changes.push(silence.waiting));
  const socket = connect(Number(new URL(kubeconfigOf('sno-01')!.server).port), '127.0.0.1');
  const received: unknown[] = [];
  socket.on('data', (bytes) => received.push(bytes));
  await once(socket, 'connect');
  socket.write('GET / HTTP/1.1\r\n\r\n');
  const left = new Promise<void>((resolve) => silence.onChange(() => silence.waiting === 0 && resolve()));
  socket.end();
  await left;
  expect(changes).toEqual([1, 0]);
  expect(received).toEqual([]);
});

test('an unreachable cluster refuses connections, and one with an expired certificate is not trusted', async () => {
  const { hostname, port } = new URL(kubeconfigOf('sno-02')!.server);
  const [error] = (await once(connect(Number(port), hostname), 'error').catch((reason: unknown) => [reason])) as [
    Error,
  ];
  expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  await expect(readList('sno-03', '/api/v1/pods')).rejects.toMatchObject({ code: 'CERT_HAS_EXPIRED' });
});

test('pods are not ready, a claim is not bound, and a rule makes requests fail', async () => {
  const { items } = (await readList('sno-04', '/apis/imageregistry.operator.openshift.io/v1/configs')).json<{
    items: [{ status: { conditions: object[] } }];
  }>();
  expect(items[0].status.conditions).toContainEqual(expect.objectContaining({ type: 'Available', status: 'False' }));
  expect((await readList('sno-05', '/api/v1/persistentvolumeclaims')).json()).toMatchObject({
    items: [{ status: { phase: 'Pending' } }],
  });
  expect((await readList('sno-07', '/api/v1/persistentvolumes')).status).toBe(403);
  expect((await readList('sno-08', '/api/v1/persistentvolumes')).status).toBe(200);
});

test('removes the directories of all clusters', async () => {
  const other = await startHub({ cluster: {}, managedClusters: 2 });
  const { dir } = other.clusters.get('sno-02')!.sandbox;
  expect(existsSync(dir)).toBe(true);
  await other.stop();
  expect([existsSync(dir), existsSync(other.hub.dir)]).toEqual([false, false]);
});

test('a signal ends the start', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'regadm-test-'));
  const reason = new Error('stop');
  const start = startHub({ cluster: {}, dir: directory, managedClusters: 500 }, AbortSignal.abort(reason));
  await expect(start).rejects.toBe(reason);
  expect(existsSync(join(directory, 'clusters'))).toBe(false);
  rmSync(directory, { recursive: true });
});

test.each([
  ['sno-09:silent', 'the sandbox has no managed cluster "sno-09"', 'sno-01 to sno-02'],
  ['sno-01:nonsense', 'invalid fault rule "nonsense"', 'certificate-expired'],
])('refuses %s', async (rule, message, suggestion) => {
  await expect(startHub({ managedClusters: 2, fail: [rule] })).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringContaining(message) as string,
    suggestions: expect.arrayContaining([expect.stringContaining(suggestion)]) as string[],
  });
});
