import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { runCli } from '../support/cli.js';
import { eventually } from '../support/sandbox-client.js';

const PROGRAM = fileURLToPath(new URL('../../bin/run.js', import.meta.url));

/**
 * Returns whether a process is running. A zombie is not: in a container, possibly no process collects its exit status.
 */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** The built program, as a user starts it. */
describe('regadm sandbox', () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'regadm-test-'))));
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const start = (args: string[]): ChildProcessByStdio<null, Readable, Readable> =>
    spawn(process.execPath, [PROGRAM, ...args], {
      env: { ...process.env, TMPDIR: directory },
      stdio: ['ignore', 'pipe', 'pipe'],
    });

  /** Sends SIGTERM as soon as the output matches, and waits for the end. */
  async function endWhenItSays(
    args: string[],
    pattern: RegExp,
  ): Promise<{ status: number | null; stderr: string; match: RegExpExecArray }> {
    const child = start(args);
    let match: RegExpExecArray | null = null;
    let [stdout, stderr] = ['', ''];
    child.stderr.on('data', (text: Buffer) => (stderr += String(text)));
    child.stdout.on('data', (text: Buffer) => {
      stdout += String(text);
      if (match === null && (match = pattern.exec(stdout))) child.kill('SIGTERM');
    });
    const [status] = (await once(child, 'close')) as [number | null];
    return { status, stderr, match: match! };
  }

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'serves until %s, prints commands to try, and exits with 0',
    async (signal) => {
      const child = spawn(process.execPath, [PROGRAM, 'sandbox', '--dir', join(directory, 'new')], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let text = '';
      for await (const chunk of child.stdout) {
        text += String(chunk);
        if (text.includes('Other users')) break;
      }
      const kubeconfig = /export KUBECONFIG=(\S+)/.exec(text)![1]!;
      expect(existsSync(kubeconfig)).toBe(true);
      expect(text).toContain('regadm prune images --confirm');
      expect(text).not.toContain('sha256~');
      child.kill(signal);
      expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0);
      expect(existsSync(kubeconfig)).toBe(true);
    },
  );

  test('--run exits with the status of the command and removes the directory', async () => {
    const command = 'echo "$KUBECONFIG"; exit 7';
    const { status, stdout } = await runCli(['sandbox', '--run', command]);
    expect(status).toBe(7);
    expect(stdout.trim()).toMatch(/kubeconfig-admin$/);
    expect(existsSync(stdout.trim())).toBe(false);
  });

  test('--managed-clusters is a hub, one of whose clusters is broken', async () => {
    const verify = `"${process.execPath}" "${PROGRAM}" edge verify --hub-kubeconfig "$KUBECONFIG" -o json --cluster`;
    const command = `${verify} sno-01 > /dev/null; echo status $?; ${verify} sno-02 > /dev/null; echo status $?`;
    const flags = ['--managed-clusters', '2', '--fail', 'sno-02:claim-unbound', '-v', '1'];
    const { status, stdout, stderr } = await runCli(['sandbox', ...flags, '--run', command]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'status 0\nstatus 2\n' });
    expect(stderr).toMatch(/^api 200 admin GET \S+\/namespaces\/sno-02\/baremetalhosts\b/m);
    expect(stderr).toMatch(/^sno-02 api 200 admin GET \S+\/persistentvolumeclaims\//m);
  });

  test('--run ends its command and removes the directory on a signal', async () => {
    const command = 'sleep 1000 & echo "sleep $!"; wait';
    const outcome = await endWhenItSays(['sandbox', '--run', command], /sleep (\d+)\n/);
    expect(outcome.status).toBe(143);
    await eventually(() => expect(isRunning(Number(outcome.match[1]))).toBe(false));
    expect(readdirSync(directory)).toEqual([]);
  });

  test('--demo ends its runs and removes the directory on a signal', async () => {
    const outcome = await endWhenItSays(['sandbox', '--demo'], /\$ regadm prune images\n/);
    expect(outcome).toMatchObject({ status: 143, stderr: expect.stringContaining('interrupted by SIGTERM') as string });
    expect(readdirSync(directory)).toEqual([]);
  });

  test.each([[[]], [['--managed-clusters', '500']]])('a signal during the start with %j ends it', async (flags) => {
    const child = start(['sandbox', ...flags]);
    const closed = once(child, 'close');
    while (readdirSync(directory).length === 0) await setTimeout(2);
    child.kill('SIGTERM');
    await closed;
    expect(readdirSync(directory)).toEqual([]);
  });

  test('a second signal ends it at once and still removes the directory', async () => {
    const child = start(['sandbox', '--run', `trap '' TERM; echo ready; sleep 1000`]);
    child.stdout.once('data', () => child.kill('SIGTERM'));
    child.stderr.once('data', () => child.kill('SIGTERM'));
    await once(child, 'close');
    expect(child.exitCode).toBe(143);
    expect(readdirSync(directory)).toEqual([]);
  });

  test('--demo shows a dry run and a confirmed prune, and checks the numbers', async () => {
    const { status, stdout, stderr } = await runCli(['sandbox', '--demo']);
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(stdout).toContain('$ regadm prune images --confirm');
    expect(stdout).toContain('All numbers agree');
  });

  test('an invalid rule, a directory in use and a port in use are usage errors', async () => {
    expect(await runCli(['sandbox', '--fail', 'nonsense'])).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringContaining('error: invalid fault rule "nonsense" for "--fail"') as string,
    });
    mkdirSync(join(directory, 'full'));
    writeFileSync(join(directory, 'full', 'x'), '');
    expect(await runCli(['sandbox', '--dir', join(directory, 'full')])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('is not empty') as string,
    });
    const file = join(directory, 'full', 'x');
    expect(await runCli(['sandbox', '--dir', file])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(`${file} is not a directory`) as string,
    });
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const port = (taken.address() as AddressInfo).port;
    const outcome = await runCli(['sandbox', '--port', String(port)]);
    taken.close();
    expect(outcome).toMatchObject({ status: 1, stderr: expect.stringContaining('the port is in use') as string });
  });
});
