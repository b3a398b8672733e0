import type { ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startHub, type SandboxHub } from '../../../src/sandbox/index.js';
import type { FleetReport, SiteReport } from '../../../src/core/edge/verify/report.js';
import { regadm, type Outcome } from '../../support/regadm.js';

const POD = /\/pods\/regadm-node-check-\w+$/;

let started: SandboxHub;
/** What the API servers do with requests for the debug pod. */
let onPod: ((cluster: string) => void) | undefined;
beforeAll(async () => {
  started = await startHub({
    managedClusters: 5,
    rolloutStepMs: 5,
    fail: ['sno-01:silent', 'sno-04:silent', 'sno-05:GET /configs => trickle=50'],
  });
  for (const { name, sandbox } of started.clusters.values())
    sandbox.onRequest(({ method, path }) => {
      if (!onPod || method !== 'GET' || !POD.test(path)) return undefined;
      onPod(name);
      return { do: 'hang' };
    });
});
afterEach(() => (onPod = undefined));
afterAll(() => started.stop());

const verify = (args: string[], onStart?: (child: ChildProcess) => void): Promise<Outcome> =>
  regadm(['edge', 'verify', '--hub-kubeconfig', started.hub.kubeconfig.admin, ...args], { started: onStart });

/** Resolves when a client waits for a silent cluster. */
function contacted(name: string): Promise<void> {
  const silence = started.clusters.get(name)!.silence!;
  return new Promise((resolve) => silence.onChange(() => void (silence.waiting > 0 && resolve())));
}

test('the check that has no answer within the time fails, and the later ones are skipped', async () => {
  const { status, stdout } = await verify(['--selector', 'name in (sno-01,sno-04)', '--timeout', '1s', '-o', 'json']);
  const { clusters, summary } = JSON.parse(stdout) as FleetReport;
  expect({ status, summary }).toEqual({ status: 2, summary: { clusters: 2, passed: 0, failed: 2, unfinished: 0 } });
  for (const { ok, checks } of clusters) {
    expect(ok).toBe(false);
    const at = checks.findIndex((check) => check.status === 'failed');
    expect(checks[at]).toMatchObject({
      detail: expect.stringMatching(/^no result from https:\/\/127.0.0.1:\d+ within 1 s \(--timeout\)$/),
      remedy: expect.stringContaining('--timeout'),
    });
    expect(checks.slice(at + 1).map((check) => check.status)).toEqual(checks.slice(at + 1).map(() => 'skipped'));
  }
});

test('a cluster that answers byte by byte fails, too', async () => {
  const { status, stdout } = await verify(['--selector', 'name=sno-05', '--timeout', '1s']);
  expect(status).toBe(2);
  expect(stdout).toMatch(/^sno-05: failed: \S+: no result from https:\/\/127.0.0.1:\d+ within 1 s \(--timeout\)\n$/);
});

test('the time also limits the checks of one cluster', async () => {
  const { status, stdout } = await verify(['--cluster', 'sno-01', '--timeout', '1s', '-o', 'json']);
  const { summary } = JSON.parse(stdout) as SiteReport;
  expect({ status, summary }).toMatchObject({ status: 1, summary: { failed: 1, notChecked: 1 } });
});

test('a silent hub is an error within the time', async () => {
  const silent = started.clusters.get('sno-01')!;
  const kubeconfig = join(started.hub.dir, 'silent-hub');
  const text = readFileSync(started.hub.kubeconfig.admin, 'utf8');
  writeFileSync(kubeconfig, text.replaceAll(started.hub.apiUrl, silent.apiUrl));
  const run = await regadm(['edge', 'verify', '--hub-kubeconfig', kubeconfig, '--all', '--timeout', '1s']);
  expect(run).toMatchObject({ status: 1, stdout: '' });
  expect(run.stderr).toContain(
    `error: the hub at ${silent.apiUrl} has not listed its managed clusters within 1 s (--timeout)\n`,
  );
});

test('the others do not wait for a silent cluster, and Ctrl-C prints those that were checked', async () => {
  let stop = (): void => {};
  // With two places, sno-02 and sno-03 are checked in the one that sno-01 does not occupy.
  void contacted('sno-04').then(() => stop());
  const { status, stdout, stderr } = await verify(
    ['--selector', 'name!=sno-05', '--parallel', '2'],
    (child) => (stop = () => child.kill('SIGINT')),
  );
  expect({ status, stdout }).toEqual({ status: 130, stdout: 'sno-02: passed (9 checks)\nsno-03: passed (9 checks)\n' });
  expect(stderr).toContain('4 clusters: 2 passed, 0 failed, 2 not checked because of the interruption\n');
  expect(stderr).toContain('error: interrupted by SIGINT\n');
});

test('a document says that the run was interrupted', async () => {
  let stop = (): void => {};
  void contacted('sno-01').then(() => stop());
  const { status, stdout } = await verify(
    ['--selector', 'name=sno-01', '-o', 'json'],
    (child) => (stop = () => child.kill('SIGTERM')),
  );
  expect({ status, document: JSON.parse(stdout) as unknown }).toMatchObject({
    status: 143,
    document: { kind: 'EdgeVerify', interrupted: true, summary: { clusters: 1, unfinished: 1 }, clusters: [] },
  });
});

test('Ctrl-C deletes the debug pods of all clusters', async () => {
  const waiting = new Set<string>();
  let stop = (): void => {};
  onPod = (cluster) => void (waiting.add(cluster).size === 2 && stop());
  const { status, stdout } = await verify(
    ['--selector', 'name in (sno-02,sno-03)', '--node-check'],
    (child) => (stop = () => child.kill('SIGINT')),
  );
  expect({ status, stdout }).toEqual({ status: 130, stdout: '' });
  for (const name of ['sno-02', 'sno-03']) {
    const { requests, store } = started.clusters.get(name)!.sandbox;
    expect(requests.filter(({ method, path }) => method === 'DELETE' && POD.test(path))).toHaveLength(1);
    expect(store.list('pods', 'openshift-image-registry').map(({ metadata }) => metadata.name)).toEqual([
      expect.stringMatching(/^image-registry-/),
    ]);
  }
});

describe('a server that answers, but not as an API server', () => {
  let answering: SandboxHub;
  beforeAll(async () => {
    answering = await startHub({
      managedClusters: 3,
      rolloutStepMs: 5,
      fail: ['sno-01:* . => html', 'sno-02:* /(apis?)/ => 503', 'sno-03:GET ^/v2/ => 503'],
    });
  });
  afterAll(() => answering.stop());
  const check = (...args: string[]): Promise<Outcome> =>
    regadm(['edge', 'verify', '--hub-kubeconfig', answering.hub.kubeconfig.admin, ...args]);

  test('is not asked again and again for a web page', async () => {
    const { status, stdout } = await check('--selector', 'name=sno-01');
    expect(status).toBe(2);
    expect(stdout).toMatch(/^sno-01: failed: registry-config, claim: .*response is not JSON but a web page/);
    expect(stdout).not.toContain('no result');
    const paths = answering.clusters.get('sno-01')!.sandbox.requests.map(({ path }) => path);
    expect(paths.filter((path) => path.includes('/pods'))).toHaveLength(2);
  });

  test.each(['sno-02', 'sno-03'])('has its last answer in the line of %s when the time is over', async (name) => {
    const { stdout } = await check('--selector', `name=${name}`, '--timeout', '1s');
    expect(stdout).toMatch(/no result.* within 1 s \(--timeout\); last attempt: .*(503|unable to handle the request)/);
  });
});
