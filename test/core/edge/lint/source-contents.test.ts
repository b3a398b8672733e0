import { lint } from '../../../../src/core/edge/lint/lint.js';
import type { SourceFile } from '../../../../src/core/edge/lint/sources/parse-files.js';
import { policyGenerator, registryEntries, type Entry } from '../../../support/edge-policies.js';

const CLAIM = 'source-crs/storage-lso/StoragePVC.yaml';
const PUBLISHED = `apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: pvc-storage, namespace: default, annotations: { ran.openshift.io/ztp-deploy-wave: "10" } }
spec: {}
`;

/** Lints the registry's policies together with a source file for the claim. */
function found(text: string | undefined, change: (entries: Entry[]) => Entry[] = (entries) => entries): string[] {
  const policies = { name: 'policies.yaml', text: policyGenerator(change(registryEntries())) };
  const files: SourceFile[] = [policies, ...(text === undefined ? [] : [{ name: CLAIM, text }])];
  return lint(files).map(({ rule, severity, message }) => `${severity}: ${rule}: ${message}`);
}

const MISSING = expect.stringMatching(
  /^warning: claim-name: the registry uses .* no policy .* defines a claim$/,
) as string;

test('the published source file has no finding', () => {
  expect(found(PUBLISHED)).toEqual([]);
});

test.each([
  ['a path, as a symbolic link that is a text file has', 'storage-lso/StoragePVC.yaml\n', /contains no object/],
  ['a list', '[]\n', /contains no object/],
  ['nothing', '# nothing\n', /StoragePVC\.yaml is empty/],
  ['a mistyped kind', PUBLISHED.replace('Claim', 'Clam'), /the kind PersistentVolumeClam is not known/],
])('a named file with %s is a warning', (_what, text, message) => {
  const findings = found(text);
  expect(findings).toContainEqual(expect.stringMatching(new RegExp(`^warning: source-file: .*${message.source}`)));
  expect(findings).toContainEqual(MISSING);
  expect(findings).toHaveLength(2);
});

test.each([
  'object-templates: [{ complianceType: mustonlyhave, objectDefinition: { kind: PersistentVolumeClaim } }]',
  'object-templates-raw: |\n    kind: PersistentVolumeClaim',
])('objects in a ConfigurationPolicy are not checked: %j', (spec) => {
  const text = `apiVersion: policy.open-cluster-management.io/v1\nkind: ConfigurationPolicy\nspec:\n  ${spec}\n`;
  expect(found(text)).toContainEqual('warning: source-file: the objects in object-templates are not checked');
});

test.each([
  ['another kind', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n'],
  ['another group', 'apiVersion: example.com/v1\nkind: Confg\nmetadata: { name: a }\n'],
])('an object of %s has no finding of its own', (_what, text) => {
  expect(found(text)).toEqual([MISSING]);
});

describe('a claim that the Config names is missing', () => {
  const claim = (change: (entry: Entry) => Entry[]) => (entries: Entry[]) =>
    entries.flatMap((entry) => (entry.source.endsWith('StoragePVC.yaml') ? change(entry) : [entry]));

  test.each([
    ['no entry', claim(() => [])],
    ['an entry for another file', claim((entry) => [{ ...entry, source: 'storage-lso/StorageNS.yaml' }])],
    ['mustnothave', claim((entry) => [{ ...entry, complianceType: 'mustnothave' }])],
    ['a patch that deletes it', claim((entry) => [{ ...entry, patch: { $patch: 'delete' } }])],
  ])('because of %s', (_why, change) => {
    expect(found(undefined, change)).toEqual([MISSING]);
  });

  test('and it is not reported if the files contain only the Config', () => {
    expect(found(undefined, (entries) => entries.slice(-1))).toEqual([]);
  });
});

test.each([
  ['kind', 'PersistentVolumeClam', 'PersistentVolumeClaim'],
  ['apiVersion', 'v2', 'v1'],
])('a patch with another %s is an error: the generator refuses it', (field, value, expected) => {
  const change = (entries: Entry[]): Entry[] =>
    entries.map((entry, index) => (index === 1 ? { ...entry, patch: { ...entry.patch, [field]: value } } : entry));
  const error = expect.stringMatching(
    new RegExp(`^error: patch: the patch has the ${field} ${value}, but .* has ${expected}$`),
  ) as string;
  expect(found(undefined, change)).toContainEqual(error);
  expect(found(PUBLISHED, change)).toContainEqual(error);
});

test('a file that several policies name has each finding once', () => {
  const claim = `${PUBLISHED.replace('default', 'openshift-image-registry')}`.replace('{}', '{ accessModes: 5 }');
  const twice = (entries: Entry[]): Entry[] => [...entries, { source: 'storage-lso/StoragePVC.yaml' }];
  const findings = found(claim, twice);
  expect(new Set(findings).size).toBe(findings.length);
});

test('a name that several files have, one of which is not YAML, is one warning', () => {
  const files = ['a', 'b'].map((name) => ({ name: `${name}/Own.yaml`, text: name === 'a' ? 'a: [' : PUBLISHED }));
  const policies = {
    name: 'c/policies.yaml',
    text: policyGenerator([{ source: 'Own.yaml' }]).replace('source-crs/', ''),
  };
  expect(lint([policies, ...files]).map(({ rule, severity }) => `${severity}: ${rule}`)).toEqual([
    'warning: yaml',
    'warning: source-file',
  ]);
});
