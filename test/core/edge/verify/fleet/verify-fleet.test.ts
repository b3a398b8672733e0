import { verifyFleet, type Fleet } from '../../../../../src/core/edge/verify/fleet/verify-fleet.js';
import { SILENT } from '../../../../../src/core/kit/reporter.js';
import type { KubeObject } from '../../../../../src/core/model/kube.js';
import { aResponse, fakeApi } from '../../../../support/fake-api.js';

const REQUEST = {
  ...{ path: '/var/imageregistry', nodeCheck: false, timeoutMs: 600_000, parallel: 1, rendered: {} },
  registry: { forceInsecure: false, workers: 1 },
};
const KUBECONFIG = {
  clusters: [{ name: 'c', cluster: { server: 'https://api.example.com:6443' } }],
  users: [{ name: 'u', user: { token: 'secret' } }],
  contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
  'current-context': 'x',
};

function aCluster(name: string, metadata: object = {}, more: object = {}): KubeObject {
  return {
    ...{ apiVersion: 'cluster.open-cluster-management.io/v1', kind: 'ManagedCluster' },
    metadata: { name, uid: name, resourceVersion: '1', ...metadata },
    spec: { hubAcceptsClient: true },
    ...more,
  };
}

const unavailable = (status: string): object => ({
  status: {
    conditions: [
      null,
      { type: 'ManagedClusterConditionAvailable', status, reason: 'LeaseNotUpdated', message: 'line 1\nline 2' },
    ],
  },
});

/** A hub with managed clusters whose kubeconfigs cannot be opened. */
function aHub(clusters: KubeObject[], problem: (kubeconfig: string) => Error = () => new Error('cannot be opened')) {
  const opened: string[] = [];
  const asked: string[] = [];
  let closed = 0;
  const { api } = fakeApi(({ path, query }) => {
    if (path.endsWith('/managedclusters')) {
      asked.push(String(query?.labelSelector));
      const list = { apiVersion: 'cluster.open-cluster-management.io/v1', kind: 'ManagedClusterList' };
      return aResponse(200, { ...list, metadata: { resourceVersion: '1' }, items: clusters });
    }
    const [, namespace, name] = /namespaces\/([^/]+)\/secrets\/(.+)$/.exec(path) ?? [];
    if (name) {
      opened.push(namespace!);
      const kubeconfig = Buffer.from(JSON.stringify(KUBECONFIG)).toString('base64');
      return aResponse(200, { kind: 'Secret', metadata: { name, namespace }, data: { kubeconfig } });
    }
    const list = { apiVersion: 'metal3.io/v1alpha1', kind: 'BareMetalHostList', metadata: { resourceVersion: '1' } };
    return aResponse(200, { ...list, items: [] });
  });
  const fleet: Fleet = {
    openHub: async () => ({ ...api, close: async () => void closed++ }) as typeof api,
    openManaged: async (kubeconfig) => {
      throw problem(kubeconfig);
    },
  };
  return { fleet, opened, asked, closed: () => closed };
}

const run = (fleet: Fleet, request: object = {}) =>
  verifyFleet({ ...REQUEST, ...request }, fleet, { reporter: SILENT });

test('an error in the checks of a cluster fails only this cluster, and the hub is closed', async () => {
  const { fleet, closed } = aHub([aCluster('b'), aCluster('a')]);
  const { clusters, summary } = await run(fleet);
  expect(summary).toEqual({ clusters: 2, passed: 0, failed: 2, unfinished: 0 });
  expect(clusters.map(({ cluster }) => cluster)).toEqual(['a', 'b']);
  expect(clusters[0]).toMatchObject({
    ok: false,
    checks: [
      { name: 'ignition-override', status: 'failed', detail: 'no BareMetalHost in namespace a of the hub' },
      { name: 'managed-kubeconfig', status: 'failed', detail: 'cannot be opened' },
    ],
  });
  expect(closed()).toBe(1);
});

