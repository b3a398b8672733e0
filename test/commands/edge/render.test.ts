import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { regadm, type Outcome } from '../../support/regadm.js';

const DEVICE = '/dev/disk/by-path/pci-0000:01:00.0-scsi-0:2:0:0';
const BUTANE = `variant: fcos
version: 1.3.0
storage:
  disks:
    - device: ${DEVICE}
      wipe_table: false
      partitions: [{label: var-imageregistry, start_mib: 250000, size_mib: 0}]
  filesystems:
    - path: /var/imageregistry
      device: /dev/disk/by-partlabel/var-imageregistry
      format: xfs
      mount_options: [defaults, prjquota]
      wipe_filesystem: true
      with_mount_unit: true
`;

/** The files of a site's installation. */
const FILES = ['ignition.json', 'siteconfig.yaml', 'clusterinstance.yaml'];

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'regadm-render-'));
  writeFileSync(join(directory, 'storage.bu'), BUTANE);
});

afterEach(() => rmSync(directory, { recursive: true }));

function render(...args: string[]): Promise<Outcome> {
  return regadm(['edge', 'render', ...args], { cwd: directory });
}

test('-o ignition prints one line of JSON, and warnings on stderr', async () => {
  const { status, stdout, stderr } = await render('--device', DEVICE, '--start-mib', '250000', '-o', 'ignition');
  expect(status).toBe(0);
  expect(stdout.trim().split('\n')).toHaveLength(1);
  expect(JSON.parse(stdout).storage.disks).toEqual([
    { device: DEVICE, partitions: [{ label: 'var-imageregistry', sizeMiB: 0, startMiB: 250000 }], wipeTable: false },
  ]);
  expect(stderr).toMatch(/^warning: the partition can only be created when the node is installed/m);
  expect(stderr).toMatch(/^warning: a start or a size that is too small/m);
});

test('the flags and the Butane file give the same result', async () => {
  const flags = await render('--device', DEVICE, '-o', 'ignition');
  const file = await render('--butane', 'storage.bu', '-o', 'ignition');
  expect(file.stdout).toBe(flags.stdout);
});

test('every partition flag has an effect', async () => {
  const { stdout } = await render(
    '--device',
    DEVICE,
    '--start-mib=30000',
    '--size-mib=200000',
    '--path=/var/lib/x',
    '--label=data',
    '--filesystem=ext4',
    '-o',
    'ignition',
  );
  const { storage } = JSON.parse(stdout);
  expect(storage.disks[0].partitions).toEqual([{ label: 'data', sizeMiB: 200000, startMiB: 30000 }]);
  expect(storage.filesystems).toEqual([
    {
      device: '/dev/disk/by-partlabel/data',
      format: 'ext4',
      mountOptions: ['defaults'],
      path: '/var/lib/x',
      wipeFilesystem: true,
    },
  ]);
});

test('a Butane file can come from standard input', async () => {
  const { stdout } = await regadm(['edge', 'render', '--butane', '-', '-o', 'ignition'], { input: BUTANE });
  expect(JSON.parse(stdout).systemd.units[0].name).toBe('var-imageregistry.mount');
});

test.each([
  ['siteconfig', 'ran.openshift.io/v1', 'SiteConfig', (spec: never) => spec['clusters'][0]],
  ['clusterinstance', 'siteconfig.open-cluster-management.io/v1alpha1', 'ClusterInstance', (spec: never) => spec],
])('-o %s contains the configuration of the node', async (form, apiVersion, kind, cluster) => {
  const { stdout } = await render(
    '--butane',
    'storage.bu',
    '--cluster',
    'sno-1',
    '--node',
    'n1.example.com',
    '-o',
    form,
  );
  const document = parse(stdout);
  expect(document).toMatchObject({ apiVersion, kind, metadata: { name: 'sno-1', namespace: 'sno-1' } });
  const { clusterName, nodes } = cluster(document.spec as never) as {
    clusterName: string;
    nodes: { hostName: string; ignitionConfigOverride: string }[];
  };
  expect(clusterName).toBe('sno-1');
  expect(nodes).toHaveLength(1);
  expect(nodes[0]!.hostName).toBe('n1.example.com');
  expect(JSON.parse(nodes[0]!.ignitionConfigOverride)).toEqual(
    JSON.parse((await render('--butane', 'storage.bu', '-o', 'ignition')).stdout),
  );
});

