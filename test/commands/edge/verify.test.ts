import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { ChildProcess } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { startSandbox } from '../../../src/sandbox/index.js';
import type { Sandbox, SandboxOptions } from '../../../src/sandbox/index.js';
import type { VerifyEntry as Check } from '../../../src/core/edge/verify/report.js';
import { regadm, type Outcome } from '../../support/regadm.js';

const NAMESPACE = 'openshift-image-registry';
const BUTANE = `variant: fcos
version: 1.3.0
storage:
  disks:
    - device: /dev/disk/by-id/wwn-0x6b07
      partitions:
        - {label: var-imageregistry, start_mib: 250000, size_mib: 0}
  filesystems:
    - {path: /var/imageregistry, device: /dev/disk/by-partlabel/var-imageregistry, format: xfs, wipe_filesystem: true, with_mount_unit: true}
`;

let directory: string;
let hub: Sandbox;
let managed: Sandbox;
let override: string;

/** A managed cluster whose registry is on a local volume. */
async function startManaged(options: SandboxOptions = {}): Promise<void> {
  managed = await startSandbox({ operator: true, rolloutStepMs: 5, ...options });
  const volume = managed.store.get('persistentvolumes', 'image-registry-storage')!;
  managed.store.put('persistentvolumes', {
    ...volume,
    spec: { ...volume.spec, local: { path: '/var/imageregistry/' } },
  });
}

function managedKubeconfig(): string | undefined {
  return managed && readFileSync(managed.kubeconfig.admin, 'utf8');
}

/** A hub that installed the cluster `sno`, and holds its kubeconfig. */
async function startHub(annotation: string | undefined, text = managedKubeconfig()): Promise<void> {
  const annotations =
    annotation === undefined ? {} : { 'bmac.agent-install.openshift.io/ignition-config-overrides': annotation };
  const kubeconfig = text && Buffer.from(text).toString('base64');
  hub = await startSandbox({
    cluster: {
      managedclusters: [{ metadata: { name: 'sno' }, spec: { hubAcceptsClient: true } }],
      baremetalhosts: [{ metadata: { name: 'node1.example.com', namespace: 'sno', annotations }, spec: {} }],
      ...(kubeconfig && {
        secrets: [{ metadata: { name: 'sno-admin-kubeconfig', namespace: 'sno' }, data: { kubeconfig } }],
      }),
    },
    customResources: [
      {
        group: 'siteconfig.open-cluster-management.io',
        version: 'v1alpha1',
        resource: 'clusterinstances',
        kind: 'ClusterInstance',
        namespaced: true,
      },
    ],
  });
}

async function verify(...args: string[]): Promise<Outcome & { checks: Check[] }> {
  const outcome = await regadm(['edge', 'verify', '-o', 'json', ...args]);
  return { ...outcome, checks: (JSON.parse(outcome.stdout || '{}') as { checks?: Check[] }).checks ?? [] };
}

const brief = (checks: Check[]): string[] => checks.map(({ where, name, status }) => `${where} ${name} ${status}`);
const hubFlags = () => ['--hub-kubeconfig', hub.kubeconfig.admin, '--cluster', 'sno'];

const ALL_PASSED = [
  'cluster registry-config passed',
  'cluster image-config passed',
  'cluster claim passed',
  'cluster volume passed',
  'cluster claim-use passed',
  'cluster registry-pods passed',
  'cluster registry-login passed',
];

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'regadm-verify-'));
  writeFileSync(join(directory, 'storage.bu'), BUTANE);
  override = (await regadm(['edge', 'render', '--butane', join(directory, 'storage.bu'), '-o', 'ignition'])).stdout;
});

afterAll(() => rmSync(directory, { recursive: true }));

afterEach(async () => {
  await Promise.all([hub?.stop(), managed?.stop()]);
  hub = managed = undefined as never;
});

