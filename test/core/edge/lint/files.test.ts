import { stringify } from 'yaml';
import { lint } from '../../../../src/core/edge/lint/lint.js';
import type { SourceFile } from '../../../../src/core/edge/lint/sources/parse-files.js';
import { REGISTRY_BUTANE } from '../../../support/edge-builders.js';
import { policyGenerator, policyGenTemplate, registryEntries } from '../../../support/edge-policies.js';

const UNIT = '[Mount]\nWhere=/var/imageregistry\nWhat=/dev/disk/by-partlabel/r\n[Install]\nWantedBy=local-fs.target';

type Objects = Record<'class' | 'claim' | 'volume' | 'config', Record<string, unknown>>;

const butane = (text = REGISTRY_BUTANE): SourceFile => ({ name: 'storage.bu', text });
const policies = (): SourceFile => ({ name: 'policies.yaml', text: policyGenTemplate(registryEntries()) });
const fileOf = (name: string, value: unknown): SourceFile => ({ name, text: stringify(value, { lineWidth: 0 }) });

/** Makes the registry's storage as plain objects, without the names of the published example. */
function objects(): Objects {
  return {
    class: {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'disk' },
      provisioner: 'kubernetes.io/no-provisioner',
    },
    claim: {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'images', namespace: 'openshift-image-registry' },
      spec: {
        accessModes: ['ReadWriteMany'],
        resources: { requests: { storage: '50Gi' } },
        storageClassName: 'disk',
      },
    },
    volume: {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: 'images' },
      spec: {
        capacity: { storage: '50Gi' },
        accessModes: ['ReadWriteMany'],
        storageClassName: 'disk',
        local: { path: '/var/images' },
      },
    },
    config: {
      apiVersion: 'imageregistry.operator.openshift.io/v1',
      kind: 'Config',
      metadata: { name: 'cluster' },
      spec: { storage: { pvc: { claim: 'images' } } },
    },
  };
}

/** Formats findings as `rule: the line of the file`. */
function found(files: SourceFile[]): string[] {
  return lint(files).map(({ file, line, rule }) => {
    const { text } = files.find(({ name }) => name === file)!;
    return `${file}: ${rule}: ${text.split('\n')[line - 1]!.trim()}`;
  });
}

