import { resolve } from 'node:path';
import { collectFacts } from '../../../../src/core/edge/lint/collect.js';
import { lint } from '../../../../src/core/edge/lint/lint.js';
import type { SourceFile } from '../../../../src/core/edge/lint/sources/parse-files.js';
import { isPublished } from '../../../../src/core/edge/lint/sources/published.js';

/** A StorageClass whose name tells from which file it is. */
const source = (name: string): SourceFile => ({
  name,
  text: `apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: { name: "${name}" }\nprovisioner: kubernetes.io/no-provisioner\n`,
});
const template = (fileName: string, name = 'policies.yaml'): SourceFile => ({
  name,
  text: `kind: PolicyGenTemplate\nspec:\n  sourceFiles:\n    - fileName: ${fileName}\n`,
});
const generator = (path: string, name = 'policies.yaml'): SourceFile => ({
  name,
  text: `kind: PolicyGenerator\npolicies:\n  - name: a\n    manifests:\n      - path: ${path}\n`,
});

/** The names of the objects that are applied, and those of the files that no policy names. */
function applied(...files: SourceFile[]): { objects: unknown[]; unused: string[]; findings: string[] } {
  const { facts, unused } = collectFacts(files);
  return {
    objects: facts.objects.map((object) => object.get(['metadata', 'name'])),
    unused,
    findings: lint(files)
      .filter(({ rule }) => rule === 'source-file' || rule === 'filled-in')
      .map(({ severity, line, message }) => `${line}: ${severity}: ${message}`),
  };
}

test.each([
  ['StorageClass.yaml', 'crs/StorageClass.yaml'],
  ['StorageClass.yaml', 'crs/storage-lso/StorageClass.yaml'],
  ['storage-lso/StorageClass.yaml', 'crs/storage-lso/StorageClass.yaml'],
  ['./storage-lso//StorageClass.yaml', 'crs/storage-lso/StorageClass.yaml'],
  ['Own.yaml', 'Own.yaml'],
])('a PolicyGenTemplate names with %s the file %s', (fileName, file) => {
  expect(applied(template(fileName), source(file))).toEqual({ objects: [file], unused: [], findings: [] });
});

test.each([
  ['source-crs/Own.yaml', 'source-crs/Own.yaml'],
  ['./source-crs/../source-crs/Own.yaml', 'source-crs/Own.yaml'],
  ['source-crs/Own.yaml', 'elsewhere/source-crs/Own.yaml'],
])('a PolicyGenerator names with %s the file %s', (path, file) => {
  expect(applied(generator(path), source(file))).toEqual({ objects: [file], unused: [], findings: [] });
});

test.each([
  ['../source-crs/Own.yaml', 'elsewhere/source-crs/Own.yaml', 'is outside of the directory of the policy'],
  ['../../Own.yaml', 'Own.yaml', 'is outside of the directory of the policy'],
  ['own/../../Own.yaml', 'a/Own.yaml', 'is outside of the directory of the policy'],
  [resolve('Own.yaml'), 'Own.yaml', 'is outside of the directory of the policy'],
  ['.', 'a/b/Own.yaml', 'is the directory of the policy itself'],
])('a PolicyGenerator is refused with the path %s, and %s is still checked', (path, file, problem) => {
  const found = applied(generator(path, 'a/b/policies.yaml'), source(file));
  expect(found).toMatchObject({ unused: [], findings: [`5: error: ${path} ${problem}: the generator refuses it`] });
  if (path !== '.') expect(found.objects).toEqual([file]);
});

test('an absolute path inside the directory of the policy is accepted', () => {
  const policies = generator(resolve('a/b/Own.yaml'), 'a/b/policies.yaml');
  expect(applied(policies, source('a/b/Own.yaml'))).toEqual({ objects: ['a/b/Own.yaml'], unused: [], findings: [] });
});

test('a manifest can be a directory of YAML files', () => {
  const files = ['own/a.yaml', 'own/b.yml', 'own/c.json', 'own/deep/d.yaml'].map(source);
  const here = { objects: ['own/a.yaml', 'own/b.yml'], unused: ['own/c.json', 'own/deep/d.yaml'], findings: [] };
  expect(applied(generator('own/'), ...files)).toEqual(here);
  expect(applied(generator('own', 'site/policies.yaml'), ...files)).toEqual(here);
});

describe('a manifest directory with a kustomization', () => {
  const warning = (path: string): string =>
    `5: warning: ${path} is a kustomization: what it makes of its files was not checked`;
  const kustomization = (name: string): SourceFile => ({ name, text: 'resources: [a.yaml]\n' });

  test.each(['own/kustomization.yaml', 'own/kustomization.yml', 'own/Kustomization'])('is not read: %s', (name) => {
    const files = [kustomization(name), source('own/a.yaml'), source('own/deep/b.yaml'), source('other/c.yaml')];
    const expected = { objects: [], unused: ['other/c.yaml'], findings: [warning('own')] };
    expect(applied(generator('own'), ...files)).toEqual(expected);
    expect(lint([generator('own'), ...files])).toHaveLength(1);
  });

  test('is one warning if only the kustomization is given', () => {
    const files = [generator('own/'), kustomization('own/kustomization.yaml')];
    expect(applied(...files)).toEqual({ objects: [], unused: [], findings: [warning('own/')] });
  });

  test('can contain files that are not YAML', () => {
    const files = [kustomization('own/kustomization.yaml'), { name: 'own/a.yaml', text: '{{ if .A }}\na: b' }];
    expect(lint([generator('own'), ...files]).map(({ rule, severity }) => [rule, severity])).toEqual([
      ['yaml', 'warning'],
      ['source-file', 'warning'],
    ]);
  });

  test('does not matter for a PolicyGenTemplate, or if a manifest names a file', () => {
    const files = [kustomization('own/kustomization.yaml'), source('own/a.yaml')];
    expect(applied(generator('own/a.yaml'), ...files).objects).toEqual(['own/a.yaml']);
    expect(applied(template('a.yaml', 'own/policies.yaml'), ...files).objects).toEqual(['own/a.yaml']);
  });
});

