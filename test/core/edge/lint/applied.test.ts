import { collectFacts } from '../../../../src/core/edge/lint/collect.js';
import { lint } from '../../../../src/core/edge/lint/lint.js';
import type { SourceFile } from '../../../../src/core/edge/lint/sources/parse-files.js';

const POLICIES = {
  name: 'policies.yaml',
  text: 'kind: PolicyGenTemplate\nspec:\n  sourceFiles:\n    - fileName: Named.yaml\n',
};
const GENERATOR = {
  name: 'policies.yaml',
  text: 'kind: PolicyGenerator\npolicies:\n  - name: a\n    manifests:\n      - path: source-crs/Named.yaml\n',
};
const MACHINE_CONFIG = 'apiVersion: machineconfiguration.openshift.io/v1\nkind: MachineConfig\nmetadata: { name: a }\n';
/** A claim with several mistakes. */
const BROKEN =
  'apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: { namespace: openshift-image-registry }\nspec: { resources: { requests: { storage: lots } } }\n';

const brief = (files: SourceFile[]): string[] =>
  lint(files).map(({ file, line, severity, rule }) => `${file}:${line}: ${severity}: ${rule}`);
const unused = (...files: SourceFile[]): string[] => collectFacts(files).unused;

describe.each([
  ['PolicyGenTemplate', POLICIES],
  ['PolicyGenerator', GENERATOR],
])('beside a %s', (_form, policies) => {
  const named = { name: 'source-crs/Named.yaml', text: 'kind: Secret\n' };

  test.each([
    ['a claim with mistakes', BROKEN],
    ['an unsupported kind', 'kind: Pod\n'],
    ['a document without a kind', 'a: 1\n'],
    ['a MachineConfig', MACHINE_CONFIG],
    ['several documents', `${BROKEN}---\nkind: Pod\n`],
  ])('a source file that no policy names is not checked: %s', (_what, text) => {
    const files = [policies, named, { name: 'source-crs/Other.yaml', text }];
    expect(brief(files)).toEqual([]);
    expect(unused(...files)).toEqual(['source-crs/Other.yaml']);
  });

  test('a named source file of a kind that no rule reads has no finding', () => {
    expect(brief([policies, named])).toEqual([]);
    expect(unused(policies, named)).toEqual([]);
  });

  test('a named source file is checked', () => {
    expect(brief([policies, { name: 'source-crs/Named.yaml', text: BROKEN }])).toContain(
      'source-crs/Named.yaml:4: error: quantity',
    );
  });

  test('plain objects in the file of a policy are not applied', () => {
    const both = { ...policies, text: `${policies.text}---\n${BROKEN}---\nkind: Namespace\n` };
    expect(brief([both, named])).toEqual([]);
    expect(unused(both, named)).toEqual([]);
  });

  test.each(['a: [\n', '{{ if .Values.a }}\nkind: Pod\n{{ end }}\n'])(
    'a file that is not YAML is a warning if it is a source file that no policy names: %j',
    (text) => {
      const broken = { name: 'site/source-crs/deep/Other.yaml', text };
      const [finding, ...others] = brief([broken, policies, named]);
      expect([finding, others]).toEqual([
        expect.stringMatching(/^site\/source-crs\/deep\/Other\.yaml:\d: warning: yaml$/),
        [],
      ]);
      expect(unused(broken, policies, named)).toEqual([broken.name]);
    },
  );

  test('a file that is not YAML is an error if a policy names it, or outside of the source files', () => {
    const files = ['source-crs/Named.yaml', 'claim.yaml'].map((name) => ({ name, text: '{{- define "a" }}\n' }));
    expect(brief([policies, ...files])).toEqual(['claim.yaml:1: error: yaml', 'source-crs/Named.yaml:1: error: yaml']);
    expect(unused(policies, ...files)).toEqual([]);
  });
});

test('without policies, every object is applied', () => {
  expect(brief([{ name: 'source-crs/Claim.yaml', text: BROKEN }])).toContain(
    'source-crs/Claim.yaml:4: error: quantity',
  );
  expect(unused({ name: 'source-crs/Claim.yaml', text: BROKEN })).toEqual([]);
});

test('a MachineConfig outside of the source files is applied by the installation', () => {
  const files = ['extra-manifest/a.yaml', 'source-crs/b.yaml', '-'].map((name) => ({ name, text: MACHINE_CONFIG }));
  const { facts, unused: left } = collectFacts([POLICIES, ...files]);
  expect(facts.objects.map(({ kind, fileName, policy }) => [kind, fileName, policy])).toEqual([
    ['MachineConfig', 'a.yaml', undefined],
    ['MachineConfig', '-', undefined],
  ]);
  expect(left).toEqual(['source-crs/b.yaml']);
});

test('disk configurations count always', () => {
  const site = { name: 'source-crs/site.yaml', text: 'kind: ClusterInstance\nspec: { nodes: 1 }\n' };
  expect(brief([POLICIES, site])).toContain('source-crs/site.yaml:2: error: structure');
});

test('beside a policy that is not YAML, source files are not checked', () => {
  const policies = { name: 'policies.yaml', text: 'apiVersion: a\nkind: PolicyGenerator\npolicies: [\n' };
  const files = [policies, { name: 'source-crs/Claim.yaml', text: BROKEN }];
  expect(brief(files)).toEqual([expect.stringMatching(/^policies\.yaml:\d: error: yaml$/)]);
  expect(unused(...files)).toEqual(['source-crs/Claim.yaml']);
});

test('a policy in a directory that it names is still checked', () => {
  const text =
    'kind: PolicyGenerator\npolicies:\n  - name: a\n    manifests: [{ path: . }]\n  - name: b\n    manifests: 1\n';
  const files = [
    { name: 'site/policies.yaml', text },
    { name: 'site/claim.yaml', text: BROKEN },
  ];
  expect(brief(files)).toEqual(
    expect.arrayContaining(['site/claim.yaml:4: error: quantity', 'site/policies.yaml:6: error: structure']),
  );
});

test('a file that is not YAML is one finding, and the others are checked', () => {
  const deep = '['.repeat(3000);
  const aliases = `a: &a [x, x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: [${'*b, '.repeat(20)}]\n`;
  const cycle = 'kind: StorageClass\nmetadata: &a\n  name: *a\n';
  const texts = ['a: [\nb: {\n', '\n', '# nothing\n', deep, aliases, cycle, BROKEN];
  const files = texts.map((text, index) => ({ name: `${index}.yaml`, text }));
  const findings = lint(files);
  expect(findings.filter(({ rule }) => rule === 'yaml').map(({ file, severity }) => `${file}: ${severity}`)).toEqual(
    [0, 3, 4, 5].map((index) => `${index}.yaml: error`),
  );
  expect(findings.find(({ file }) => file === '0.yaml')).toMatchObject({ line: 2, message: /^not valid YAML: / });
  // Comments, and nothing at all, apply nothing.
  expect(collectFacts(files).unused).toEqual(['1.yaml', '2.yaml']);
  expect(findings.map(({ file, rule }) => `${file}: ${rule}`)).toContain('6.yaml: quantity');
});
