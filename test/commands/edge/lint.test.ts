import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { regadm } from '../../support/regadm.js';

let directory: string;

const SITE = 'spec:\n  nodes:\n    - hostName: n1\n      ignitionConfigOverride: "{"\n';
const VOLUME =
  'apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: a}\nspec:\n  capacity: {storage: lots}\n  accessModes: [ReadWriteMany]\n';

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'regadm-lint-'));
  writeFileSync(join(directory, 'site.yaml'), SITE);
  writeFileSync(join(directory, 'pv.yaml'), VOLUME);
  writeFileSync(join(directory, 'pod.yaml'), 'kind: Pod\n');
  writeFileSync(join(directory, 'bad.yaml'), 'a: [1\nb: 2\n');
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
