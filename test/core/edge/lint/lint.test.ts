import { lint } from '../../../../src/core/edge/lint/lint.js';
import type { Finding } from '../../../../src/core/edge/lint/finding.js';
import { renderAll } from '../../../../src/core/edge/render/render.js';
import { storageFromDisk } from '../../../../src/core/edge/render/storage-from-disk.js';
import { REGISTRY_BUTANE } from '../../../support/edge-builders.js';
import type { SourceFile } from '../../../../src/core/edge/lint/sources/parse-files.js';

/** The Butane file, and what `edge render` writes for the same partition; by file name. */
function site(): Map<string, string> {
  const storage = storageFromDisk({
    device: '/dev/disk/by-id/wwn-0x6b07',
    startMiB: 250000,
    sizeMiB: 102500,
    path: '/var/imageregistry',
    filesystem: 'xfs',
  });
  const volume = { path: '/var/imageregistry', size: '100Gi' };
  const files = renderAll({ storage, volume: () => volume, site: { cluster: 'sno', node: 'n1' }, layout: 'flat' });
  files.delete('machineconfig.yaml');
  files.delete('policygenerator.yaml');
  return new Map([['storage.bu', REGISTRY_BUTANE], ...files]);
}

/** The site with one string replaced in one file. */
function siteWith(name: string, text: string, instead: string): SourceFile[] {
  const files = site();
  expect(files.get(name)).toContain(text);
  files.set(name, files.get(name)!.replace(text, instead));
  return sources(files);
}

function sources(files: Map<string, string>): SourceFile[] {
  return [...files].map(([name, text]) => ({ name, text }));
}

function lineOf(files: SourceFile[], name: string, text: string): number {
  const index = files.find((file) => file.name === name)!.text.indexOf(text);
  return files
    .find((file) => file.name === name)!
    .text.slice(0, index)
    .split('\n').length;
}

const brief = ({ file, line, rule }: Finding): string => `${file}:${line}: ${rule}`;

test('finds no problem in what edge render writes', () => {
  expect(lint(sources(site()))).toEqual([]);
});

test("compares an overlay alone with the site generator's source files", () => {
  const files = sources(site()).filter(({ name }) => !name.startsWith('source-crs/'));
  expect(lint(files)).toEqual([]);
});

test.each([
  [
    'policygentemplate.yaml',
    'path: /var/imageregistry',
    'path: /var/other',
    'volume-path',
    'policygentemplate.yaml',
    'path: /var/other',
  ],
  ['storage.bu', 'size_mib: 102500', 'size_mib: 1000', 'partition-size', 'storage.bu', 'size_mib: 1000'],
  ['storage.bu', 'start_mib: 250000', 'start_mib: 2500', 'partition-start', 'storage.bu', 'start_mib: 2500'],
  ['storage.bu', '/dev/disk/by-id/wwn-0x6b07', '/dev/sda', 'device-name', 'storage.bu', 'device: /dev/sda'],
  [
    'storage.bu',
    'with_mount_unit: true',
    'with_mount_unit: false',
    'mount-unit',
    'storage.bu',
    'path: /var/imageregistry',
  ],
  [
    'storage.bu',
    'label: var-imageregistry',
    'label: registry',
    'partition-label',
    'storage.bu',
    'device: /dev/disk/by-partlabel',
  ],
  ['storage.bu', 'format: xfs', 'format: zfs', 'butane', 'storage.bu', 'format: zfs'],
  [
    'policygentemplate.yaml',
    'storage: 100Gi',
    'storage: 200Gi',
    'claim-size',
    'policygentemplate.yaml',
    'storage: 200Gi',
  ],
  ['policygentemplate.yaml', 'storage: 100Gi', 'storage: lots', 'quantity', 'policygentemplate.yaml', 'storage: lots'],
  [
    'policygentemplate.yaml',
    'storageClassName: image-registry-sc',
    'storageClassName: other',
    'storage-class',
    'policygentemplate.yaml',
    'storageClassName: other',
  ],
  [
    'policygentemplate.yaml',
    'claim: image-registry-pvc',
    'claim: other',
    'claim-name',
    'policygentemplate.yaml',
    'claim: other',
  ],
  [
    'policygentemplate.yaml',
    'namespace: openshift-image-registry',
    'namespace: default',
    'claim-namespace',
    'policygentemplate.yaml',
    'namespace: default',
  ],
  [
    'policygentemplate.yaml',
    '- ReadWriteMany',
    '- ReadWriteOnce',
    'access-modes',
    'policygentemplate.yaml',
    '- ReadWriteOnce',
  ],
  [
    'policygentemplate.yaml',
    'volumeMode: Filesystem',
    'volumeMode: Block',
    'volume-mode',
    'policygentemplate.yaml',
    'volumeMode: Block',
  ],
  [
    'policygentemplate.yaml',
    'complianceType: musthave',
    'complianceType: mustonlyhave',
    'compliance-type',
    'policygentemplate.yaml',
    'complianceType: mustonlyhave',
  ],
  [
    'policygentemplate.yaml',
    'complianceType: musthave',
    'complianceType: mustlyonlyhave',
    'compliance-type',
    'policygentemplate.yaml',
    'complianceType: mustlyonlyhave',
  ],
  [
    'policygentemplate.yaml',
    'ztp-deploy-wave: "100"',
    'ztp-deploy-wave: 100',
    'wave',
    'policygentemplate.yaml',
    'ran.openshift.io/ztp-deploy-wave: 100',
  ],
  [
    'source-crs/StorageClass.yaml',
    'kubernetes.io/no-provisioner',
    'example.com/disks',
    'provisioner',
    'source-crs/StorageClass.yaml',
    'provisioner: example.com/disks',
  ],
  ['siteconfig.yaml', 'prjquota', 'noatime', 'override-differs', 'siteconfig.yaml', 'ignitionConfigOverride'],
  [
    'siteconfig.yaml',
    '"ignition":{"version"',
    '"ignition":{"versio"',
    'ignition',
    'siteconfig.yaml',
    'ignitionConfigOverride',
  ],
  ['siteconfig.yaml', "'{", "'", 'ignition', 'siteconfig.yaml', 'ignitionConfigOverride'],
])('in %s, finds %j written as %j by the rule %s', (name, text, instead, rule, file, at) => {
  const files = siteWith(name, text, instead);
  const findings = lint(files);
  expect(findings.map(brief)).toContain(`${file}:${lineOf(files, file, at)}: ${rule}`);
  for (const finding of findings) expect(finding.remedy).not.toBe('');
});