test('passes on the hub and on the managed cluster with the kubeconfig from the hub', async () => {
  await startManaged();
  await startHub(override);
  const { status, checks, stdout, stderr } = await verify(...hubFlags(), '--butane', join(directory, 'storage.bu'));
  expect(checks.filter(({ status }) => status !== 'passed')).toEqual([]);
  expect(brief(checks)).toEqual(['hub ignition-override passed', 'hub managed-kubeconfig passed', ...ALL_PASSED]);
  expect(status).toBe(0);
  expect(stdout + stderr).not.toContain(managed.tokens.admin);
});

test('compares the mount with the rendered partition', async () => {
  await startManaged();
  await startHub(override);
  const file = join(directory, 'large.json');
  writeFileSync(file, override.replace('"sizeMiB":0', '"sizeMiB":409600'));
  const { checks } = await verify(...hubFlags(), '--ignition', file, '--node-check');
  expect(checks.filter(({ status }) => status === 'failed')).toMatchObject([
    { name: 'ignition-override' },
    { name: 'mount-size', detail: expect.stringContaining('the rendered partition 400 GiB') },
  ]);
});

test('a command in the kubeconfig that the hub keeps never runs', async () => {
  await startManaged();
  const marker = join(directory, 'command-ran');
  const kubeconfig = parseYaml(readFileSync(managed.kubeconfig.admin, 'utf8')) as { users: { user: object }[] };
  kubeconfig.users[0]!.user = {
    exec: {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: 'touch',
      args: [marker],
      interactiveMode: 'Never',
    },
  };
  await startHub(override, JSON.stringify(kubeconfig));
  const { checks } = await verify(...hubFlags());
  expect(checks.find(({ name }) => name === 'managed-kubeconfig')).toMatchObject({
    status: 'failed',
    detail: expect.stringContaining('exec'),
  });
  expect(existsSync(marker)).toBe(false);
});

test('prints a table for the managed cluster alone', async () => {
  await startManaged();
  const { status, stdout } = await regadm(['edge', 'verify', '--kubeconfig', managed.kubeconfig.admin]);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^cluster +registry-login +passed +https:\/\/\S+ accepts the login$/m);
  expect(stdout).toMatch(/^7 passed, 0 failed, 0 warnings, 0 skipped$/m);
});

