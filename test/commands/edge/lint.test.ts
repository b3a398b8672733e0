import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { policyGenTemplate, policyGenerator, registryEntries } from '../../support/edge-policies.js';
import { regadm } from '../../support/regadm.js';

let directory: string;

const SITE = 'spec:\n  nodes:\n    - hostName: n1\n      ignitionConfigOverride: "{"\n';
const VOLUME =
  'apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: a}\nspec:\n  capacity: {storage: lots}\n  accessModes: [ReadWriteMany]\n';

/** An object of another application that no enabled policy names. */
const OTHER = VOLUME.replace('lots', '1Gi');

const FILES: Record<string, string> = {
  'site.yaml': SITE,
  'pv.yaml': VOLUME,
  'pod.yaml': 'kind: Pod\n',
  'bad.yaml': 'a: [1\nb: 2\n',
  'pgt.yaml': policyGenTemplate(registryEntries()),
  'pg.yaml': policyGenerator(registryEntries()),
  'wrong-pg.yaml': policyGenerator(registryEntries()).replace('100Gi', '500Gi'),
  'wrong-name.yaml': policyGenerator([{ source: 'storage-lso/StorageClas.yaml' }]),
  'source-crs/StoragePV.yaml': OTHER,
  'source-crs/storage-lso/StorageClass.yaml':
    'apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: { name: a, annotations: { ran.openshift.io/ztp-deploy-wave: "10" } }\nprovisioner: example.com/disks\n',
  'source-crs/template.yaml': '{{- if .a }}\n',
};

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'regadm-lint-'));
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
});

afterAll(() => rmSync(directory, { recursive: true }));

const lint = (...args: string[]) => regadm(['edge', 'lint', ...args], { cwd: directory });

test('prints findings as compilers do, with the remedy below', async () => {
  const { status, stdout } = await lint('site.yaml', 'pv.yaml');
  expect(status).toBe(1);
  expect(stdout).toMatch(
    /^pv\.yaml:5: error: spec\.capacity\.storage is not a valid size: "lots" \(quantity\)\n {2}use a quantity such as 100Gi$/m,
  );
  expect(stdout).toMatch(
    /^site\.yaml:4: error: spec\.nodes\[0\]\.ignitionConfigOverride: not valid JSON.* \(ignition\)$/m,
  );
  expect(stdout).toMatch(/^2 files: 2 errors, 0 warnings$/m);
});

test('prints the report with -o json and -o yaml', async () => {
  const { status, stdout } = await lint('pv.yaml', '-o', 'json');
  expect(status).toBe(1);
  const report = JSON.parse(stdout);
  expect(report).toMatchObject({
    apiVersion: 'regadm/v1',
    kind: 'EdgeLint',
    files: ['pv.yaml'],
    summary: { errors: 1, warnings: 0 },
    findings: [
      { file: 'pv.yaml', line: 5, rule: 'quantity', severity: 'error', remedy: 'use a quantity such as 100Gi' },
    ],
  });
  expect(parse((await lint('pv.yaml', '-o', 'yaml')).stdout)).toEqual(report);
});

test('exits with 0 if there are only warnings', async () => {
  const { status, stdout } = await lint('pod.yaml');
  expect(status).toBe(0);
  expect(stdout).toContain('0 errors, 1 warning');
});

test.each([
  [['missing.yaml'], /^error: cannot read missing\.yaml: ENOENT/m],
  [[], /missing argument: FILE/],
  [['pv.yaml', '-o', 'xml'], /--output/],
])('refuses %j', async (args, message) => {
  const { status, stderr } = await lint(...args);
  expect(status).toBe(1);
  expect(stderr).toMatch(message);
});

