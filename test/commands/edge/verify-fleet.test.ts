import { startHub, type SandboxHub } from '../../../src/sandbox/index.js';
import type { FleetReport } from '../../../src/core/edge/verify/report.js';
import { schemaProblems } from '../../support/json-schema.js';
import { regadm } from '../../support/regadm.js';

let started: SandboxHub;
beforeAll(async () => {
  started = await startHub({
    managedClusters: 8,
    rolloutStepMs: 5,
    fail: [
      'sno-02:unreachable',
      'sno-03:certificate-expired',
      'sno-04:pods-not-ready',
      'sno-05:no-kubeconfig',
      'sno-06:claim-unbound',
      'sno-06:override-differs',
      'sno-07:login-refused',
    ],
  });
});
afterAll(() => started.stop());

const verify = (...args: string[]) =>
  regadm(['edge', 'verify', '--hub-kubeconfig', started.hub.kubeconfig.admin, ...args]);

describe('all clusters of a hub', () => {
  test('have exactly one line each, and what is wrong with one does not affect the others', async () => {
    const { status, stdout, stderr, header } = await verify('--all', '--sort-by', 'cluster');
    expect(status).toBe(2);
    expect(stdout.split('\n')).toEqual([
      'sno-01: passed (9 checks)',
      expect.stringMatching(
        /^sno-02: failed: registry-config, .*: cannot reach the API server at .*: connection refused$/,
      ),
      expect.stringMatching(/^sno-03: failed: registry-config, .*: its certificate has expired$/),
      expect.stringMatching(
        /^sno-04: failed: registry-config: .*; registry-pods: not ready: image-registry-\S+ \(\w+\)/,
      ),
      'sno-05: failed: managed-kubeconfig: the hub has no secret sno-05/sno-05-admin-kubeconfig',
      'sno-06: failed: ignition-override: BareMetalHost sno-06/node1.sno-06.example.com: the annotation does not match ' +
        'the rendered configuration; claim: claim image-registry-storage is Pending',
      expect.stringMatching(/^sno-07: failed: registry-login: \S+ does not accept the login: 401 Unauthorized$/),
      'sno-08: passed (9 checks)',
      '',
    ]);
    expect(stderr).toBe('hint: the hub itself is not checked: local-cluster\n8 clusters: 2 passed, 6 failed\n');
    expect(header.match(/^server: /gm)).toHaveLength(1);
    expect(header).toContain(started.hub.apiUrl);
  });

  test('are one document with one array, which conforms to its schema', async () => {
    const { status, stdout, stderr } = await verify('--all', '-o', 'json', '-v', '8');
    const report = JSON.parse(stdout) as FleetReport;
    expect(schemaProblems('edge-verify', report)).toEqual([]);
    expect(report).toMatchObject({
      server: started.hub.apiUrl,
      summary: { clusters: 8, passed: 2, failed: 6, unfinished: 0 },
    });
    expect(report.clusters.map(({ cluster, ok }) => [cluster, ok])).toEqual(
      [...started.clusters.keys()].map((name) => [name, name === 'sno-01' || name === 'sno-08']),
    );
    expect(report.clusters[1]).toMatchObject({
      summary: { passed: 2, failed: 5, notChecked: 5 },
      checks: expect.arrayContaining([
        {
          ...{ where: 'cluster', name: 'registry-config', status: 'failed', remedy: expect.any(String) },
          detail: expect.stringContaining('connection refused'),
        },
      ]),
    });
    expect(status).toBe(2);
    // With -v, lines name their cluster and its server.
    expect(stderr).toContain(`\nsno-08: server: ${started.clusters.get('sno-08')!.apiUrl}\n`);
    expect(stderr).toMatch(/^sno-08: GET \/\S+ 200 in \d+ ms$/m);
    for (const { sandbox } of started.clusters.values()) expect(stdout + stderr).not.toContain(sandbox.tokens.admin);
  });

  test('show all checks with -o wide', async () => {
    const { stdout } = await verify('--selector', 'name in (sno-08,sno-05)', '-o', 'wide');
    const [titles, ...rows] = stdout.split('\n');
    expect(titles).toMatch(/^CLUSTER +WHERE +CHECK +STATUS +DETAIL$/);
    expect(rows.map((row) => row.split(/ {2,}/).slice(0, 4).join(' ')).filter((row) => row.startsWith('sno'))).toEqual([
      'sno-05 hub ignition-override passed',
      'sno-05 hub managed-kubeconfig failed',
      'sno-08 hub ignition-override passed',
      'sno-08 hub managed-kubeconfig passed',
      ...['registry-config', 'image-config', 'claim', 'volume', 'claim-use', 'registry-pods', 'registry-login'].map(
        (name) => `sno-08 cluster ${name} passed`,
      ),
    ]);
    expect(stdout).toContain('what to do:\n  * managed-kubeconfig: check the name of the cluster');
  });

  test('can be selected, sorted and filtered', async () => {
    const some = ['-l', 'name in (sno-01,sno-05)', '--parallel', '1'];
    expect(await verify(...some, '--sort-by', 'ok')).toMatchObject({
      stdout: expect.stringMatching(/^sno-05.*\nsno-01.*\n$/),
    });
    const columns = ['-o', 'custom-columns=NAME:.cluster,OK:.ok', '--no-headers'];
    expect((await verify(...some, ...columns)).stdout).toMatch(/^sno-01 +true\nsno-05 +false\n$/);
    const failed = '-o=jsonpath={range .clusters[?(@.ok==false)]}{.cluster}{"\\n"}{end}';
    expect((await verify(...some, failed)).stdout).toBe('sno-05\n');
    expect(await verify('-l', 'name=sno-08')).toMatchObject({ status: 0, stdout: 'sno-08: passed (9 checks)\n' });
  });

  test('with -o wide, all checks can be sorted by the columns of that table', async () => {
    const some = ['-l', 'name in (sno-01,sno-05)', '-o', 'wide', '--no-headers', '--sort-by'];
    const rows = async (column: string): Promise<string[]> => {
      const [table = ''] = (await verify(...some, column)).stdout.split('what to do:\n');
      return table.split('\n').map((row) => row.split(/ {2,}/).slice(0, 4).join(' '));
    };
    const [first, ...others] = await rows('status');
    expect(first).toBe('sno-05 hub managed-kubeconfig failed');
    expect(others.slice(0, -1).every((row) => row.endsWith(' passed'))).toBe(true);
    expect((await rows('check')).slice(0, 2)).toEqual([
      'sno-01 cluster claim passed',
      'sno-01 cluster claim-use passed',
    ]);
    expect((await rows('ok'))[0]).toMatch(/^sno-05 /);
  });

  test('are announced before the first pod with --node-check, and the pods are deleted', async () => {
    const { stdout, stderr } = await verify('-l', 'name in (sno-01,sno-08)', '--node-check', '--sort-by', 'cluster');
    expect(stdout).toBe('sno-01: passed (12 checks)\nsno-08: passed (12 checks)\n');
    expect(stderr).toBe(
      "about to create a privileged pod on the registry's node of 2 managed clusters (sno-01, sno-08), and delete it " +
        'afterward\n2 clusters: 2 passed, 0 failed\n',
    );
    for (const name of ['sno-01', 'sno-08']) expect(debugPods(name)).toEqual({ created: 1, deleted: 1, left: 0 });
  });
});