describe('plain objects', () => {
  test.each<[string, (all: Objects) => unknown, string[]]>([
    ['nothing in objects that match', () => undefined, []],
    [
      'nothing in storage of another application',
      (all) => {
        all.class.metadata = { name: 'fast' };
        all.claim.metadata = { name: 'data', namespace: 'shop' };
        all.claim.spec = { ...(all.claim.spec as object), storageClassName: 'fast' };
        all.volume.spec = { ...(all.volume.spec as object), storageClassName: 'fast', local: { path: '/mnt/data' } };
        all.config.spec = { storage: {} };
      },
      [],
    ],
    [
      'a larger claim',
      (all) => Object.assign(all.claim.spec as object, { resources: { requests: { storage: '60Gi' } } }),
      ['claim.yaml: claim-size: storage: 60Gi'],
    ],
    [
      'another class',
      (all) => Object.assign(all.claim.spec as object, { storageClassName: 'slow' }),
      ['claim.yaml: storage-class: storageClassName: slow'],
    ],
    [
      'another class of the volume',
      (all) => Object.assign(all.volume.spec as object, { storageClassName: 'slow' }),
      ['volume.yaml: storage-class: storageClassName: slow'],
    ],
    [
      'another StorageClass',
      (all) => (all.class.metadata = { name: 'slow' }),
      ['class.yaml: storage-class: name: slow'],
    ],
    [
      'another claim',
      (all) => (all.config.spec = { storage: { pvc: { claim: 'pictures' } } }),
      ['config.yaml: claim-name: claim: pictures'],
    ],
    [
      'another namespace',
      (all) => (all.claim.metadata = { name: 'images', namespace: 'default' }),
      ['claim.yaml: claim-namespace: namespace: default'],
    ],
    ['no namespace', (all) => (all.claim.metadata = { name: 'images' }), ['claim.yaml: claim-namespace: name: images']],
    [
      'a provisioner',
      (all) => (all.class.provisioner = 'topolvm.io'),
      ['class.yaml: provisioner: provisioner: topolvm.io'],
    ],
    [
      'a template',
      (all) => (all.volume.spec = { ...(all.volume.spec as object), capacity: { storage: '{{ size }}' } }),
      ['volume.yaml: filled-in: storage: "{{ size }}"'],
    ],
  ])('finds %s', (_title, change, expected) => {
    const all = objects();
    change(all);
    expect(found(Object.entries(all).map(([name, value]) => fileOf(`${name}.yaml`, value)))).toEqual(expected);
  });

  test('compares claim and volume without a Config', () => {
    const { claim, volume } = objects();
    claim.metadata = { name: 'data', namespace: 'shop' };
    Object.assign(claim.spec as object, { volumeMode: 'Block' });
    expect(found([fileOf('claim.yaml', claim), fileOf('volume.yaml', volume)])).toEqual([
      'claim.yaml: volume-mode: volumeMode: Block',
    ]);
  });

  test.each([
    ['accessModes:', '\n    - ReadWriteMany', ' "{{ modes }}"'],
    ['name:', ' images', ' {{ name }}'],
  ])('does not take a template in %s for another structure', (field, value, template) => {
    const text = stringify(objects().claim).replace(`${field}${value}`, `${field}${template}`);
    expect(found([{ name: 'claim.yaml', text }])).toEqual([`claim.yaml: filled-in: ${field}${template}`]);
  });

  test('reads a template without quotes', () => {
    const text = stringify(objects().claim).replace('50Gi', '{{ size }}');
    expect(found([{ name: 'claim.yaml', text }, fileOf('volume.yaml', objects().volume)])).toEqual([
      'claim.yaml: filled-in: storage: {{ size }}',
    ]);
  });
});

describe('published source files', () => {
  const wave = (value: string) => ({ annotations: { 'ran.openshift.io/ztp-deploy-wave': value } });
  const claim = { metadata: { name: 'pvc-storage', namespace: 'default', ...wave('10') }, spec: {} };
  const older = {
    metadata: {
      name: 'registry-storage',
      namespace: 'openshift-image-registry',
      annotations: { 'volume.beta.kubernetes.io/storage-class': 'fs-lso' },
    },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '400Gi' } } },
  };

  test('are accepted without a policy, alone and together', () => {
    const all = objects();
    all.class.metadata = { name: 'example-storage-class', ...wave('10') };
    all.volume.metadata = { name: 'image-registry-pv-filesystem', ...wave('2') };
    Object.assign(all.volume.spec as object, {
      storageClassName: 'image-registry-sc',
      local: { path: '/var/imageregistry/' },
    });
    Object.assign(all.config, { metadata: { name: 'cluster', ...wave('11') }, spec: { storage: {}, replicas: 1 } });
    const files = [
      fileOf('StorageClass.yaml', all.class),
      fileOf('StoragePVC.yaml', { ...all.claim, ...claim }),
      fileOf('ImageRegistryConfigPVC.yaml', { ...all.claim, ...older }),
      fileOf('ImageRegistryPV.yaml', all.volume),
      fileOf('ImageRegistryConfig.yaml', all.config),
    ];
    expect([files, ...files.map((file) => [file])].map(found)).toEqual([[], [], [], [], [], []]);
  });
});

test('finds a class that keeps the name of its source file among the arguments', () => {
  const entries = registryEntries().map((entry, index) => (index === 0 ? { source: entry.source } : entry));
  const source = { ...objects().class, metadata: { name: 'example-storage-class' } };
  const files = [
    { name: 'policies.yaml', text: policyGenTemplate(entries) },
    fileOf('source-crs/storage-lso/StorageClass.yaml', source),
  ];
  expect(found(files)).toContain(
    'source-crs/storage-lso/StorageClass.yaml: storage-class: name: example-storage-class',
  );
});

