import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { runCli, type CliResult } from '../support/cli.js';

let directory: string;
let file: string;
let sandbox: Sandbox;

beforeAll(async () => void (sandbox = await startSandbox({ operator: true, sample: true })));
afterAll(() => sandbox.stop());
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'regadm-deferred-'));
  file = join(directory, 'failures');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Runs a prune of builds as an init container of the printed CronJob does. */
function first(args: string[], env: Record<string, string> = {}): Promise<CliResult> {
  return runCli(['prune', 'builds', ...args], { env: { REGADM_DEFER_FAILURE: file, ...env } });
}

/** Runs a prune of images as the last container of the printed CronJob does. */
function last(...args: string[]): Promise<CliResult> {
  return runCli(['prune', 'images', '--prune-registry=false', ...args], {
    kubeconfig: sandbox.kubeconfig.admin,
    env: { REGADM_REPORT_FAILURES: file },
  });
}

const UNREACHABLE = ['--server=https://127.0.0.1:1', '--token=t', '--confirm'];

test('a failed prune lets the next one run, which fails in its place', async () => {
  const builds = await first(UNREACHABLE);
  expect(builds.status).toBe(0);
  expect(builds.stderr).toMatch(/^error: cannot reach the API server/m);
  expect(builds.stderr).toMatch(/^prune builds ended with exit status 1; the next prune runs, and the last container/m);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ command: 'prune builds', status: 1 });
  const images = await last();
  expect(images.status).toBe(3);
  expect(images.stdout).toContain('IMAGE');
  expect(images.stderr.trimEnd().split('\n').at(-1)).toBe(
    'error: prune builds failed before in this pod, with exit status 1; its message is in the log of container prune-builds',
  );
});

test('every failure is named, and the exit status of the last prune stays', async () => {
  writeFileSync(file, '{"command":"prune builds","status":4}\n{"command":"prune deployments","status":3}\n');
  const images = await last('--max-delete=0', '--confirm');
  expect(images.status).toBe(4);
  expect(images.stderr).toContain('error: prune builds failed before in this pod, with exit status 4');
  expect(images.stderr).toContain('error: prune deployments failed before in this pod, with exit status 3');
});

test('a refusal is passed on', async () => {
  const builds = await runCli(
    ['prune', 'builds', '--max-delete=0', '--keep-complete=0', '--keep-younger-than=0', '--confirm'],
    {
      kubeconfig: sandbox.kubeconfig.admin,
      env: { REGADM_DEFER_FAILURE: file },
    },
  );
  expect(builds.status).toBe(0);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ command: 'prune builds', status: 4 });
});

test('without failures, nothing is different', async () => {
  const images = await last();
  expect(images.status).toBe(0);
  expect(images.stderr).not.toContain('failed before');
});

test.each(['{"command":1}\n', 'half a li', '[]\n'])('the content %j is an error', async (content) => {
  writeFileSync(file, content);
  const images = await last();
  expect(images.status).toBe(1);
  expect(images.stderr).toMatch(/^error: the result of the prunes before cannot be passed on: /m);
});

test('if the failure cannot be recorded, the container fails', async () => {
  mkdirSync(file);
  const builds = await first(UNREACHABLE);
  expect(builds.status).toBe(1);
  expect(builds.stderr).toMatch(/^error: the result of the prunes before cannot be passed on: EISDIR/m);
});

test('after a signal, the container fails by itself', async () => {
  sandbox.onRequest(({ path }) => {
    if (path.includes('/builds')) child?.kill('SIGTERM');
  });
  let child: { kill(signal: 'SIGTERM'): unknown } | undefined;
  const builds = await runCli(['prune', 'builds', '--confirm'], {
    kubeconfig: sandbox.kubeconfig.admin,
    env: { REGADM_DEFER_FAILURE: file },
    started: (process) => void (child = process),
  });
  expect(builds.status).toBe(143);
  expect(() => readFileSync(file)).toThrow('ENOENT');
});