function debugPods(cluster: string): { created: number; deleted: number; left: number } {
  const { requests, store } = started.clusters.get(cluster)!.sandbox;
  const count = (wanted: string, pattern: RegExp): number =>
    requests.filter(({ method, path }) => method === wanted && pattern.test(path)).length;
  const pods = store
    .list('pods', 'openshift-image-registry')
    .filter(({ metadata }) => /node-check/.test(metadata.name));
  return { created: count('POST', /\/pods$/), deleted: count('DELETE', /\/pods\/regadm-/), left: pods.length };
}

test('a path at which the node mounts nothing fails', async () => {
  const { status, stdout } = await verify('-l', 'name=sno-08', '--node-check', '--path', '/var/other');
  expect(status).toBe(2);
  expect(stdout).toContain('; mount: nothing is mounted at /var/other: it is a directory of /\n');
});

test('a pod is created only after the announcement', async () => {
  const { stderr } = await verify('-l', 'name=sno-08', '--node-check', '-v', '6');
  const [before, after] = stderr.split("about to create a privileged pod on the registry's node of 1 managed cluster");
  expect(before).not.toContain('POST');
  expect(after).toMatch(/^sno-08: POST \/\S+\/pods 201/m);
});

test('one warning states that the registry has no impersonation', async () => {
  const { stderr } = await verify('-l', 'name in (sno-01,sno-08)', '--as', 'joe');
  expect(stderr.match(/^warning: .*joe/gm)).toHaveLength(1);
});