describe('partition and volume', () => {
  test.each<[string, string, string[]]>([
    ['nothing if path and size match', REGISTRY_BUTANE, []],
    [
      'a partition that is too small',
      REGISTRY_BUTANE.replace('size_mib: 102500', 'size_mib: 102000'),
      ['storage.bu: partition-size: size_mib: 102000'],
    ],
    [
      'another mount point',
      REGISTRY_BUTANE.replaceAll('imageregistry', 'registry'),
      ['policies.yaml: volume-path: - fileName: image-registry/ImageRegistryPV.yaml'],
    ],
    [
      'nothing if only a file system of the platform is mounted',
      REGISTRY_BUTANE.replaceAll('imageregistry', 'lib/containers').replaceAll('var-lib/', 'var-lib-'),
      [],
    ],
    ['nothing if the rest of the disk is used', REGISTRY_BUTANE.replace('size_mib: 102500', 'size_mib: 0'), []],
  ])('finds %s', (_title, text, expected) => {
    expect(found([butane(text), policies()])).toEqual(expected);
  });

  /** A SiteConfig with this configuration for its node. */
  const siteWith = (override: string): SourceFile => ({
    name: 'site.yaml',
    text: `spec:\n  clusters:\n    - nodes:\n        - ignitionConfigOverride: '${override}'\n`,
  });
  const ignition = (size: number): string =>
    JSON.stringify({
      ignition: { version: '3.2.0' },
      storage: {
        disks: [{ device: '/dev/disk/by-id/a', partitions: [{ label: 'r', startMiB: 30000, sizeMiB: size }] }],
        filesystems: [{ device: '/dev/disk/by-partlabel/r', path: '/var/imageregistry', format: 'xfs' }],
      },
      systemd: { units: [{ name: 'var-imageregistry.mount', enabled: true, contents: UNIT }] },
    });

  test('finds a partition that is too small in the configuration of a node', () => {
    expect(lint([siteWith(ignition(102400)), policies()])).toEqual([]);
    expect(lint([siteWith(ignition(102399)), policies()])).toMatchObject([{ rule: 'partition-size', line: 4 }]);
  });

  test('does not miss a mount in a configuration that the hub fills in', () => {
    const site = siteWith('{{hub fromConfigMap "" "disks" "sno" hub}}');
    expect(lint([site, policies()]).map(({ rule }) => rule)).toEqual(['filled-in']);
  });

  test('does not compare volumes of other applications', () => {
    const { volume } = objects();
    expect(found([butane(), policies(), fileOf('source-crs/StoragePV.yaml', volume)])).toEqual([]);
  });

  test('finds a volume at a path that nothing mounts', () => {
    expect(found([butane(), fileOf('volume.yaml', objects().volume)])).toEqual([
      'volume.yaml: volume-path: path: /var/images',
    ]);
  });
});

describe('values of a policy that concern several objects', () => {
  const withDefaults = (defaults: string): SourceFile => ({
    name: 'policies.yaml',
    text: policyGenerator(registryEntries()).replace('policyDefaults:\n', `policyDefaults:\n  ${defaults}\n`),
  });

  test('a wrong wave is one finding', () => {
    expect(lint([withDefaults('policyAnnotations: { ran.openshift.io/ztp-deploy-wave: late }')])).toMatchObject([
      { line: 8, message: expect.stringContaining('StorageClass.yaml, source-crs/storage-lso/StoragePVC.yaml, ') },
    ]);
  });

  test('mustonlyhave is one finding', () => {
    const findings = lint([withDefaults('complianceType: mustonlyhave')]);
    expect(findings).toMatchObject([{ line: 8, rule: 'compliance-type' }]);
    expect(findings[0]!.message).toMatch(/, .* are applied with mustonlyhave, which removes what the operator and/);
  });
});

test('names a value of another type as it is written', () => {
  const text = policyGenTemplate(registryEntries()).replace(
    'storageClassName: image-registry-sc',
    'storageClassName: { a: 1 }',
  );
  expect(lint([{ name: 'policies.yaml', text }])).toMatchObject([
    { message: 'no volume has the claim\'s class {"a":1}; the volumes have: image-registry-sc' },
  ]);
});
