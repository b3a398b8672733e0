import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';

const run = promisify(execFile);
const script = (name: string): string => fileURLToPath(new URL(`../../scripts/${name}.js`, import.meta.url));

/** `npm run build:binary`. It must run without Node.js installed, so PATH contains no program. */
describe('the single executable', () => {
  let directory: string;
  let binary: string;
  let sandbox: Sandbox;
  const start = (program: string, ...args: string[]) =>
    run(program, args, {
      env: { PATH: '/nonexistent', HOME: '/nonexistent', NO_COLOR: '1' },
      cwd: directory,
      maxBuffer: 1 << 24,
    });

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'regadm-binary-'));
    binary = join(directory, 'regadm');
    sandbox = await startSandbox({ sample: true });
    await run(process.execPath, [script('build-binary'), '--out', binary, '--archive'], { maxBuffer: 1 << 24 });
  });
  afterAll(async () => {
    await sandbox.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  test('prints its version and help, without warnings', async () => {
    expect(await start(binary, '--version')).toMatchObject({ stdout: expect.stringMatching(/^regadm\//), stderr: '' });
    expect(await start(binary, 'prune', 'images', '--help')).toMatchObject({
      stdout: expect.stringContaining('WHAT TO PRUNE'),
      stderr: '',
    });
    await expect(start(binary, 'prune', 'imags')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('did you mean regadm prune images?'),
    });
  });

  test('starts itself, also when the shell found it on the PATH', async () => {
    const args = ['prune', 'hard', '--prune-images', '--storage', sandbox.storageDir];
    const { stderr } = await run('regadm', [...args, '--kubeconfig', sandbox.kubeconfig.admin], {
      env: { PATH: directory, HOME: '/nonexistent', NO_COLOR: '1' },
      maxBuffer: 1 << 24,
    });
    expect(stderr).not.toContain('unknown command');
  });

  test('plans and prunes, with all modules that are loaded on demand', async () => {
    const { stdout } = await start(binary, 'prune', 'images', '--kubeconfig', sandbox.kubeconfig.pruner, '-o', 'yaml');
    expect(parse(stdout)).toMatchObject({ kind: 'ImagePrune', dryRun: true });
    const doctor = await start(binary, 'doctor', '--kubeconfig', sandbox.kubeconfig.admin, '-o', 'json');
    expect(JSON.parse(doctor.stdout)).toMatchObject({ ok: true });
    const confirmed = await start(
      binary,
      'prune',
      'images',
      '--confirm',
      '--kubeconfig',
      sandbox.kubeconfig.pruner,
      '-o',
      'json',
    );
    expect(JSON.parse(confirmed.stdout)).toMatchObject({ dryRun: false, summary: { failed: 0 } });
    const hard = await start(
      binary,
      'prune',
      'hard',
      '--storage',
      sandbox.storageDir,
      '--confirm',
      '--kubeconfig',
      sandbox.kubeconfig.admin,
      '-o',
      'json',
    );
    expect(JSON.parse(hard.stdout)).toMatchObject({ kind: 'HardPrune', dryRun: false });
  });

  test('runs itself when a command starts regadm', async () => {
    const { stdout } = await start(binary, 'sandbox', '--demo');
    expect(stdout).toContain('All numbers agree');
  });

  test('acts as a plugin under the name of a plugin', async () => {
    for (const name of ['kubectl-regadm', 'kubectl_complete-regadm'])
      if (!existsSync(join(directory, name))) symlinkSync(binary, join(directory, name));
    expect((await start(join(directory, 'kubectl-regadm'), 'prune', '--help')).stdout).toContain(
      '$ kubectl regadm prune COMMAND',
    );
    expect((await start(join(directory, 'kubectl_complete-regadm'), 'registry', 'readonly', 'o')).stdout).toBe(
      'on\noff\n:4\n',
    );
  });

  test('is packed for Krew, with a manifest that contains the checksum', async () => {
    const { stdout } = await run(process.execPath, [
      script('krew'),
      '--url',
      'https://example.com/v0/',
      '--dir',
      directory,
    ]);
    const [platform] = parse(stdout).spec.platforms;
    expect(platform).toMatchObject({
      bin: 'kubectl-regadm',
      uri: expect.stringMatching(/^https:\/\/example\.com\/v0\/regadm-.*\.tar\.gz$/),
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const archive = join(directory, platform.uri.split('/').at(-1));
    expect((await run('sha256sum', [archive])).stdout.split(' ')[0]).toBe(platform.sha256);
    expect((await run('tar', ['-tzf', archive])).stdout.trim().split('\n')).toEqual(
      expect.arrayContaining(['kubectl-regadm', 'LICENSE', 'THIRD_PARTY_LICENSES']),
    );
  });
});
