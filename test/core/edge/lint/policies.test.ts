import { lint } from '../../../../src/core/edge/lint/lint.js';
import type { SourceFile } from '../../../../src/core/edge/lint/sources/parse-files.js';
import { policyGenTemplate, policyGenerator, registryEntries, type Entry } from '../../../support/edge-policies.js';

const [CLASS, CLAIM, VOLUME, CONFIG] = [0, 1, 2, 3];
const HUB = '{{hub fromConfigMap "" "sites" (printf "%s-value" .ManagedClusterName) hub}}';
const FORMS: [string, (entries: Entry[]) => string][] = [
  ['PolicyGenTemplate', policyGenTemplate],
  ['PolicyGenerator', policyGenerator],
];

/** Sets a value in the patch of one of the registry's entries; the path is separated by dots. */
function set(index: number, path: string, value: unknown) {
  return (entries: Entry[]): void => {
    const keys = path.split('.');
    const patch = (entries[index]!.patch ??= {});
    const parent = keys.slice(0, -1).reduce((inner, key) => (inner[key] ??= {}) as Record<string, unknown>, patch);
    if (value === undefined) delete parent[keys.at(-1)!];
    else parent[keys.at(-1)!] = value;
  };
}

const apply = (index: number, changes: Partial<Entry>) => (entries: Entry[]) =>
  void Object.assign(entries[index]!, changes);
const waves =
  (...values: unknown[]) =>
  (entries: Entry[]) =>
    values.forEach((wave, index) => (entries[index]!.wave = wave));
const add =
  (...more: Entry[]) =>
  (entries: Entry[]) =>
    void entries.push(...more);
const only =
  (...indexes: number[]) =>
  (entries: Entry[]) =>
    void entries.splice(0, entries.length, ...indexes.map((index) => entries[index]!));

/** Formats findings as `rule: the line of the file`; ENTRY is where a policy names a source file. */
function found(files: SourceFile[]): string[] {
  return lint(files).map(({ file, line, rule }) => {
    const { text } = files.find(({ name }) => name === file)!;
    const content = text.split('\n')[line - 1]!.trim().replace(/^- /, '').replace(`'${HUB}'`, 'HUB');
    return `${rule}: ${/^(fileName|path): .*\.yaml$/.test(content) ? 'ENTRY' : content}`;
  });
}

type Change = (entries: Entry[]) => void;

function changed(...changes: Change[]): Entry[] {
  const entries = registryEntries();
  for (const change of changes) change(entries);
  return entries;
}

const otherClass: Entry = { source: 'storage-lso/StorageClass.yaml', patch: { metadata: { name: 'fast' } } };
const otherClaim: Entry = {
  source: 'storage-lso/StoragePVC.yaml',
  patch: {
    metadata: { name: 'data', namespace: 'shop' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '2Ti' } }, storageClassName: 'fast' },
  },
};
const otherVolume: Entry = {
  source: 'storage-lso/StoragePV.yaml',
  patch: {
    metadata: { name: 'data' },
    spec: { capacity: { storage: '2Ti' }, accessModes: ['ReadWriteOnce', 'ReadWriteMany'], storageClassName: 'fast' },
  },
};
const unchangedClass: Entry = { source: 'storage-lso/StorageClass.yaml' };
const unchangedVolume: Entry = { source: 'storage-lso/StoragePV.yaml' };
const unchangedClaim: Entry = { source: 'storage-lso/StoragePVC.yaml' };