test('finds a Config that is applied before its claim', () => {
  const files = siteWith('policygentemplate.yaml', 'ztp-deploy-wave: "100"', 'ztp-deploy-wave: "101"');
  expect(lint(files)).toEqual([]);
  const claim = /(fileName: StoragePVC\.yaml[^]*?ztp-deploy-wave: )"100"/;
  const later = files.map(({ name, text }) => ({ name, text: text.replace(claim, '$1"101"') }));
  expect(lint(later).map(({ rule, message }) => [rule, message])).toEqual([
    [
      'wave-order',
      'ImageRegistryConfig.yaml is applied in wave 100, before StoragePVC.yaml in wave 101, which it needs',
    ],
  ]);
});

test('checks the waves of plain objects like those of policies', () => {
  const claim =
    'apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: image-registry-pvc\n  namespace: openshift-image-registry\n  annotations:\n    ran.openshift.io/ztp-deploy-wave: "5"\nspec: {accessModes: [ReadWriteMany], resources: {requests: {storage: 1Gi}}}\n';
  const config =
    'apiVersion: imageregistry.operator.openshift.io/v1\nkind: Config\nmetadata:\n  name: cluster\n  annotations:\n    ran.openshift.io/ztp-deploy-wave: "4"\nspec: {storage: {pvc: {claim: image-registry-pvc}}}\n';
  const findings = lint([
    { name: 'claim.yaml', text: claim },
    { name: 'config.yaml', text: config },
  ]);
  expect(findings.map(brief)).toEqual(['config.yaml:6: wave-order']);
});

test('reports a missing wave at the entry', () => {
  const overlay = 'sourceFiles:\n  - fileName: ImageRegistryPV.yaml\n    policyName: p\n';
  const base =
    'apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: a}\nspec: {accessModes: [ReadWriteMany], capacity: {storage: 1Gi}, local: {path: /a}}\n';
  const findings = lint([
    { name: 'pgt.yaml', text: overlay },
    { name: 'crs/ImageRegistryPV.yaml', text: base },
  ]);
  expect(findings).toMatchObject([
    {
      file: 'pgt.yaml',
      line: 2,
      rule: 'wave',
      severity: 'warning',
      message: 'no wave is set for ImageRegistryPV.yaml',
    },
  ]);
});

test('uses a source file among the arguments as the base of a policy, and reports problems in it there', () => {
  const files = siteWith('source-crs/ImageRegistryPV.yaml', 'path: /var/imageregistry', 'path: /var/other');
  files.forEach((file) => {
    if (file.name === 'policygentemplate.yaml') file.text = file.text.replace(/ +local:\n +path: .*\n/, '');
  });
  expect(lint(files).map(brief)).toEqual([
    `source-crs/ImageRegistryPV.yaml:${lineOf(files, 'source-crs/ImageRegistryPV.yaml', 'path: /var/other')}: volume-path`,
  ]);
});

test("ignores the site generator's slash at the end of the path", () => {
  expect(lint(siteWith('policygentemplate.yaml', 'path: /var/imageregistry', 'path: /var/imageregistry/'))).toEqual([]);
});

