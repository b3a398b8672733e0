import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { regadm } from '../support/regadm.js';

const PROGRAM = fileURLToPath(new URL('../../bin/run.js', import.meta.url));

/** The built program, as a user starts it. */
describe('regadm sandbox', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'regadm-test-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test.each(['SIGINT', 'SIGTERM'] as const)('serves until %s, says what to try, and ends with 0', async (signal) => {
    const child = spawn(process.execPath, [PROGRAM, 'sandbox', '--dir', join(folder, 'new')], {
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
  });

  test('--run ends with the status of the command, -v shows requests, the folder goes', async () => {
    const command = 'echo "$KUBECONFIG"; exit 7';
    const { status, stdout } = await regadm(['sandbox', '--run', command]);
    expect(status).toBe(7);
    expect(stdout.trim()).toMatch(/kubeconfig-admin$/);
    expect(existsSync(stdout.trim())).toBe(false);
  });

  test('--demo shows a dry run and a confirmed prune, and that the numbers add up', async () => {
    const { status, stdout, stderr } = await regadm(['sandbox', '--demo']);
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(stdout).toContain('$ regadm prune images --confirm');
    expect(stdout).toContain('All numbers agree');
  });

  test('a wrong rule, a folder that holds something and a port that is taken are usage errors', async () => {
    expect(await regadm(['sandbox', '--fail', 'nonsense'])).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringContaining('error: invalid fault rule "nonsense" for "--fail"') as string,
    });
    mkdirSync(join(folder, 'full'));
    writeFileSync(join(folder, 'full', 'x'), '');
    expect(await regadm(['sandbox', '--dir', join(folder, 'full')])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('is not empty') as string,
    });
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const port = (taken.address() as AddressInfo).port;
    const outcome = await regadm(['sandbox', '--port', String(port)]);
    taken.close();
    expect(outcome).toMatchObject({ status: 1, stderr: expect.stringContaining('the port is in use') as string });
  });
});