test('a cluster is reported while another one is still checked', async () => {
  const { fleet } = aHub([aCluster('a'), aCluster('b')]);
  const reported: string[] = [];
  let release = (): void => {};
  const isReported = new Promise<void>((resolve) => (release = resolve));
  let opened = 0;
  const openManaged: Fleet['openManaged'] = async () => {
    if (opened++ > 0) await isReported;
    throw new Error('cannot be opened');
  };
  const finished = async ({ cluster }: { cluster: string }): Promise<void> => {
    reported.push(cluster);
    release();
  };
  await verifyFleet({ ...REQUEST, parallel: 2 }, { ...fleet, openManaged }, { reporter: SILENT, finished });
  expect(reported.sort()).toEqual(['a', 'b']);
});

test('clusters whose kubeconfigs have the same server are a warning', async () => {
  const { fleet } = aHub([aCluster('a'), aCluster('b')]);
  const openManaged: Fleet['openManaged'] = async () =>
    ({ ...fakeApi(() => aResponse(404)).api, token: async () => undefined, close: async () => {} }) as never;
  const warnings: string[] = [];
  const reporter = { ...SILENT, warning: (text: string) => void warnings.push(text) };
  await verifyFleet(REQUEST, { ...fleet, openManaged }, { reporter });
  expect(warnings).toEqual(['b: its kubeconfig has the same server as that of a: https://api.example.com:6443']);
});

test('clusters that the hub does not hear from are checked last, with a warning', async () => {
  const { fleet, opened } = aHub([
    aCluster('a', {}, unavailable('Unknown')),
    aCluster('b'),
    aCluster('c', {}, unavailable('False')),
    aCluster('d', {}, unavailable('True')),
  ]);
  const { clusters } = await run(fleet);
  expect(opened).toEqual(['b', 'd', 'a', 'c']);
  expect(clusters.map(({ cluster }) => cluster)).toEqual(['a', 'b', 'c', 'd']);
  expect(clusters[0]!.checks[0]).toMatchObject({
    ...{ where: 'hub', name: 'managed-cluster', status: 'warning' },
    detail: 'the hub states that ManagedClusterConditionAvailable is Unknown: LeaseNotUpdated line 1\nline 2',
  });
});

test.each([
  [
    'that the hub is detaching',
    aCluster('a', { deletionTimestamp: '2026-01-01T00:00:00Z' }),
    'the hub is detaching it',
  ],
  ['that the hub has not accepted', aCluster('a', {}, { spec: {} }), 'the hub has not accepted it'],
])('a cluster %s is not contacted', async (_, cluster, detail) => {
  const { fleet, opened } = aHub([cluster, aCluster('b')]);
  const { clusters } = await run(fleet);
  expect(clusters[0]).toMatchObject({
    ok: false,
    checks: [{ name: 'managed-cluster', detail: `not checked: ${detail}` }],
  });
  expect(opened).toEqual(['b']);
});

test.each([
  ['no clusters', [], {}, 'the hub has no managed cluster'],
  ['only itself', [aCluster('local-cluster')], {}, 'the hub has no managed cluster besides itself'],
  [
    'only itself by its label',
    [aCluster('renamed', { labels: { 'local-cluster': 'true' } })],
    { selector: 'env=test' },
    'the hub has no managed cluster with the labels env=test besides itself',
  ],
])('a hub with %s is an error', async (_, clusters, request, message) => {
  const { fleet, closed } = aHub(clusters);
  await expect(run(fleet, request)).rejects.toMatchObject({ code: 'NO_MANAGED_CLUSTERS', message });
  expect(closed()).toBe(1);
});

test('the hub selects the clusters', async () => {
  const { fleet, asked } = aHub([aCluster('a')]);
  await run(fleet, { selector: 'region in (north),env!=test' });
  await run(fleet);
  expect(asked).toEqual(['region in (north),env!=test', 'undefined']);
});