test('-o policy prints the overlay: names, order, waves, values', async () => {
  const { stdout } = await render('--device', DEVICE, '--size', '200Gi', '--source-layout', 'flat', '-o', 'policy');
  const { kind, spec } = parse(stdout);
  expect(kind).toBe('PolicyGenTemplate');
  const annotations = { 'ran.openshift.io/ztp-deploy-wave': '100' };
  expect(spec.sourceFiles).toEqual([
    {
      fileName: 'StorageClass.yaml',
      policyName: 'sc-for-image-registry',
      metadata: { name: 'image-registry-sc', annotations },
    },
    {
      fileName: 'StoragePVC.yaml',
      policyName: 'pvc-for-image-registry',
      metadata: { name: 'image-registry-pvc', namespace: 'openshift-image-registry', annotations },
      spec: {
        accessModes: ['ReadWriteMany'],
        resources: { requests: { storage: '200Gi' } },
        storageClassName: 'image-registry-sc',
        volumeMode: 'Filesystem',
      },
    },
    {
      fileName: 'ImageRegistryPV.yaml',
      policyName: 'pv-for-image-registry',
      metadata: { name: 'image-registry-pv-filesystem', annotations },
      spec: {
        capacity: { storage: '200Gi' },
        volumeMode: 'Filesystem',
        accessModes: ['ReadWriteMany'],
        persistentVolumeReclaimPolicy: 'Delete',
        storageClassName: 'image-registry-sc',
        local: { path: '/var/imageregistry' },
        nodeAffinity: {
          required: {
            nodeSelectorTerms: [
              { matchExpressions: [{ key: 'node-role.kubernetes.io/master', operator: 'In', values: [''] }] },
            ],
          },
        },
      },
    },
    {
      fileName: 'ImageRegistryConfig.yaml',
      policyName: 'config-for-image-registry',
      complianceType: 'musthave',
      metadata: { annotations },
      spec: { storage: { pvc: { claim: 'image-registry-pvc' } } },
    },
  ]);
});

describe('-o policygenerator', () => {
  const spec = {
    accessModes: ['ReadWriteMany'],
    resources: { requests: { storage: '100Gi' } },
    storageClassName: 'image-registry-sc',
    volumeMode: 'Filesystem',
  };
  const claim = { metadata: { name: 'image-registry-pvc', namespace: 'openshift-image-registry' }, spec };

  test('patches what differs from the published source files, and leaves the waves to them', async () => {
    const { stdout } = await render('--device', DEVICE, '--cluster', 'sno-1', '-o', 'policygenerator');
    const { apiVersion, kind, policyDefaults, policies } = parse(stdout);
    expect([apiVersion, kind]).toEqual(['policy.open-cluster-management.io/v1', 'PolicyGenerator']);
    expect(policyDefaults).toMatchObject({
      namespace: 'ztp-site',
      placement: { labelSelector: { sites: 'sno-1' } },
      remediationAction: 'inform',
      complianceType: 'musthave',
    });
    const config = { spec: { storage: { pvc: { claim: 'image-registry-pvc' } } } };
    expect(policies).toEqual(
      [
        ['sc', 'storage-lso/StorageClass.yaml', { metadata: { name: 'image-registry-sc' } }],
        ['pvc', 'storage-lso/StoragePVC.yaml', claim],
        ['pv', 'image-registry/ImageRegistryPV.yaml', undefined],
        ['config', 'image-registry/ImageRegistryConfig.yaml', config],
      ].map(([name, path, patch]) => ({
        name: `sno-1-registry-${String(name)}`,
        manifests: [{ path: `source-crs/${String(path)}`, ...(patch !== undefined && { patches: [patch] }) }],
      })),
    );
    expect(stdout).not.toContain('wave');
  });

  test('patches the volume where it differs', async () => {
    const args = ['--device', DEVICE, '--path', '/var/lib/images', '--size', '50Gi', '--role', 'infra'];
    const { stdout } = await render(...args, '-o', 'policygenerator', '--source-layout', 'flat');
    const { path, patches } = parse(stdout).policies[2].manifests[0];
    expect(path).toBe('source-crs/ImageRegistryPV.yaml');
    const matchExpressions = [{ key: 'node-role.kubernetes.io/infra', operator: 'In', values: [''] }];
    expect(patches).toEqual([
      {
        spec: {
          capacity: { storage: '50Gi' },
          local: { path: '/var/lib/images' },
          nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions }] } },
        },
      },
    ]);
  });

  test('warns about a policy name that the generator refuses', async () => {
    const { status, stderr } = await render('--device', DEVICE, '--cluster', 'c'.repeat(40), '-o', 'policygenerator');
    expect(status).toBe(0);
    expect(stderr).toMatch(/^warning: the policy name c{40}-registry-config is too long/m);
  });
});

