import { readButane } from '../../../../src/core/edge/butane/read.js';
import { lint } from '../../../../src/core/edge/lint/lint.js';
import { renderAll } from '../../../../src/core/edge/render/render.js';
import { REGISTRY_BUTANE, REGISTRY_DISK_PARTITION } from '../../../support/edge-builders.js';

const volume = () => ({ path: '/var/imageregistry', size: '100Gi' });
const storage = readButane('storage.bu', REGISTRY_BUTANE);
const files = renderAll({ storage, volume, site: { cluster: 'sno', node: 'n1' } });
const PLAN = { 'storage.bu': REGISTRY_BUTANE };
const POLICY = { 'policygenerator.yaml': files.get('policygenerator.yaml')! };
const EXTRA = 'extra-manifest/98.yaml';

function found(sources: Record<string, string>): string[] {
  const list = Object.entries(sources).map(([name, text]) => ({ name, text }));
  return lint(list).map(
    ({ file, line, rule, severity, message }) => `${file}:${line}: ${severity}: ${rule}: ${message}`,
  );
}

function rendered(name: string, text: string, instead: string): string {
  expect(files.get(name)).toContain(text);
  return files.get(name)!.replaceAll(text, instead);
}

describe.each([
  ['ClusterInstance', 'kind: ClusterInstance\nspec:\n  nodes:\n', 4],
  ['SiteConfig', 'kind: SiteConfig\nspec:\n  clusters:\n  - nodes:\n', 5],
])('a %s without any partition', (_kind, head, line) => {
  const site = { 'site.yaml': `${head}    - hostName: n1\n    - hostName: n2\n` };

  test('differs from a plan, and does not mount the path of a volume', () => {
    expect(found({ ...site, ...PLAN })).toEqual([
      `site.yaml:${line}: error: override-differs: no node has an ignitionConfigOverride with the partition of storage.bu`,
    ]);
    expect(found({ ...site, ...POLICY })).toEqual([
      `site.yaml:${line}: warning: volume-path: no node has an ignitionConfigOverride that mounts the volume's path /var/imageregistry`,
    ]);
  });

  test('is accepted alone, with a MachineConfig, and if one node has the partition', () => {
    expect(found(site)).toEqual([]);
    expect(found({ ...site, ...PLAN, ...POLICY, [EXTRA]: files.get('machineconfig.yaml')! })).toEqual([]);
    const one = `${site['site.yaml']}      ignitionConfigOverride: '${files.get('ignition.json')!.trim()}'\n`;
    expect(found({ ...PLAN, ...POLICY, 'site.yaml': one })).toEqual([]);
  });

  test.each(['ignitionConfigOverrides', 'ignitionConfigoverride', 'diskPartitions'])('reports %s', (name) => {
    expect(found({ ...PLAN, 'site.yaml': `${head}    - ${name}: x\n` })).toEqual([
      expect.stringMatching(`^site.yaml:${line}: error: structure: .*\\.${name}: unknown field`),
    ]);
  });
});

describe('the older diskPartition', () => {
  test.each([
    ['size: 102500', 'size: 102501', 'sizeMiB is 102501 in diskPartition, but 102500 in storage.bu'],
    ['start: 250000', 'start: 250001', 'startMiB is 250001 in diskPartition, but 250000 in storage.bu'],
    ['by-id/wwn', 'by-id/other', 'device is /dev/disk/by-id/other-0x6b07 in diskPartition'],
  ])('is compared with a Butane file: %s as %s', (text, instead, message) => {
    expect(found({ ...PLAN, 'site.yaml': REGISTRY_DISK_PARTITION })).toEqual([]);
    const line = REGISTRY_DISK_PARTITION.slice(0, REGISTRY_DISK_PARTITION.indexOf(text)).split('\n').length;
    expect(found({ ...PLAN, 'site.yaml': REGISTRY_DISK_PARTITION.replace(text, instead) })).toEqual([
      expect.stringMatching(`^site.yaml:${line}: error: override-differs: .*${message}`),
    ]);
  });

  test.each([
    ['size: 102500', 'size: 100Gi', 'partitions[0].size must be a whole number of MiB'],
    ['size: 102500', 'size: "102500"', 'partitions[0].size must be a whole number of MiB'],
    ['                  size: 102500\n', '', 'partitions[0].size must be a whole number of MiB'],
    ['start: 250000', 'start: 250G', 'partitions[0].start must be a whole number of MiB'],
    ['mount_point:', 'mountPoint:', 'partitions[0].mount_point must be an absolute path'],
    ['device:', 'disk:', 'diskPartition[0].device must be a string'],
    ['partitions:', 'partition:', 'diskPartition[0].partitions must be a list'],
  ])('has %j as %j', (text, instead, message) => {
    expect(found({ ...PLAN, 'site.yaml': REGISTRY_DISK_PARTITION.replace(text, instead) })).toContainEqual(
      expect.stringContaining(
        `error: structure: spec.clusters[0].nodes[0].${message.replace(/^part/, 'diskPartition[0].part')}`,
      ),
    );
  });
});

