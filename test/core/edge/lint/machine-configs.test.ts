import { parse, stringify } from 'yaml';
import { lint } from '../../../../src/core/edge/lint/lint.js';
import { readButane } from '../../../../src/core/edge/butane/read.js';
import { renderAll } from '../../../../src/core/edge/render/render.js';
import { REGISTRY_BUTANE } from '../../../support/edge-builders.js';

const storage = readButane('storage.bu', REGISTRY_BUTANE);
const volume = () => ({ path: '/var/imageregistry', size: '100Gi' });
const rendered = renderAll({ storage, volume, site: { cluster: 'sno', node: 'n1' } });
const MACHINE = rendered.get('machineconfig.yaml')!;
/** Named as a file that is applied in time, so that only the tests about it have the warning. */
const EXTRA = 'extra-manifests/98.yaml';
const LATE =
  'machineconfig.yaml:12: warning: the Machine Config Operator does not repartition an installed node: its pool becomes degraded';

function findings(files: Record<string, string>): string[] {
  const sources = Object.entries(files).map(([name, text]) => ({ name, text }));
  return lint(sources).map(({ file, line, severity, message }) => `${file}:${line}: ${severity}: ${message}`);
}

function changed(text: string, instead: string): string {
  expect(MACHINE).toContain(text);
  return MACHINE.replaceAll(text, instead);
}

test('accepts the rendered MachineConfig with each other form, and says when it must be applied', () => {
  for (const [name, text] of rendered) {
    if (name.startsWith('source-crs')) continue;
    expect(findings({ [name]: text, 'machineconfig.yaml': MACHINE })).toEqual([LATE]);
    expect(findings({ [name]: text, [EXTRA]: MACHINE })).toEqual(name === 'machineconfig.yaml' ? [LATE] : []);
  }
});

test.each([
  [
    'sizeMiB: 102500',
    'sizeMiB: 100',
    'partition var-imageregistry: sizeMiB is 100 in the MachineConfig, but 102500 in',
  ],
  ['startMiB: 250000', 'startMiB: 1', 'partition var-imageregistry: startMiB is 1 in the MachineConfig, but 250000 in'],
  ['- device: /dev/disk/by-id/wwn-0x6b07', '- device: /dev/disk/by-id/b', 'partition var-imageregistry: device is'],
  ['format: xfs', 'format: ext4', 'file system at /var/imageregistry: format is ext4 in the MachineConfig, but xfs in'],
])('reports %s written as %s if another file differs', (text, instead, message) => {
  for (const other of ['ignition.json', 'siteconfig.yaml', 'clusterinstance.yaml']) {
    const found = findings({ [other]: rendered.get(other)!, [EXTRA]: changed(text, instead) });
    const errors = found.filter((each) => each.includes(': error: '));
    expect(errors).toEqual([expect.stringContaining(message)]);
    expect(errors[0]).toContain(`${EXTRA}:${MACHINE.slice(0, MACHINE.indexOf(text)).split('\n').length}: `);
  }
});

test('compares with the older diskPartition', () => {
  const site = (size: number) => `spec:
  clusters:
    - nodes:
        - diskPartition:
            - device: /dev/disk/by-id/wwn-0x6b07
              partitions: [{mount_point: /var/imageregistry/, start: 250000, size: ${size}}]
`;
  expect(findings({ 'site.yaml': site(102500), [EXTRA]: MACHINE })).toEqual([]);
  expect(findings({ 'site.yaml': site(1000), [EXTRA]: MACHINE })).toEqual([
    expect.stringContaining('sizeMiB is 102500 in the MachineConfig, but 1000 in site.yaml'),
  ]);
});

test('compares with the nodes of the same pool only', () => {
  const instance = parse(rendered.get('clusterinstance.yaml')!);
  instance.spec.nodes[0].role = 'worker';
  const other = changed('sizeMiB: 102500', 'sizeMiB: 100');
  expect(findings({ 'ci.yaml': stringify(instance), [EXTRA]: other })).toEqual([]);
  expect(findings({ 'ci.yaml': stringify(instance), [EXTRA]: other.replaceAll('master', 'worker') })).toHaveLength(1);
});

test.each([
  ['    machineconfiguration.openshift.io/role: master\n', '    other: x\n', 'error: the role has no label'],
  ['openshift.io/role: master', 'openshift.io/role: 1', 'error: the role is not a string in the label'],
  ['openshift.io/role: master', 'openshift.io/role: infra', 'warning: the name ends in master, but'],
  ['version: "3.2.0"', 'version: 2.2.0', 'error: spec.config: ignition.version: must be a version 3 of Ignition'],
  ['device: /dev/disk/by-id/wwn-0x6b07', 'device: sda', 'error: spec.config: storage.disks[0].device: must be'],
  ['  name: 98-var-imageregistry-partition-master\n', '', 'error: metadata.name must be a string'],
  ['sizeMiB: 102500', 'sizeMiB: "{{ .size }}"', 'warning: filled in on the hub: not checked'],
  ['label: var-imageregistry', 'label: "{{ .label }}"', 'warning: filled in on the hub: not checked'],
])('reports %j written as %j', (text, instead, message) => {
  expect(findings({ [EXTRA]: changed(text, instead) })).toEqual([expect.stringContaining(message)]);
});

test.each([
  'spec: {config: {ignition: {version: 2.2.0}, storage: {files: [{path: /etc/a}]}}}',
  'spec: {kernelArguments: [quiet]}',
  'spec: {config: {ignition: {version: 3.2.0}, systemd: {units: [{name: a.service}]}}}',
])('ignores a MachineConfig without disks: %s', (spec) => {
  const head = 'apiVersion: machineconfiguration.openshift.io/v1\nkind: MachineConfig\nmetadata: {name: a}\n';
  expect(findings({ 'a.yaml': head + spec })).toEqual([]);
});

test('accepts a mount unit in another MachineConfig', () => {
  const value = parse(MACHINE);
  const { systemd, ...config } = value.spec.config;
  const disk = stringify({ ...value, spec: { config } });
  const unit = stringify({ ...value, spec: { config: { ignition: config.ignition, systemd } } });
  expect(findings({ [EXTRA]: disk, 'extra-manifests/99.yaml': unit })).toEqual([]);
  expect(findings({ [EXTRA]: disk })).toEqual([expect.stringContaining('nothing mounts /var/imageregistry')]);
});

test('judges a MachineConfig that a policy applies by its patched value', () => {
  const policy = (patch: object) =>
    stringify({
      kind: 'PolicyGenerator',
      policies: [{ name: 'a', manifests: [{ path: 'source-crs/98.yaml', patches: [patch] }] }],
    });
  const files = { 'source-crs/98.yaml': MACHINE, 'siteconfig.yaml': rendered.get('siteconfig.yaml')! };
  const late = LATE.slice(LATE.indexOf('warning'));
  expect(findings({ 'policies.yaml': policy({}), ...files })).toEqual(['source-crs/98.yaml:12: ' + late]);
  const disks = [{ device: '/dev/disk/by-id/wwn-0x6b07', partitions: [{ label: 'var-imageregistry', sizeMiB: 5 }] }];
  const patch = { spec: { config: { storage: { disks } } } };
  expect(findings({ 'policies.yaml': policy(patch), ...files })).toEqual([
    'policies.yaml:10: ' + late,
    'policies.yaml:13: error: partition var-imageregistry: startMiB is 0 in the MachineConfig, but 250000 in siteconfig.yaml',
  ]);
});