test('the exact path comes first', () => {
  const files = ['a/source-crs/Own.yaml', 'b/source-crs/Own.yaml', 'a/Own.yaml'].map(source);
  expect(applied(generator('source-crs/Own.yaml', 'b/policies.yaml'), ...files)).toMatchObject({
    objects: ['b/source-crs/Own.yaml'],
    unused: ['a/source-crs/Own.yaml', 'a/Own.yaml'],
  });
  // A PolicyGenTemplate has its source files beside it, or in source-crs there.
  expect(applied(template('Own.yaml', 'b/policies.yaml'), ...files).objects).toEqual(['b/source-crs/Own.yaml']);
  expect(applied(template('Own.yaml', 'a/policies.yaml'), ...files).objects).toEqual(['a/Own.yaml']);
});

test('a file just below the source directory comes before one deeper in it', () => {
  const files = ['a/source-crs/deep/Own.yaml', 'a/source-crs/Own.yaml', 'Own.yaml'].map(source);
  expect(applied(template('Own.yaml', 'c/policies.yaml'), ...files)).toEqual({
    objects: ['a/source-crs/Own.yaml'],
    unused: ['a/source-crs/deep/Own.yaml', 'Own.yaml'],
    findings: [],
  });
});

test.each([
  ['PolicyGenTemplate', template('Own.yaml', 'c/policies.yaml'), 4],
  ['PolicyGenerator', generator('Own.yaml', 'c/policies.yaml'), 5],
])('in a %s, a name that several files have is a warning', (_form, policies, line) => {
  expect(applied(policies, source('a/Own.yaml'), source('b/Own.yaml'))).toEqual({
    objects: [],
    unused: [],
    findings: [`${line}: warning: Own.yaml can be any of a/Own.yaml, b/Own.yaml: none of them was checked`],
  });
});

test('the same file twice is one file', () => {
  const path = resolve('source-crs/Own.yaml');
  expect(applied(template('Own.yaml'), source('source-crs/Own.yaml'), source(path))).toEqual({
    objects: ['source-crs/Own.yaml'],
    unused: [],
    findings: [],
  });
});

test('standard input has no name', () => {
  expect(applied(template('Own.yaml', '-'), source('source-crs/Own.yaml')).objects).toEqual(['source-crs/Own.yaml']);
  expect(applied(template('Own.yaml'), source('-'))).toMatchObject({ objects: [], unused: ['-'] });
});

test.each([
  ['PolicyGenTemplate', template('Own.yaml'), 4, 'Own.yaml'],
  ['PolicyGenTemplate', template('storage-lso/ImageRegistryPV.yaml'), 4, 'storage-lso/ImageRegistryPV.yaml'],
  ['PolicyGenerator', generator('source-crs/Own.yaml'), 5, 'source-crs/Own.yaml'],
  ['PolicyGenerator', generator('source-crs/StorageClass.yml'), 5, 'source-crs/StorageClass.yml'],
])('in a %s, a name that leads nowhere is a warning', (_form, policies, line, name) => {
  expect(applied(policies, source('source-crs/Other.yaml'))).toEqual({
    objects: [],
    unused: ['source-crs/Other.yaml'],
    findings: [`${line}: warning: ${name} is neither among the given files nor a published source file`],
  });
});

test.each([
  ['PolicyGenTemplate', template('"{{hub .Name hub}}.yaml"'), 4],
  ['PolicyGenerator', generator('"source-crs/{{ .Name }}.yaml"'), 5],
])('in a %s, a name that the hub fills in is not looked for', (_form, policies, line) => {
  expect(applied(policies).findings).toEqual([`${line}: warning: filled in on the hub: not checked`]);
});

test('published names are known in both layouts', () => {
  for (const name of ['StorageClass.yaml', 'storage-lso/StorageClass.yaml'])
    for (const policies of [template(name), generator(`source-crs/${name}`), generator(`./a/reference-crs/${name}`)])
      expect(applied(policies)).toEqual({ objects: ['example-storage-class'], unused: [], findings: [] });
  expect(applied(template('SriovNetwork.yaml'))).toEqual({ objects: [], unused: [], findings: [] });
});

test.each([
  ['ImageRegistryPV.yaml', true],
  ['image-registry/ImageRegistryPV.yaml', true],
  ['cluster-tuning/monitoring-configuration/ReduceMonitoringFootprint.yaml', true],
  ['source-crs/validatorCRs/informDuValidator.yaml', true],
  ['image-registry/StorageClass.yaml', false],
  ['source-crs/', false],
  ['source-crs', false],
  ['constructor', false],
  ['constructor.yaml', false],
  ['__proto__/a.yaml', false],
  ['.yaml', false],
])('of %s, says that it is published: %j', (name, expected) => {
  expect(isPublished(name)).toBe(expected);
});

test('a given file counts instead of the published one', () => {
  const policies = template('StorageClass.yaml');
  const [published] = collectFacts([policies]).facts.objects;
  expect(published!.isPublished(['metadata', 'name'])).toBe(true);
  const [given] = collectFacts([policies, source('source-crs/StorageClass.yaml')]).facts.objects;
  expect([given!.isPublished(['metadata', 'name']), given!.isPublished(['provisioner'])]).toEqual([false, true]);
});
