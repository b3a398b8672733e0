import type { SiteReport } from '../../../src/core/edge/verify/report.js';
import { startHub, type SandboxHub } from '../../../src/sandbox/index.js';
import { regadm, type Outcome } from '../../support/regadm.js';

let started: SandboxHub;
beforeAll(async () => {
  started = await startHub({ managedClusters: 2, rolloutStepMs: 5 });
});
afterEach(() => started.hub.clearFaults());
afterAll(() => started.stop());

const verify = (cluster: string, ...args: string[]): Promise<Outcome> =>
  regadm(['edge', 'verify', '--hub-kubeconfig', started.hub.kubeconfig.admin, '--cluster', cluster, ...args]);

const firstCheck = ({ stdout }: Outcome): object => (JSON.parse(stdout) as SiteReport).checks[0]!;

/** Changes what the hub states about the second cluster. */
function state(spec: object, status: object): void {
  const { store } = started.hub;
  const known = store.get('managedclusters', 'sno-02')!;
  store.put('managedclusters', { ...known, spec: { ...known.spec, ...spec }, status });
}

const unavailable = {
  conditions: [
    { type: 'ManagedClusterConditionAvailable', status: 'Unknown', reason: 'LeaseNotUpdated', message: 'no lease' },
  ],
};

test('the header of one cluster states no setting that only several clusters have', async () => {
  const flags = ['edge', 'verify', '--hub-kubeconfig', started.hub.kubeconfig.admin];
  expect((await regadm([...flags, '--cluster', 'sno-01'])).header).toMatch(/^settings: (?!.*parallel).*$/m);
  expect((await regadm([...flags, '--all'])).header).toContain('parallel=8');
  expect((await regadm([...flags, '-l', 'name=sno-01'])).header).toContain('parallel=8');
});

test('the header names the secret whose kubeconfig is used, and no user or context that it does not have', async () => {
  const { apiUrl } = started.clusters.get('sno-01')!;
  const line = `server: ${apiUrl}, kubeconfig: secret sno-01/sno-01-admin-kubeconfig of the hub`;
  const { header, stdout } = await verify('sno-01', '-o', 'json');
  expect(header.split('\n')[2]).toBe(line);
  expect(JSON.parse(stdout)).toMatchObject({ server: apiUrl });
  expect(JSON.parse(stdout)).not.toHaveProperty('context');
  expect((await verify('sno-01', '--as', 'joe')).header).toContain(`${line}, user: as joe\n`);
  const withToken = await verify('sno-01', '--as', 'joe', '--token', 'abc');
  expect(withToken.header).toContain(`${line}, user: as joe (impersonated by token of --token)\n`);
});

test('an unavailable cluster has the warning that --all prints', async () => {
  state({}, unavailable);
  const outcome = await verify('sno-02', '-o', 'json');
  expect(firstCheck(outcome)).toEqual({
    ...{ where: 'hub', name: 'managed-cluster', status: 'warning', remedy: expect.any(String) },
    detail: 'the hub states that ManagedClusterConditionAvailable is Unknown: LeaseNotUpdated no lease',
  });
  expect(outcome.status).toBe(0);
});

test('a cluster that the hub has not accepted is not contacted, as with --all', async () => {
  state({ hubAcceptsClient: false }, {});
  const { sandbox } = started.clusters.get('sno-02')!;
  const before = sandbox.requests.length;
  const outcome = await verify('sno-02', '-o', 'json');
  expect((JSON.parse(outcome.stdout) as SiteReport).checks).toMatchObject([
    { name: 'managed-cluster', status: 'failed', detail: 'not checked: the hub has not accepted it' },
  ]);
  expect(outcome.status).toBe(2);
  expect(sandbox.requests.length).toBe(before);
});

test('a cluster that the hub does not have is an error that names similar ones', async () => {
  const { status, stdout, stderr } = await verify('sno-1');
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toContain('error: the hub has no managed cluster sno-1\n');
  expect(stderr).toContain('  * did you mean sno-01?\n');
  expect((await verify('other')).stderr).toContain('  * list them: oc get managedclusters\n');
  const { kubeconfig } = started.clusters.get('sno-01')!.sandbox;
  const noHub = await regadm(['edge', 'verify', '--hub-kubeconfig', kubeconfig.admin, '--cluster', 'sno-01']);
  expect(noHub.stderr).toContain('  * check that the kubeconfig is that of the hub: --hub-kubeconfig\n');
});

test('without the permission to read it, a warning names the permission, and the cluster is checked', async () => {
  started.hub.addFault('GET /managedclusters => 403');
  const outcome = await verify('sno-01', '-o', 'json');
  expect(firstCheck(outcome)).toMatchObject({
    ...{ name: 'managed-cluster', status: 'warning', detail: expect.stringContaining('forbidden') },
    remedy: expect.stringContaining('get managedclusters.cluster.open-cluster-management.io'),
  });
  expect(outcome.status).toBe(0);
});