describe('a cluster that mounts its disk at another path', () => {
  const instance = (name: string, path: string): string => {
    const override = files.get('ignition.json')!.trim().replaceAll('/var/imageregistry', path);
    const ownUnit = override.replace('var-imageregistry.mount', `${path.slice(1).replaceAll('/', '-')}.mount`);
    return `kind: ClusterInstance\nspec:\n  clusterName: ${name}\n  nodes:\n    - ignitionConfigOverride: '${ownUnit}'\n`;
  };
  const older = (path: string): string => REGISTRY_DISK_PARTITION.replace('/var/imageregistry', path);
  const two = {
    'a.yaml': instance('a', '/var/imageregistry'),
    'b.yaml': instance('b', '/var/registry'),
  };
  const elsewhere = (name: string, path: string): string =>
    `warning: volume-path: cluster ${name} mounts ${path}, but nothing at the path of the volume, /var/imageregistry, which other clusters mount`;

  test('is a warning beside another cluster that mounts the path of the volume', () => {
    expect(found({ ...POLICY, ...two })).toEqual([`b.yaml:5: ${elsewhere('b', '/var/registry')}`]);
    const both = REGISTRY_DISK_PARTITION.replace('    - nodes:', '    - clusterName: a\n      nodes:');
    const second = both
      .slice(both.indexOf('    - clusterName'))
      .replace('imageregistry', 'other')
      .replace(': a', ': b');
    expect(found({ ...POLICY, 'site.yaml': both + second })).toEqual([
      expect.stringContaining(elsewhere('b', '/var/other')),
    ]);
  });

  test('is accepted with a volume of its own, with a path that is filled in, and without a volume', () => {
    const volume = files.get('source-crs/image-registry/ImageRegistryPV.yaml')!;
    const ownVolume = volume.replaceAll('/var/imageregistry', '/var/registry').replace('-filesystem', '-b');
    expect(found({ 'pv-a.yaml': volume, 'pv-b.yaml': ownVolume, ...two })).toEqual([]);
    expect(found(two)).toEqual([]);
    const filledIn = { 'b.yaml': instance('b', '/var/{{ .path }}') };
    expect(found({ ...POLICY, ...two, ...filledIn }).map((text) => text.split(': ')[2])).toEqual(['filled-in']);
  });

  test('differs from a plan if it has the older diskPartition', () => {
    const error =
      'error: override-differs: diskPartition mounts nothing at /var/imageregistry, as storage.bu does; it mounts /var/other';
    expect(found({ ...PLAN, 'site.yaml': older('/var/other') })).toEqual([`site.yaml:8: ${error}`]);
    expect(found({ ...PLAN, ...POLICY, 'site.yaml': older('/var/other') })).toEqual([`site.yaml:8: ${error}`]);
    const machine = { [EXTRA]: files.get('machineconfig.yaml')! };
    expect(found({ ...PLAN, ...machine, 'site.yaml': older('/var/other') })).toEqual([]);
    expect(found({ 'site.yaml': older('/var/other') })).toEqual([]);
  });
});

describe('a MachineConfig', () => {
  const override = { 'ignition.json': files.get('ignition.json')! };

  test('of workers does not mount the path of a volume on control plane nodes', () => {
    const machine = rendered('machineconfig.yaml', 'master', 'worker');
    const error = expect.stringContaining('nodes with the role worker mount /var/imageregistry, but the volume is on');
    expect(found({ ...POLICY, [EXTRA]: machine })).toEqual([error]);
    const other = rendered('source-crs/image-registry/ImageRegistryPV.yaml', 'role.kubernetes.io/master', 'role/infra');
    expect(found({ 'pv.yaml': other, [EXTRA]: machine })).toEqual([]);
    expect(found({ ...POLICY, [EXTRA]: files.get('machineconfig.yaml')! })).toEqual([]);
  });

  test.each([
    ['- label: var-imageregistry', '- number: 7\n              label: var-imageregistry', 'number is 7'],
    ['wipeFilesystem: true', 'wipeFilesystem: false', 'wipeFilesystem is false'],
    ['wipeTable: false', 'wipeTable: true', 'wipeTable is true'],
    ['prjquota\n', 'noatime\n', 'mountOptions is defaults,noatime'],
  ])('is compared with a plan: %j as %j', (text, instead, message) => {
    const machine = rendered('machineconfig.yaml', text, instead);
    expect(found({ ...override, [EXTRA]: machine })).toContainEqual(
      expect.stringContaining(`${message} in the MachineConfig, but`),
    );
  });
});
