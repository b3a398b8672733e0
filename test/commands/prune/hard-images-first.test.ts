import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { startSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import type { CliResult } from '../../support/cli.js';
import { regadm } from '../../support/regadm.js';
import { temporaryDirectory } from '../../support/storage-tree.js';

let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await startSandbox({ sample: true, rolloutStepMs: 5 });
});

afterEach(() => sandbox.stop());

function pruneHard(args: string[], options: Parameters<typeof regadm>[1] = {}): Promise<CliResult> {
  const storage = ['--storage', sandbox.storageDir, '--keep-blobs-younger-than=0'];
  return regadm(['prune', 'hard', '--prune-images', ...storage, '-o', 'json', ...args], {
    kubeconfig: sandbox.kubeconfig.admin,
    ...options,
  });
}

const changes = (): string[] =>
  sandbox.requests
    .filter(({ method, path }) => !['GET', 'HEAD'].includes(method) && !path.includes('reviews'))
    .map(({ method, path }) => `${method} ${path}`);

test('a dry run shows both results: that of prune images on stderr, its own on stdout', async () => {
  const { status, stdout, stderr } = await pruneHard([]);
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ kind: 'HardPrune', dryRun: true });
  expect(stderr).toContain('Dry run: nothing was changed');
  expect(changes()).toEqual([]);
});

test('the settings of prune images apply', async () => {
  const log = path.join(temporaryDirectory(), 'audit.jsonl');
  const { status } = await pruneHard(['--confirm'], { env: { REGADM_AUDIT_LOG: log } });
  expect(status).toBe(0);
  expect(readFileSync(log, 'utf8')).toContain('"image"');
});

test('an invalid setting of prune images is refused before any request is sent', async () => {
  const { status, stdout } = await pruneHard(['--confirm'], { env: { REGADM_PROTECT: '/nonexistent.yaml' } });
  expect(status).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ kind: 'Error', code: 'PROTECT_FILE' });
  expect(sandbox.requests).toEqual([]);
});

test('when prune images fails, the hard prune does not start', async () => {
  sandbox.addFault('GET builds => 403');
  const { status, stdout } = await pruneHard(['--confirm']);
  expect(status).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    code: 'PRUNE_IMAGES_FAILED',
    message: expect.stringMatching(/^prune images failed: cannot list builds/) as string,
  });
  expect(changes()).toEqual([]);
});

test('when prune images deletes only a part, the hard prune does not start', async () => {
  sandbox.addFault('DELETE /images/ => 403');
  const { status, stdout, stderr } = await pruneHard(['--confirm']);
  expect(status).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    code: 'PRUNE_IMAGES_FAILED',
    message: 'prune images ended with exit status 3',
  });
  expect(stderr).toContain('Completed with errors');
  expect(changes().filter((request) => request.includes('configs'))).toEqual([]);
});

test.each(['name', 'oc'])('the failures of prune images are on stderr, also with the setting %s', async (output) => {
  sandbox.addFault('DELETE /images/ => 403');
  const { status, stderr } = await pruneHard(['--confirm'], { env: { REGADM_OUTPUT: output } });
  expect(status).toBe(1);
  expect(stderr).toMatch(/^error: image sha256:[0-9a-f]{64}: cannot delete .* forbidden/m);
  expect(stderr).toContain('error: prune images ended with exit status 3');
});

test('an interrupted prune images ends the run, and the registry was never locked', async () => {
  let child: ChildProcess | undefined;
  let signals = 0;
  sandbox.onRequest(({ method, path }) => {
    if (method === 'DELETE' && path.includes('/images/') && signals++ === 0) child!.kill('SIGTERM');
  });
  const { status, stdout } = await pruneHard(['--confirm'], { started: (started) => (child = started) });
  expect(status).toBe(143);
  expect(JSON.parse(stdout)).toMatchObject({ kind: 'Error', code: 'INTERRUPTED' });
  expect(changes().filter((request) => request.includes('configs'))).toEqual([]);
});