test('treats the older diskPartition of a SiteConfig as a mount', () => {
  const text = `spec:
  clusters:
    - clusterName: sno
      nodes:
        - hostName: n1
          diskPartition:
            - device: /dev/sda
              partitions:
                - mount_point: /var/imageregistry
                  size: 1000
                  start: 344844
`;
  const overlay = { name: 'pgt.yaml', text: site().get('policygentemplate.yaml')! };
  expect(lint([{ name: 'site.yaml', text }, overlay]).map(brief)).toEqual([
    'site.yaml:7: device-name',
    'site.yaml:10: partition-size',
  ]);
});

test('accepts the same configuration written differently', () => {
  const files = site();
  const pretty = JSON.stringify(JSON.parse(files.get('ignition.json')!), null, 2).replace(
    'Generated by regadm',
    'Generated by Butane',
  );
  const instance = `spec:\n  nodes:\n    - hostName: n1\n      ignitionConfigOverride: |\n${pretty.replace(/^/gm, '        ')}\n`;
  expect(
    lint([
      { name: 'storage.bu', text: REGISTRY_BUTANE },
      { name: 'ci.yaml', text: instance },
    ]),
  ).toEqual([]);
});

test.each([
  ['kind: PolicyGenTemplate\nspec:\n  sourceFiles: {}\n', ['x.yaml:3: spec.sourceFiles must be a list']],
  [
    'kind: PolicyGenTemplate\nspec:\n  sourceFiles:\n    - policyName: a\n',
    ['x.yaml:4: spec.sourceFiles[0].fileName must be a string'],
  ],
  ['sourceFiles:\n  - a\n', ['x.yaml:2: sourceFiles[0] must be a map']],
  [
    'sourceFiles:\n  - fileName: ClusterLogNS.yaml\n    policyName: [a]\n',
    ['x.yaml:3: sourceFiles[0].policyName must be a string'],
  ],
  ['kind: PolicyGenerator\npolicies: {}\n', ['x.yaml:2: policies must be a list']],
  [
    'kind: PolicyGenerator\npolicyDefaults:\n  policyAnnotations: []\npolicies:\n  - a\n  - name: p\n',
    [
      'x.yaml:3: policyDefaults.policyAnnotations must be a map',
      'x.yaml:5: policies[0] must be a map',
      'x.yaml:6: policies[1].manifests must be a list',
    ],
  ],
  [
    'policies:\n  - manifests:\n      - path: [a]\n      - b\n      - path: ClusterLogNS.yaml\n        patches: {}\n',
    [
      'x.yaml:3: policies[0].manifests[0].path must be a string',
      'x.yaml:4: policies[0].manifests[1] must be a map',
      'x.yaml:6: policies[0].manifests[2].patches must be a list',
    ],
  ],
  [
    'policies:\n  - manifests:\n      - path: ClusterLogNS.yaml\n        patches:\n          - a\n',
    ['x.yaml:5: policies[0].manifests[0].patches[0] must be a map'],
  ],
  ['kind: SiteConfig\nspec:\n  clusters:\n    - nodes: 1\n', ['x.yaml:4: spec.clusters[0].nodes must be a list']],
  ['kind: ClusterInstance\nspec:\n  node: []\n', ['x.yaml:3: spec.nodes must be a list']],
  [
    'kind: PersistentVolume\nmetadata: {name: a}\nspec:\n  accessModes: ReadWriteOnce\n',
    ['x.yaml:4: spec.accessModes must be a list'],
  ],
  ['kind: StorageClass\nprovisioner: kubernetes.io/no-provisioner\n', ['x.yaml:1: metadata.name must be a string']],
])('reports that %j does not have the structure of its kind', (text, problems) => {
  const findings = lint([{ name: 'x.yaml', text }]);
  expect(findings.map(({ file, line, message }) => `${file}:${line}: ${message}`)).toEqual(problems);
  expect(new Set(findings.map(({ rule }) => rule))).toEqual(new Set(['structure']));
});

test.each([
  "kind: ClusterInstance\nspec: { nodes: '{{hub .Nodes hub}}' }\n",
  'kind: ClusterInstance\nspec:\n  nodes: {{ nodes }}\n',
  'kind: PolicyGenerator\npolicies: {{ policies }}\n',
  "kind: PolicyGenTemplate\nspec: { sourceFiles: '{{ files }}' }\n",
  "kind: PersistentVolumeClaim\nmetadata: { name: {{ name }} }\nspec: { accessModes: '{{ modes }}', resources: { requests: { storage: 1Gi } } }\n",
])('does not check the structure of what the hub fills in: %j', (text) => {
  expect(lint([{ name: 'x.yaml', text }]).map(({ rule }) => rule)).toEqual(['filled-in']);
});

test('accepts a claim whose spec a policy would set', () => {
  const text = 'apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: { name: a, namespace: default }\nspec: {}\n';
  expect(lint([{ name: 'x.yaml', text }])).toEqual([]);
});

test('reports an unsupported object kind', () => {
  expect(lint([{ name: 'x.yaml', text: 'kind: Pod\n' }])).toMatchObject([
    { file: 'x.yaml', line: 1, rule: 'unknown-document', severity: 'warning' },
  ]);
});