describe('-o machineconfig', () => {
  test('contains the Ignition configuration for the pool', async () => {
    const { stdout, stderr } = await render('--device', DEVICE, '-o', 'machineconfig');
    expect(parse(stdout)).toEqual({
      apiVersion: 'machineconfiguration.openshift.io/v1',
      kind: 'MachineConfig',
      metadata: {
        labels: { 'machineconfiguration.openshift.io/role': 'master' },
        name: '98-var-imageregistry-partition-master',
      },
      spec: { config: JSON.parse((await render('--device', DEVICE, '-o', 'ignition')).stdout) },
    });
    expect(stderr).toMatch(
      /^warning: use either ignitionConfigOverride or the MachineConfig, which must be among the extra manifests/m,
    );
  });

  test.each([
    ['/var/lib/My_Data', '98-var-lib-my-data-partition-worker'],
    [`/var/${'a.'.repeat(100)}`, `98-var${'-a'.repeat(48)}-partition-worker`],
  ])('has a valid name for %s', async (path, name) => {
    const args = ['--device', DEVICE, '--path', path, '--label', 'data', '--role', 'worker'];
    const { stdout } = await render(...args, '-o', 'machineconfig');
    expect(parse(stdout).metadata).toMatchObject({ name });
  });
});

test('a slash at the end of --path has no meaning', async () => {
  const expected = await render('--device', DEVICE, '--path', '/var/x', '-o', 'policy');
  expect((await render('--device', DEVICE, '--path', '/var/x/', '-o', 'policy')).stdout).toBe(expected.stdout);
  const file = await render('--butane', 'storage.bu', '--path', '/var/imageregistry/', '-o', 'policy');
  expect(file.stdout).toBe((await render('--butane', 'storage.bu', '-o', 'policy')).stdout);
});