describe.each(['pgt.yaml', 'pg.yaml'])('with the policies %s', (policies) => {
  test('counts the files that no enabled policy names, and finds nothing in them', async () => {
    const { status, stdout } = await lint(policies, 'source-crs/StoragePV.yaml', 'pod.yaml');
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: '3 files: 0 errors, 0 warnings; 2 files not checked: empty, or not named by an enabled policy\n',
    });
    const report = JSON.parse((await lint(policies, 'source-crs/StoragePV.yaml', 'pod.yaml', '-o', 'json')).stdout);
    expect(report).toMatchObject({ unused: ['source-crs/StoragePV.yaml', 'pod.yaml'], findings: [] });
  });

  test('checks a source file that a policy names', async () => {
    const { status, stdout } = await lint(policies, 'source-crs/storage-lso/StorageClass.yaml');
    expect(status).toBe(1);
    expect(stdout).toMatch(/^source-crs\/storage-lso\/StorageClass\.yaml:4: error: .* \(provisioner\)$/m);
    expect(stdout).toMatch(/^2 files: 1 error, 0 warnings$/m);
  });

  test('finds a source file relative to the policy, from another directory, by absolute path and on standard input', async () => {
    const source = 'storage-lso/StorageClass.yaml';
    const expected = { status: 1, last: '2 files: 1 error, 0 warnings' };
    const last = (text: string): string => text.trimEnd().split('\n').at(-1)!;
    const fromSources = await regadm(['edge', 'lint', `../${policies}`, source], {
      cwd: join(directory, 'source-crs'),
    });
    const absolute = await lint(join(directory, policies), join(directory, 'source-crs', source));
    const stdin = await regadm(['edge', 'lint', '-', `source-crs/${source}`], {
      cwd: directory,
      input: FILES[policies],
    });
    for (const { status, stdout } of [fromSources, absolute, stdin])
      expect({ status, last: last(stdout) }).toEqual(expected);
  });

  test('warns about a source file that is not YAML and that no enabled policy names', async () => {
    const { status, stdout } = await lint(policies, 'source-crs/template.yaml');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^source-crs\/template\.yaml:\d: warning: not valid YAML.* \(yaml\)$/m);
    expect(stdout).toMatch(
      /^2 files: 0 errors, 1 warning; 1 file not checked: empty, or not named by an enabled policy$/m,
    );
  });
});

test('checks the other files if one is not YAML', async () => {
  const { status, stdout } = await lint('bad.yaml', 'pv.yaml');
  expect(status).toBe(1);
  expect(stdout).toMatch(/^bad\.yaml:\d: error: not valid YAML.* \(yaml\)$/m);
  expect(stdout).toMatch(/^pv\.yaml:5: error: .* \(quantity\)$/m);
});

test('checks the other files if one cannot be read', async () => {
  mkdirSync(join(directory, 'directory.yaml'));
  writeFileSync(join(directory, 'latin1.yaml'), Buffer.from('# caf\xe9\n', 'latin1'));
  symlinkSync('nowhere.yaml', join(directory, 'link.yaml'));
  const { status, stdout } = await lint('directory.yaml', 'latin1.yaml', 'link.yaml', 'pv.yaml');
  expect(status).toBe(1);
  expect(stdout).toMatch(/^directory\.yaml:1: error: cannot be read: it is a directory \(unreadable\)$/m);
  expect(stdout).toMatch(/^latin1\.yaml:1: error: cannot be read: not UTF-8 text \(unreadable\)$/m);
  expect(stdout).toMatch(/^link\.yaml:1: error: cannot be read: ENOENT.* \(unreadable\)$/m);
  expect(stdout).toMatch(/^pv\.yaml:5: error: .* \(quantity\)$/m);
});

test('checks the patches of a PolicyGenerator', async () => {
  const { status, stdout } = await lint('wrong-pg.yaml');
  expect(status).toBe(1);
  expect(stdout).toMatch(/^wrong-pg\.yaml:\d+: error: the claim requests 500Gi, the volume has 100Gi \(claim-size\)$/m);
  expect(stdout).toMatch(/^1 file: 1 error, 0 warnings$/m);
});

test('warns about a name that is neither given nor published', async () => {
  const { status, stdout } = await lint('wrong-name.yaml');
  expect(status).toBe(0);
  expect(stdout).toMatch(
    /^wrong-name\.yaml:\d+: warning: source-crs\/storage-lso\/StorageClas\.yaml is neither among the given files nor a published source file \(source-file\)$/m,
  );
});