describe('the annotation of the BareMetalHost', () => {
  const hubOnly = async (...args: string[]) => (await verify(...hubFlags(), ...args)).checks[0]!;

  test('is compared by meaning: order of keys, spaces and comments in units do not matter', async () => {
    const { ignition, storage, systemd } = JSON.parse(override.replace('Generated by regadm', 'Generated by Butane'));
    await startHub(JSON.stringify({ systemd, storage, ignition, passwd: {} }, null, 3));
    expect(await hubOnly('--butane', join(directory, 'storage.bu'))).toMatchObject({
      name: 'ignition-override',
      status: 'passed',
    });
    writeFileSync(join(directory, 'x.json'), override);
    expect(await hubOnly('--ignition', join(directory, 'x.json'))).toMatchObject({ status: 'passed' });
  });

  test('fails if it differs, and the remedy is a new installation', async () => {
    await startHub(override.replace('"startMiB":250000', '"startMiB":350000'));
    expect(await hubOnly('--butane', join(directory, 'storage.bu'))).toMatchObject({
      status: 'failed',
      detail: expect.stringContaining('does not match the rendered configuration'),
      remedy: expect.stringContaining('install'),
    });
  });

  test("is compared with the hub's ClusterInstance if no file is given", async () => {
    await startHub(override);
    const instance = (text: string) => ({
      metadata: { name: 'sno', namespace: 'sno' },
      spec: { nodes: [{ hostName: 'node1.example.com', ignitionConfigOverride: text }] },
    });
    hub.store.put('clusterinstances', instance(override));
    expect(await hubOnly()).toMatchObject({
      status: 'passed',
      detail: expect.stringContaining('the rendered configuration'),
    });
    hub.store.put('clusterinstances', instance(override.replaceAll('xfs', 'ext4')));
    expect(await hubOnly()).toMatchObject({ status: 'failed' });
  });

  describe('and the ClusterInstance', () => {
    const node = (ignitionConfigOverride: unknown, hostName = 'node1.example.com') => ({
      hostName,
      ignitionConfigOverride,
    });
    const putInstance = (spec: unknown): object =>
      hub.store.put('clusterinstances', { metadata: { name: 'sno', namespace: 'sno' }, spec: spec as object });
    const putHost = (name: string): object => hub.store.put('baremetalhosts', { metadata: { name, namespace: 'sno' } });

    test.each([
      ['403', 'forbidden'],
      ['401', 'Unauthorized'],
      ['410', 'too old'],
    ])('is not checked if the server answers %s for it', async (fault, cause) => {
      await startHub(override.replaceAll('xfs', 'ext4'));
      putInstance({ nodes: [node(override)] });
      hub.addFault(`GET /clusterinstances => ${fault}`);
      const { status, stdout, checks } = await verify(...hubFlags());
      expect(checks[0]).toMatchObject({
        name: 'ignition-override',
        status: 'failed',
        detail: expect.stringMatching(cause),
      });
      expect(stdout).toContain('"notChecked": 1');
      expect(status).toBe(1);
    });

    test('is not checked if another server answers 404 for it', async () => {
      await startHub(override);
      hub.onRequest(({ path }) =>
        path.includes('clusterinstances') ? { do: 'status', status: 404, message: 'nothing here' } : undefined,
      );
      const { stdout, checks } = await verify(...hubFlags());
      expect(checks[0]).toMatchObject({ name: 'ignition-override', status: 'failed' });
      expect(stdout).toContain('"notChecked": 1');
    });

    test('names the permission that is missing', async () => {
      await startHub(override);
      hub.addFault('GET /clusterinstances => 403');
      expect((await hubOnly()).remedy).toContain('get clusterinstances.siteconfig.open-cluster-management.io');
    });

    test.each<[string, unknown, string]>([
      ['has no spec', null, 'ClusterInstance sno/sno has no node node1.example.com'],
      ['has no list of nodes', { nodes: 'x' }, 'ClusterInstance sno/sno has no node node1.example.com'],
      [
        'lacks the host',
        { nodes: [null, node('{}', 'other')] },
        'ClusterInstance sno/sno has no node node1.example.com',
      ],
      ['has an invalid text', { nodes: [node('{bad')] }, 'ignitionConfigOverride of node node1.example.com in'],
      ['has a text of another type', { nodes: [node(5)] }, 'must be a string that contains JSON'],
      ['has no configuration for it', { nodes: [node(undefined)] }, 'but the ClusterInstance states none'],
    ])('fail if it %s', async (_title, spec, detail) => {
      await startHub(override);
      putInstance(spec);
      expect(await hubOnly()).toMatchObject({ status: 'failed', detail: expect.stringContaining(detail) });
    });

    test('are compared for each host', async () => {
      await startHub(override);
      putHost('node2');
      putHost('node3');
      putInstance({ nodes: [node(override), node(override, 'node2'), node('', 'node3')] });
      const { checks } = await verify(...hubFlags());
      expect(checks.slice(0, 3).map(({ status, detail }) => [status, detail])).toEqual([
        ['passed', 'BareMetalHost sno/node1.example.com has the rendered configuration'],
        ['failed', 'BareMetalHost sno/node2 has no configuration, but the ClusterInstance states one'],
        ['skipped', 'BareMetalHost sno/node3 has no configuration'],
      ]);
    });
  });

  test('must mount the path if there is nothing to compare with', async () => {
    await startHub(override);
    expect(await hubOnly()).toMatchObject({
      status: 'passed',
      detail:
        'BareMetalHost sno/node1.example.com mounts /var/imageregistry; only that was checked: the hub has no ' +
        'ClusterInstance sno/sno',
    });
    expect(await hubOnly('--path', '/var/lib/containers')).toMatchObject({
      status: 'failed',
      detail: expect.stringContaining('mount nothing at /var/lib/containers'),
    });
  });

  test.each([
    [undefined, 'no BareMetalHost of sno has the annotation'],
    ['', 'no BareMetalHost of sno has the annotation'],
    ['{', 'the annotation is not a valid Ignition configuration: not valid JSON'],
    ['{"ignition":{"version":"2.2.0"}}', 'must be a version 3'],
  ])('fails if it is %j', async (annotation, detail) => {
    await startHub(annotation);
    expect(await hubOnly()).toMatchObject({ status: 'failed', detail: expect.stringContaining(detail) });
  });
});