describe('--output-dir', () => {
  test('receives every form and the complete objects', async () => {
    const { status, stdout } = await render('--device', DEVICE, '--output-dir', 'site');
    expect(status).toBe(0);
    const files = [...FILES, 'machineconfig.yaml', 'policygenerator.yaml', 'policygentemplate.yaml'];
    const storage = ['StorageClass.yaml', 'StoragePVC.yaml'].map((name) => `storage-lso/${name}`);
    const registry = ['ImageRegistryPV.yaml', 'ImageRegistryConfig.yaml'].map((name) => `image-registry/${name}`);
    const objects = [...storage, ...registry];
    expect(stdout.trim().split('\n')).toEqual([
      ...files.map((name) => `site/${name}`),
      ...objects.map((name) => `site/source-crs/${name}`),
    ]);
    expect(readdirSync(join(directory, 'site')).sort()).toEqual([...files, 'source-crs'].sort());
    const read = (name: string) => parse(readFileSync(join(directory, 'site/source-crs', name), 'utf8'));
    expect(read('storage-lso/StorageClass.yaml')).toMatchObject({
      metadata: { name: 'image-registry-sc' },
      provisioner: 'kubernetes.io/no-provisioner',
      reclaimPolicy: 'Delete',
    });
    expect(read('image-registry/ImageRegistryPV.yaml')).toMatchObject({
      kind: 'PersistentVolume',
      metadata: { name: 'image-registry-pv-filesystem' },
      spec: { local: { path: '/var/imageregistry' } },
    });
    expect(read('image-registry/ImageRegistryConfig.yaml')).toMatchObject({
      kind: 'Config',
      metadata: { name: 'cluster' },
      spec: { storage: { pvc: { claim: 'image-registry-pvc' } } },
    });
  });

  test('changes nothing the second time, and edge lint finds no problem', async () => {
    await render('--device', DEVICE, '--output-dir', 'site');
    expect((await render('--device', DEVICE, '--output-dir', 'site')).status).toBe(0);
    const files = [...FILES, 'policygentemplate.yaml'].map((name) => `site/${name}`);
    const { status, stdout } = await regadm(['edge', 'lint', 'storage.bu', ...files], { cwd: directory });
    expect(stdout).toBe('5 files: 0 errors, 0 warnings\n');
    expect(status).toBe(0);
  });

  test('keeps files with other contents, unless --overwrite', async () => {
    await render('--device', DEVICE, '--output-dir', 'site');
    writeFileSync(join(directory, 'site/siteconfig.yaml'), 'mine');
    const refused = await render('--device', '/dev/disk/by-id/other', '--output-dir', 'site');
    expect(refused.status).toBe(4);
    expect(refused.stderr).toMatch(/^error: site\/\S+ exists with other contents; nothing was written$/m);
    expect(readFileSync(join(directory, 'site/ignition.json'), 'utf8')).toContain(DEVICE);
    expect((await render('--device', DEVICE, '--output-dir', 'site', '--overwrite')).status).toBe(0);
    expect(readFileSync(join(directory, 'site/siteconfig.yaml'), 'utf8')).toContain('SiteConfig');
    expect(readdirSync(join(directory, 'site')).filter((name) => name.includes('partial'))).toEqual([]);
  });

  test('warns about source files of the other layout', async () => {
    const flat = await render('--device', DEVICE, '--output-dir', 'site', '--source-layout', 'flat');
    expect(flat.stderr).not.toContain('another --source-layout');
    const { status, stderr } = await render('--device', DEVICE, '--output-dir', 'site', '--overwrite');
    expect(status).toBe(0);
    expect(stderr).toContain(
      'warning: the rendered policies do not use these files of another --source-layout: site/source-crs/StorageClass.yaml, site/source-crs/StoragePVC.yaml',
    );
    expect(readFileSync(join(directory, 'site/source-crs/StorageClass.yaml'), 'utf8')).toContain('StorageClass');
  });

  test('reports a directory that cannot be written', async () => {
    const { status, stderr } = await render('--device', DEVICE, '--output-dir', 'storage.bu/x');
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: cannot write storage.bu\/x\/ignition.json/m);
  });
});

test('warns about values that will not work', async () => {
  const { stderr } = await render('--device', '/dev/sda', '--start-mib=100', '--size-mib=1000', '-o', 'ignition');
  expect(stderr).toContain('warning: partition var-imageregistry starts at 100 MiB');
  expect(stderr).toContain("warning: partition var-imageregistry has 1000 MiB, less than the volume's 100Gi");
  expect(stderr).toContain('warning: /dev/sda can be another disk after the next boot');
});

test('warns about a file system that nothing mounts', async () => {
  const other = `${BUTANE}    - {path: /var/data, device: /dev/disk/by-id/b, format: xfs}\n`;
  writeFileSync(join(directory, 'other.bu'), other);
  const { stderr } = await render('--butane', 'other.bu', '-o', 'policy');
  expect(stderr).toContain('warning: nothing mounts /var/data when the node boots: set with_mount_unit: true');
  expect(stderr).not.toContain('nothing mounts /var/imageregistry');
});

test('compares only the partition of the registry with the size of the volume', async () => {
  const other = '{label: other, start_mib: 30000, size_mib: 1000}, {label: var';
  writeFileSync(join(directory, 'other.bu'), BUTANE.replace('{label: var', other));
  expect((await render('--butane', 'other.bu', '-o', 'policy')).stderr).not.toContain('less than');
});

