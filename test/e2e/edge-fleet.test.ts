import { startHub, type RequestRecord, type SandboxHub } from '../../src/sandbox/index.js';
import type { FleetReport } from '../../src/core/edge/verify/report.js';
import { regadm } from '../support/regadm.js';
import { eventually } from '../support/sandbox-client.js';

let started: SandboxHub;
afterEach(() => started.stop());

const verifyAll = (...args: string[]) =>
  regadm(['edge', 'verify', '--all', '--hub-kubeconfig', started.hub.kubeconfig.admin, ...args]);

/** Waits until the registries of this number of clusters have accepted a login, which is the last check. */
function loggedIn(count: number): { log(record: RequestRecord): void; done: Promise<void> } {
  const clusters = new Set<string>();
  let resolve: () => void;
  const done = new Promise<void>((resolved) => (resolve = resolved));
  const log = ({ cluster, server, status, user }: RequestRecord): void => {
    if (server !== 'registry' || status !== 200 || user !== 'admin') return;
    clusters.add(cluster!);
    if (clusters.size === count) resolve();
  };
  return { log, done };
}

test('checks 30 clusters, three of them broken in different ways, while one of these never answers', async () => {
  const others = loggedIn(29);
  started = await startHub({
    cluster: {},
    managedClusters: 30,
    fail: ['sno-14:claim-unbound', 'sno-21:override-differs'],
    log: others.log,
  });
  const { sandbox } = started.clusters.get('sno-07')!;
  const waiting = others.done.then(() => sandbox.requests.map(({ status }) => status));
  // Answers when the test is over: with the time limit, the test would depend on the speed of the machine.
  sandbox.onRequest(async () => {
    await waiting;
    return { do: 'status', status: 403 };
  });
  const { status, stdout, stderr } = await verifyAll('--timeout', '10m', '-v', '9');
  // The first request had no answer when the other 29 clusters had been checked.
  expect(await waiting).toEqual([0]);
  expect(stdout).toMatch(/\n$/);
  // In the order in which they were checked.
  const lines = stdout.trimEnd().split('\n').sort();
  expect(lines.map((line) => line.split(': ', 2).join(': '))).toEqual(
    [...started.clusters.keys()].map((name) => `${name}: ${state(name)}`),
  );
  expect(lines[6]).toContain('registry-config');
  expect(lines[13]).toBe('sno-14: failed: claim: claim image-registry-storage is Pending');
  expect(lines[20]).toMatch(/^sno-21: failed: ignition-override: .* does not match the rendered configuration$/);
  expect(status).toBe(2);
  const tokens = [...started.clusters.values()].map(({ sandbox }) => sandbox.tokens.admin);
  expect(tokens.filter((token) => (stdout + stderr).includes(token))).toEqual([]);
});

function state(name: string): string {
  if (['sno-07', 'sno-14', 'sno-21'].includes(name)) return 'failed';
  return 'passed (9 checks)';
}

test('fails each cluster that does not answer in time, however it does that', async () => {
  const ways = ['silent', '* . => hang', '* . => slow=3600000', 'GET . => trickle=3600000'];
  started = await startHub({
    cluster: {},
    managedClusters: ways.length,
    fail: ways.map((way, index) => `sno-0${index + 1}:${way}`),
  });
  const { status, stdout } = await verifyAll('--timeout', '2s', '-o', 'json');
  const { clusters, summary } = JSON.parse(stdout) as FleetReport;
  const isLate = (checks: FleetReport['clusters'][number]['checks']): boolean =>
    checks.some(({ status, detail }) => status === 'failed' && detail.includes('within 2 s (--timeout)'));
  expect(clusters.map(({ cluster, ok, checks }) => [cluster, ok, isLate(checks)])).toEqual(
    [...started.clusters.keys()].map((name) => [name, false, true]),
  );
  expect(summary).toMatchObject({ clusters: 4, passed: 0, failed: 4 });
  expect(status).toBe(2);
  const { silence } = started.clusters.get('sno-01')!;
  await eventually(() => Promise.resolve(expect(silence!.waiting).toBe(0)));
});