describe('the managed cluster', () => {
  const problems = async (...args: string[]) =>
    (await verify('--kubeconfig', managed.kubeconfig.admin, ...args)).checks.filter(
      ({ status }) => status !== 'passed',
    );

  test('fails if the operator reports an error', async () => {
    await startManaged({ fail: ['degraded'] });
    expect(await problems()).toMatchObject([
      {
        name: 'registry-config',
        status: 'failed',
        detail: expect.stringContaining('Degraded is True: StorageNotConfigured'),
      },
    ]);
  });

  test('fails if the volume is at another path', async () => {
    await startManaged();
    expect(await problems('--path', '/var/other')).toMatchObject([
      {
        name: 'volume',
        status: 'failed',
        detail: 'volume image-registry-storage is at /var/imageregistry, not at /var/other',
      },
    ]);
  });

  test('fails if the claim is not bound', async () => {
    await startManaged();
    const claim = managed.store.get('persistentvolumeclaims', NAMESPACE, 'image-registry-storage')!;
    managed.store.put('persistentvolumeclaims', { ...claim, status: { phase: 'Pending' } });
    expect(await problems()).toMatchObject([
      { name: 'claim', status: 'failed', detail: 'claim image-registry-storage is Pending' },
    ]);
  });

  test('exits with status 2 for what a check found, and with 1 if another one could not be done', async () => {
    await startManaged();
    const path = ['--path', '/var/other', '--kubeconfig', managed.kubeconfig.admin];
    expect(await verify(...path)).toMatchObject({ status: 2, stdout: expect.stringContaining('"notChecked": 0') });
    expect(await verify(...path, '--registry-url', '127.0.0.1:1')).toMatchObject({ status: 2 });
    await managed.stop();
    await startManaged({ fail: ['GET persistentvolumeclaims => 403'] });
    const both = await verify('--path', '/var/other', '--kubeconfig', managed.kubeconfig.admin);
    expect(both).toMatchObject({ status: 1, stdout: expect.stringContaining('"notChecked": 1') });
  });

  test('fails if the registry rejects the token', async () => {
    await startManaged({ fail: ['GET ^/v2/ => 401'] });
    expect(await problems()).toMatchObject([
      { name: 'registry-login', status: 'failed', detail: expect.stringContaining('does not accept the login: 401') },
    ]);
  });

  test('fails if the registry cannot be reached', async () => {
    await startManaged();
    expect(await problems('--registry-url', '127.0.0.1:1')).toMatchObject([
      { name: 'registry-login', status: 'failed', detail: expect.stringContaining('127.0.0.1:1') },
    ]);
  });

  test('fails every check for a user without permissions', async () => {
    await startManaged();
    const { checks, status } = await verify('--kubeconfig', managed.kubeconfig.nobody);
    expect(status).toBe(1);
    expect(checks.map(({ name }) => name)).toEqual([
      'registry-config',
      'image-config',
      'claim',
      'registry-pods',
      'registry-login',
    ]);
    expect(checks.slice(0, 4).every(({ detail }) => detail.includes('forbidden'))).toBe(true);
  });

  test('fails with --node-check if the volume is larger than the mount', async () => {
    await startManaged();
    const volume = managed.store.get('persistentvolumes', 'image-registry-storage')!;
    managed.store.put('persistentvolumes', { ...volume, spec: { ...volume.spec, capacity: { storage: '400Gi' } } });
    expect(await problems('--node-check')).toMatchObject([
      {
        ...{ where: 'node', name: 'mount-size', status: 'failed' },
        detail: 'the file system has 200 GiB, the volume 400 GiB, the claim 100 GiB',
      },
    ]);
  });

  test('fails with --node-check if nothing is mounted at the path', async () => {
    await startManaged();
    const directoryOf = async (path: string): Promise<string | undefined> =>
      (await problems('--node-check', '--path', path)).find(({ name }) => name === 'mount')?.detail;
    expect(await directoryOf('/var/other')).toBe('nothing is mounted at /var/other: it is a directory of /');
    expect(await directoryOf('/var/imageregistry/a')).toContain('it is a directory of /var/imageregistry');
    managed.addFault('not-mounted');
    expect(await directoryOf('/var/imageregistry')).toContain('nothing is mounted at /var/imageregistry');
  });

  test('is checked with --node-check by a pod on the node of the registry, which is deleted', async () => {
    await startManaged();
    const created: object[] = [];
    managed.onRequest(({ method, path }) => {
      if (method !== 'GET' || !/regadm-node-check-\w+$/.test(path)) return;
      created.push(...managed.store.list('pods', NAMESPACE).filter(({ metadata }) => path.endsWith(metadata.name)));
    });
    expect(await problems('--node-check')).toEqual([]);
    expect(created[0]).toMatchObject({
      spec: { nodeName: 'worker-0', containers: [{ securityContext: { privileged: true } }] },
    });
    expect(managed.store.list('pods', NAMESPACE).filter(({ metadata }) => metadata.name.startsWith('regadm'))).toEqual(
      [],
    );
  });
});