describe('a hub that cannot be used', () => {
  test('without a cluster that has the labels', async () => {
    const { status, stdout, stderr } = await verify('-l', 'region=none', '-o', 'json');
    expect({ status, document: JSON.parse(stdout) as object }).toMatchObject({
      status: 1,
      document: { kind: 'Error', code: 'NO_MANAGED_CLUSTERS' },
    });
    expect(stderr).toContain('error: the hub has no managed cluster with the labels region=none\n');
  });

  test('without the permission to list managed clusters', async () => {
    const { kubeconfig } = started.hub.addUser('reader', []);
    const { status, stderr } = await regadm(['edge', 'verify', '--hub-kubeconfig', kubeconfig, '--all']);
    expect(status).toBe(1);
    expect(stderr).toContain('error: cannot list managedclusters.cluster.open-cluster-management.io: ');
    expect(stderr).toContain(
      '  * ask a cluster administrator for the permission to list managedclusters.cluster.open-cluster-management.io: ',
    );
  });

  test('because the kubeconfig is not that of a hub', async () => {
    const { kubeconfig } = started.clusters.get('sno-01')!.sandbox;
    const { status, stderr } = await regadm(['edge', 'verify', '--hub-kubeconfig', kubeconfig.admin, '--all']);
    expect(status).toBe(1);
    expect(stderr).toContain('check that the kubeconfig is that of the hub: --hub-kubeconfig');
  });
});

test('a cluster whose registry is removed, and one whose kubeconfig is damaged, fail', async () => {
  const { hub, clusters } = started;
  const { store } = clusters.get('sno-01')!.sandbox;
  const config = store.get('configs', 'cluster')!;
  store.put('configs', { ...config, spec: { ...config.spec, managementState: 'Removed' } });
  const secret = hub.store.get('secrets', 'sno-08', 'sno-08-admin-kubeconfig')!;
  hub.store.put('secrets', { ...secret, data: { kubeconfig: Buffer.from('{').toString('base64') } });
  const { status, stdout } = await verify('-l', 'name in (sno-01,sno-08)', '--sort-by', 'cluster');
  expect(status).toBe(2);
  expect(stdout).toMatch(
    /^sno-01: failed: registry-config: managementState is Removed; .*\nsno-08: failed: managed-kubeconfig: the kubeconfig in secret sno-08\/sno-08-admin-kubeconfig cannot be used: .*\n$/,
  );
});

test.each([
  [['--all', '--selector', 'a=b'], '--selector'],
  [['--all', '--cluster', 'x'], '--cluster cannot be specified with --all'],
  [['--selector', 'a=b', '--cluster', 'x'], '--cluster cannot be specified with --selector'],
  ...['kubeconfig', 'registry-url', 'server', 'token', 'context', 'user'].map((flag): [string[], string] => [
    ['--all', `--${flag}`, 'x'],
    `--${flag} cannot be specified with --all`,
  ]),
  [['--cluster', 'x', '--parallel', '2'], '--parallel needs --all or --selector'],
  ...[' ', ',', 'a=b,', 'a in (x,y), ,b'].map((selector): [string[], string] => [
    ['--selector', selector],
    `--selector "${selector}" has an empty term`,
  ]),
  [['--all', '--hub-kubeconfig', '/none/hub'], '  * pass the kubeconfig of the hub: --hub-kubeconfig FILE\n'],
  [['--all', '--parallel', '0'], 'invalid argument "0" for "--parallel" flag: must be at least 1'],
  [
    ['--all', '--sort-by', 'where'],
    'invalid argument "WHERE" for "--sort-by" flag: must be one of CLUSTER, OK, PASSED, FAILED, WARNINGS, SKIPPED, or, with -o wide, of WHERE, CHECK, STATUS, DETAIL',
  ],
  [['--cluster', 'x', '--sort-by', 'ok'], 'invalid argument "OK" for "--sort-by" flag: must be one of WHERE, CHECK'],
  [[], '--hub-kubeconfig needs --cluster NAME, --selector LABELS or --all'],
])('refuses %j', async (args, message) => {
  const { status, stderr } = await verify(...args);
  expect(status).toBe(1);
  expect(stderr).toContain(message);
});

test.each([['--all'], ['--selector=a=b']])('%s needs the kubeconfig of the hub', async (flag) => {
  const { status, stderr } = await regadm(['edge', 'verify', flag]);
  expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringContaining('needs --hub-kubeconfig') });
});
