import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { schemaName, schemaProblems } from '../support/json-schema.js';
import { regadm } from '../support/regadm.js';

const FILES = fileURLToPath(new URL('../support/docs/files', import.meta.url));
const SCHEMAS = fileURLToPath(new URL('../../docs/json-schema/', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let sandbox: Sandbox;
let directory: string;
const seen = new Set<string>();

beforeAll(async () => {
  sandbox = await startSandbox({ sample: true, storage: 'files', rolloutStepMs: 5 });
  directory = mkdtempSync(join(tmpdir(), 'regadm-documents-'));
});

afterAll(async () => {
  await sandbox.stop();
  rmSync(directory, { recursive: true });
});

function expectDocument(text: string, kind: string): void {
  const document = JSON.parse(text) as { kind: string };
  expect(document.kind).toBe(kind);
  expect(schemaProblems(schemaName(kind), document)).toEqual([]);
  seen.add(schemaName(kind));
}

// The order matters: later commands depend on the changes of earlier ones.
test.each([
  ['Configuration', 'config'],
  ['EdgeLint', 'edge lint FILES/storage.bu FILES/siteconfig.yaml FILES/policygentemplate.yaml'],
  ['PolicyCheck', 'policy check FILES/policy.yaml'],
  ['EdgeVerify', 'edge verify'],
  ['Doctor', 'doctor'],
  ['RegistryStatus', 'registry status'],
  ['PruneWhy', 'prune why shop/frontend payments/api:v2'],
  ['PruneSchedule', 'prune schedule'],
  ['PruneSchedule', 'prune schedule --set keepTagRevisions=5 --dry-run'],
  ['PruneRun', 'prune schedule --run-now'],
  ['BuildPrune', 'prune builds'],
  ['BuildPrune', 'prune builds --orphans --confirm'],
  ['DeploymentPrune', 'prune deployments --orphans'],
  ['DeploymentPrune', 'prune deployments --replica-sets --confirm'],
  ['ImagePrune', 'prune images --plan-out plan.json'],
  ['ImagePrune', 'prune images --plan plan.json --confirm --backup saved --verify'],
  ['Backup', 'backup list saved'],
  ['BackupVerification', 'backup verify saved'],
  ['BackupPrune', 'backup prune saved --keep-within=7d'],
  ['ImageRestore', 'restore saved shop/frontend --confirm'],
  ['RegistryVerification', 'registry verify shop/frontend --storage STORAGE --read-data'],
  ['Pulls', 'registry pulls --out pulls.json'],
  ['Error', 'prune images --max-delete=0 --keep-tag-revisions=0 --confirm'],
  ['ImagePrune', 'prune images --max-delete=0'],
  ['HardPrune', 'prune hard --storage STORAGE'],
  ['HardPrune', 'prune hard --storage STORAGE --keep-blobs-younger-than=0 --trash --confirm'],
  ['Trash', 'trash list --storage STORAGE'],
  ['TrashPurge', 'trash purge --storage STORAGE --older-than=0'],
  ['TrashRestore', 'trash restore --storage STORAGE --confirm'],
  ['HardPrune', 'prune hard --storage STORAGE --keep-blobs-younger-than=0 --online'],
  ['HardPrune', 'prune hard --rules=registry --confirm'],
  ['HardPruneRecovery', 'prune hard --recover'],
  ['RegistryMode', 'registry readonly'],
  ['RegistryMode', 'registry readonly on'],
  ['RegistryMode', 'registry readonly off'],
  ['RegistryRestart', 'registry restart --dry-run'],
  ['RegistryRestart', 'registry restart'],
  ['Error', 'prune why none/such'],
])('%s: the output of regadm %s conforms to its schema', async (kind, command) => {
  const offline = kind === 'Configuration' || kind === 'EdgeLint';
  const args = command.replaceAll('FILES', FILES).replace('STORAGE', sandbox.storageDir).split(' ');
  const { stdout } = await regadm([...args, '-o', 'json'], {
    cwd: directory,
    kubeconfig: offline ? undefined : sandbox.kubeconfig.admin,
  });
  expectDocument(stdout, kind);
});

test('ImagePrunePlan: the file of --plan-out conforms to its schema', () =>
  expectDocument(readFileSync(join(directory, 'plan.json'), 'utf8'), 'ImagePrunePlan'));

test('RetentionPolicy: the example of a policy conforms to its schema', () =>
  expectDocument(JSON.stringify(parse(readFileSync(join(FILES, 'policy.yaml'), 'utf8'))), 'RetentionPolicy'));

test('Referrers: the example of a file conforms to its schema', () =>
  expectDocument(JSON.stringify(parse(readFileSync(join(FILES, 'referrers.yaml'), 'utf8'))), 'Referrers'));

test('every schema was checked against real output', () =>
  expect([...seen].sort()).toEqual(
    readdirSync(SCHEMAS)
      .map((file) => file.replace(/\.json$/, ''))
      .sort(),
  ));

test('the schemas are generated from the current types', async () => {
  const run = promisify(execFile)(process.execPath, [join(ROOT, 'scripts/json-schemas.js'), '--check']);
  await expect(run).resolves.toMatchObject({ stderr: '' });
});