test('deletes the pod and exits with 130 when interrupted during --node-check', async () => {
  await startManaged();
  let stop: (() => void) | undefined;
  managed.onRequest(({ method, path }) => {
    if (method === 'GET' && /regadm-node-check-\w+$/.test(path)) stop?.();
  });
  const started = (child: ChildProcess): void => void (stop = () => child.kill('SIGINT'));
  const { status, stderr } = await regadm(
    ['edge', 'verify', '--node-check', '--kubeconfig', managed.kubeconfig.admin],
    { started },
  );
  expect(status).toBe(130);
  expect(stderr).toContain('error: interrupted by SIGINT');
  expect(
    managed.requests.filter(({ method, path }) => method === 'DELETE' && path.includes('regadm-node-check')),
  ).toHaveLength(1);
  expect(managed.store.list('pods', NAMESPACE).filter(({ metadata }) => metadata.name.startsWith('regadm'))).toEqual(
    [],
  );
});

test.each([
  [['--cluster', 'sno'], 'hub-kubeconfig'],
  [['--hub-kubeconfig', 'x'], 'cluster'],
  [['--hub-context', 'x'], 'hub-kubeconfig'],
  [['--butane', 'x'], 'hub-kubeconfig'],
  [['--path', 'var'], '--path: must be an absolute path, not "var"'],
  [['--timeout', 'soon'], '--timeout'],
  [['--hub-kubeconfig', 'x', '--cluster', 'sno', '--butane', '/none/x.bu'], 'cannot read /none/x.bu'],
  [['--hub-kubeconfig', '/none/hub', '--cluster', 'sno'], 'cannot read the kubeconfig /none/hub'],
])('refuses %j', async (args, message) => {
  const { status, stderr } = await regadm(['edge', 'verify', ...args]);
  expect(status).toBe(1);
  expect(stderr).toContain(message);
});

test('refuses an invalid Ignition file with the line', async () => {
  const file = join(directory, 'bad.json');
  writeFileSync(file, '{\n "ignition": {\n  "version": "2.0.0"\n }\n}\n');
  const { status, stderr } = await regadm([
    'edge',
    'verify',
    '--hub-kubeconfig',
    'x',
    '--cluster',
    'sno',
    '--ignition',
    file,
  ]);
  expect(status).toBe(1);
  expect(stderr).toContain(`error: ${file}:3: ignition.version: must be a version 3 of Ignition, such as 3.2.0`);
});