describe('with more than one mounted file system', () => {
  const two = `${BUTANE}    - {path: /var/lib/containers, device: /dev/disk/by-id/b, format: xfs, with_mount_unit: true}\n`;

  test("--path selects the registry's", async () => {
    writeFileSync(join(directory, 'two.bu'), two);
    const { stdout } = await render('--butane', 'two.bu', '--path', '/var/lib/containers', '-o', 'policy');
    expect(stdout).toContain('path: /var/lib/containers');
    const { status, stderr } = await render('--butane', 'two.bu', '-o', 'policy');
    expect(status).toBe(1);
    expect(stderr).toContain("error: more than one file system is mounted: select the registry's with --path");
    expect((await render('--butane', 'two.bu', '-o', 'ignition')).status).toBe(0);
  });
});

test.each([
  [['-o', 'ignition'], 'error: pass --device PATH, or --butane FILE'],
  [['--device', DEVICE], 'error: specify what to render'],
  [['--device', 'sda', '-o', 'ignition'], 'error: --device: must be an absolute path, not "sda"'],
  [['--device', DEVICE, '--path', 'var', '-o', 'ignition'], 'error: --path: must be an absolute path, not "var"'],
  [['--device', DEVICE, '--path', '/var/a b', '-o', 'ignition'], 'error: --label: must consist of letters'],
  [['--device', DEVICE, '--path', '/', '-o', 'ignition'], 'error: --label: must consist of letters'],
  [
    ['--device', DEVICE, '--path', `/var/${'x'.repeat(40)}`, '-o', 'ignition'],
    'error: --label: must not be longer than 36 characters',
  ],
  [['--device', DEVICE, '--label', 'a:b', '-o', 'ignition'], 'error: --label: must consist of letters'],
  [['--device', DEVICE, '--start-mib', '-1', '-o', 'ignition'], '--start-mib'],
  [['--device', DEVICE, '--size-mib', '1.5', '-o', 'ignition'], '--size-mib'],
  [['--device', DEVICE, '--filesystem', 'vfat', '-o', 'ignition'], '--filesystem'],
  [
    ['--device', DEVICE, '--size', 'big', '-o', 'ignition'],
    'error: --size must be a quantity above 0 such as 100Gi, not "big"',
  ],
  [
    ['--device', DEVICE, '--cluster', 'A b', '-o', 'ignition'],
    'error: --cluster must be a DNS name in lower case, not "A b"',
  ],
  [
    ['--device', DEVICE, '--node', '', '-o', 'ignition'],
    'error: invalid argument "" for "--node" flag: must not be empty',
  ],
  [
    ['--device', DEVICE, '--role', 'A b', '-o', 'machineconfig'],
    'error: --role must be the name of a machine config pool, such as master or worker, not "A b"',
  ],
  [['--device', DEVICE, '--source-layout', 'deep', '-o', 'policy'], '--source-layout'],
  [['--device', DEVICE, '-o', 'toml'], '--output'],
  [['--device', DEVICE, '-o', 'ignition', '--output-dir', 'x'], '--output-dir'],
  [['--device', DEVICE, '-o', 'ignition', '--overwrite'], '--overwrite'],
  [['--butane', 'storage.bu', '--device', DEVICE, '-o', 'ignition'], '--device'],
  [['--butane', 'missing.bu', '-o', 'ignition'], 'error: cannot read missing.bu: ENOENT'],
  [
    ['--butane', 'storage.bu', '--path', '/var/x', '-o', 'policy'],
    'error: --path: no file system is mounted at /var/x',
  ],
])('refuses %j', async (args, message) => {
  const { status, stdout, stderr } = await render(...args);
  expect(status).toBe(1);
  expect(stderr).toContain(message);
  expect(stdout).toBe('');
});

test('reports a problem in the file with its name, line and field', async () => {
  writeFileSync(join(directory, 'bad.bu'), BUTANE.replace('format: xfs', 'format: zfs\n      compress: true'));
  const { status, stdout, stderr } = await render('--butane', 'bad.bu', '-o', 'ignition');
  expect(status).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toContain('error: bad.bu:12: storage.filesystems[0].compress: unknown field');
});

test('refuses a file that is not text', async () => {
  writeFileSync(join(directory, 'bad.bu'), Buffer.from([0xff, 0xfe, 0x00]));
  expect((await render('--butane', 'bad.bu', '-o', 'ignition')).stderr).toContain(
    'error: cannot read bad.bu: not UTF-8 text',
  );
});