describe.each(FORMS)('%s', (_form, write) => {
  test.each<[string, Change[]]>([
    ['the published example', []],
    ['the waves of the published source files', [waves('10', '10', '2', '11')]],
    ['everything in one wave', [waves('100', '100', '100', '100')]],
    ['a volume in the last wave', [waves('1', '2', '30', '3')]],
    ['a class in the last wave', [waves('30', '2', '1', '3')]],
    ['a claim before class and volume', [waves('3', '1', '2', '3')]],
    ['a negative wave', [waves('-3', '-2', '-2', '-1')]],
    ['a claim that is smaller than the volume', [set(CLAIM, 'spec.resources.requests.storage', '90Gi')]],
    ['the same size in another unit', [set(CLAIM, 'spec.resources.requests.storage', '102400Mi')]],
    ['a size in bytes', [set(CLAIM, 'spec.resources.requests.storage', 107374182400)]],
    ['another class everywhere', [CLASS, CLAIM, VOLUME].map((index) => renamed(index))],
    [
      'another name of the claim',
      [set(CLAIM, 'metadata.name', 'images'), set(CONFIG, 'spec.storage.pvc.claim', 'images')],
    ],
    ['no volumeMode', [set(CLAIM, 'spec.volumeMode', undefined)]],
    ['no complianceType', [apply(CONFIG, { complianceType: undefined })]],
    ['a complianceType in capitals', [apply(CONFIG, { complianceType: 'MustHave' })]],
    ['a Config only', [only(CONFIG)]],
    ['a Config without a claim', [only(CONFIG), apply(0, { patch: undefined })]],
    ['a volume only', [only(VOLUME)]],
    [
      'claim and Config without a volume: a provisioner creates it',
      [only(CLAIM, CONFIG), set(0, 'spec.storageClassName', 'lvms-vg1')],
    ],
    ['no StorageClass: it can be in another policy', [only(CLAIM, VOLUME, CONFIG)]],
    ['unchanged source files of other applications', [only(), add(unchangedClass, unchangedClaim, unchangedVolume)]],
    ['unchanged source files beside the registry', [add(unchangedClass, unchangedClaim, unchangedVolume)]],
    ['an unchanged claim beside the registry', [add(unchangedClaim)]],
    ['storage of another application beside the registry', [add(otherClass, otherClaim)]],
    ['only storage of another application', [only(), add(otherClass, otherClaim)]],
    ['a claim of another application, and a Config', [only(CONFIG), add(otherClaim)]],
    ['mustonlyhave for another application', [add({ ...otherClaim, complianceType: 'mustonlyhave' })]],
    ['a wave without quotes for another application', [add({ ...otherClaim, wave: 100 })]],
    [
      'a template for another application',
      [add({ ...otherClaim, patch: { metadata: { name: HUB, namespace: 'shop' } } })],
    ],
    [
      'removal of a former claim',
      [
        add({
          ...unchangedClaim,
          complianceType: 'mustnothave',
          patch: { metadata: { name: 'old', namespace: 'openshift-image-registry' } },
        }),
      ],
    ],
    [
      'removal of a former volume',
      [
        add({
          source: 'image-registry/ImageRegistryPV.yaml',
          complianceType: 'mustnothave',
          patch: { spec: { capacity: { storage: '1Gi' } } },
        }),
      ],
    ],
    [
      'a second claim in the namespace that the registry does not use',
      [
        add({
          ...otherClaim,
          patch: { ...otherClaim.patch, metadata: { name: 'mirror', namespace: 'openshift-image-registry' } },
        }),
      ],
    ],
  ])('accepts %s', (_title, changes) => {
    expect(found([{ name: 'policies.yaml', text: write(changed(...changes)) }])).toEqual([]);
  });

  test.each<[string, Change[], string[]]>([
    [
      'a claim that is larger than the volume',
      [set(CLAIM, 'spec.resources.requests.storage', '500Gi')],
      ['claim-size: storage: 500Gi'],
    ],
    [
      'a volume that is smaller than the claim',
      [set(VOLUME, 'spec.capacity.storage', '50Gi')],
      ['claim-size: storage: 100Gi'],
    ],
    [
      'a size that is not a quantity',
      [set(CLAIM, 'spec.resources.requests.storage', '100 GB')],
      ['quantity: storage: 100 GB'],
    ],
    [
      "a volume's size that is not a quantity",
      [set(VOLUME, 'spec.capacity.storage', 'all')],
      ['quantity: storage: all'],
    ],
    ['a claim without a size', [set(CLAIM, 'spec.resources', undefined)], ['quantity: ENTRY']],
    ['a claim without a spec', [set(CLAIM, 'spec', undefined)], ['quantity: ENTRY']],
    [
      'a claim with another class',
      [set(CLAIM, 'spec.storageClassName', 'other')],
      ['storage-class: storageClassName: other'],
    ],
    [
      'a claim with the class of another application',
      [add(otherClass), set(CLAIM, 'spec.storageClassName', 'fast')],
      ['storage-class: storageClassName: fast'],
    ],
    [
      'a claim with the class and the volume of another application',
      [add(otherClass, otherVolume), set(CLAIM, 'spec.storageClassName', 'fast')],
      ['storage-class: storageClassName: fast'],
    ],
    [
      'a larger claim with another class',
      [set(CLAIM, 'spec.storageClassName', 'other'), set(CLAIM, 'spec.resources.requests.storage', '500Gi')],
      ['claim-size: storage: 500Gi', 'storage-class: storageClassName: other'],
    ],
    [
      'a volume with another class',
      [set(VOLUME, 'spec.storageClassName', 'other')],
      ['storage-class: storageClassName: other'],
    ],
    [
      'a StorageClass with another name',
      [set(CLASS, 'metadata.name', 'image-registry')],
      ['storage-class: name: image-registry'],
    ],
    ['a StorageClass that keeps its name', [apply(CLASS, { patch: undefined })], ['storage-class: ENTRY']],
    ['a Config with another claim', [set(CONFIG, 'spec.storage.pvc.claim', 'other')], ['claim-name: claim: other']],
    [
      'a Config with the claim of another application',
      [add(otherClaim), set(CONFIG, 'spec.storage.pvc.claim', 'data')],
      ['claim-name: claim: data'],
    ],
    ['a Config without the claim (a warning)', [apply(CONFIG, { patch: undefined })], ['claim-name: ENTRY']],
    [
      'a Config with an empty claim (a warning)',
      [set(CONFIG, 'spec.storage.pvc.claim', '')],
      ['claim-name: claim: ""'],
    ],
    [
      'a claim in another namespace',
      [set(CLAIM, 'metadata.namespace', 'default')],
      ['claim-namespace: namespace: default'],
    ],
    ['a claim that keeps its namespace', [set(CLAIM, 'metadata.namespace', undefined)], ['claim-namespace: ENTRY']],
    [
      'a claim in another namespace, without a Config',
      [only(CLASS, CLAIM, VOLUME), set(CLAIM, 'metadata.namespace', 'shop')],
      ['claim-namespace: namespace: shop'],
    ],
    [
      'access modes that the volume does not offer',
      [set(CLAIM, 'spec.accessModes', ['ReadWriteOnce'])],
      ['access-modes: ReadWriteOnce'],
    ],
    ['a claim without access modes', [set(CLAIM, 'spec.accessModes', undefined)], ['access-modes: ENTRY']],
    ['another volumeMode', [set(CLAIM, 'spec.volumeMode', 'Block')], ['volume-mode: volumeMode: Block']],
    ['another volumeMode of the volume', [set(VOLUME, 'spec.volumeMode', 'Block')], ['volume-mode: volumeMode: Block']],
    [
      'mustonlyhave for the Config',
      [apply(CONFIG, { complianceType: 'mustonlyhave' })],
      ['compliance-type: complianceType: mustonlyhave'],
    ],
    [
      'mustonlyhave in capitals',
      [apply(CONFIG, { complianceType: 'MustOnlyHave' })],
      ['compliance-type: complianceType: MustOnlyHave'],
    ],
    [
      'mustonlyhave for the claim',
      [apply(CLAIM, { complianceType: 'mustonlyhave' })],
      ['compliance-type: complianceType: mustonlyhave'],
    ],
    [
      'mustonlyhave for the volume',
      [apply(VOLUME, { complianceType: 'mustonlyhave' })],
      ['compliance-type: complianceType: mustonlyhave'],
    ],
    [
      'mustonlyhave for the class',
      [apply(CLASS, { complianceType: 'mustonlyhave' })],
      ['compliance-type: complianceType: mustonlyhave'],
    ],
    [
      'mustonlyhave for a Config alone',
      [only(CONFIG), apply(0, { complianceType: 'mustonlyhave' })],
      ['compliance-type: complianceType: mustonlyhave'],
    ],
    [
      'an unknown complianceType',
      [apply(CONFIG, { complianceType: 'mostlyhave' })],
      ['compliance-type: complianceType: mostlyhave'],
    ],
    ['a wave that is not a number', [waves('10', 'first')], ['wave: ran.openshift.io/ztp-deploy-wave: first']],
    [
      'a Config before its claim',
      [waves('10', '12', '2', '11')],
      ['wave-order: ran.openshift.io/ztp-deploy-wave: "11"'],
    ],
    ['a Config that keeps its wave before that of the claim', [waves('100', '100', '100')], ['wave-order: ENTRY']],
    ['a template as the size', [set(CLAIM, 'spec.resources.requests.storage', HUB)], ['filled-in: storage: HUB']],
    [
      'a template as the class of the claim',
      [set(CLAIM, 'spec.storageClassName', HUB)],
      ['filled-in: storageClassName: HUB'],
    ],
    ['a template as the name of the claim', [set(CLAIM, 'metadata.name', HUB)], ['filled-in: name: HUB']],
    ['a template as the namespace', [set(CLAIM, 'metadata.namespace', HUB)], ['filled-in: namespace: HUB']],
    ['a template as the access modes', [set(CLAIM, 'spec.accessModes', HUB)], ['filled-in: accessModes: HUB']],
    ['a template in the access modes', [set(CLAIM, 'spec.accessModes', [HUB])], ['filled-in: HUB']],
    ['a template as the volumeMode', [set(CLAIM, 'spec.volumeMode', HUB)], ['filled-in: volumeMode: HUB']],
    ['a template as the whole spec', [set(CLAIM, 'spec', HUB)], ['filled-in: spec: HUB']],
    ["a template as the volume's size", [set(VOLUME, 'spec.capacity.storage', HUB)], ['filled-in: storage: HUB']],
    [
      "a template as the volume's class",
      [set(VOLUME, 'spec.storageClassName', HUB)],
      ['filled-in: storageClassName: HUB'],
    ],
    ["a template as the volume's path", [set(VOLUME, 'spec.local.path', HUB)], ['filled-in: path: HUB']],
    ["a template as the volume's access modes", [set(VOLUME, 'spec.accessModes', [HUB])], ['filled-in: HUB']],
    ['a template as the name of the class', [set(CLASS, 'metadata.name', HUB)], ['filled-in: name: HUB']],
    ['a template as the claim of the Config', [set(CONFIG, 'spec.storage.pvc.claim', HUB)], ['filled-in: claim: HUB']],
    ['a template as the wave', [waves(undefined, HUB)], ['filled-in: ran.openshift.io/ztp-deploy-wave: HUB']],
    ['a template as the complianceType', [apply(CONFIG, { complianceType: HUB })], ['filled-in: complianceType: HUB']],
    [
      'several templates: one warning',
      [
        set(CLASS, 'metadata.name', HUB),
        set(CLAIM, 'spec.storageClassName', HUB),
        set(CONFIG, 'spec.storage.pvc.claim', HUB),
      ],
      ['filled-in: name: HUB'],
    ],
    [
      "a template as the volume's class, which can be that of the StorageClass",
      [set(VOLUME, 'spec.storageClassName', HUB), set(CLAIM, 'spec.storageClassName', 'other')],
      ['filled-in: storageClassName: HUB'],
    ],
    [
      'a mistake beside a template',
      [set(CLAIM, 'metadata.name', HUB), set(CLAIM, 'spec.resources.requests.storage', '500Gi')],
      ['filled-in: name: HUB', 'claim-size: storage: 500Gi'],
    ],
    [
      'four mistakes',
      [
        set(CLAIM, 'spec.resources.requests.storage', '500Gi'),
        set(CLAIM, 'spec.accessModes', ['ReadWriteOncePod']),
        set(CONFIG, 'spec.storage.pvc.claim', 'other'),
        apply(CONFIG, { complianceType: 'mustonlyhave' }),
      ],
      [
        'access-modes: ReadWriteOncePod',
        'claim-size: storage: 500Gi',
        'compliance-type: complianceType: mustonlyhave',
        'claim-name: claim: other',
      ],
    ],
  ])('finds %s', (_title, changes, expected) => {
    expect(found([{ name: 'policies.yaml', text: write(changed(...changes)) }])).toEqual(expected);
  });
});

function renamed(index: number): Change {
  if (index === CLASS) return set(CLASS, 'metadata.name', 'disk-sc');
  return set(index, 'spec.storageClassName', 'disk-sc');
}
