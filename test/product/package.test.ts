import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, parse } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { requires } from '../support/jest/requires.js';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAMS = ['regadm', 'oc-regadm', 'kubectl-regadm', 'kubectl_complete-regadm'];

/** The packed tarball, installed globally below a temporary directory. Nothing here uses the checkout. */
describe('the package', () => {
  let directory: string;
  let sandbox: Sandbox;
  let files: string[];
  const bin = (name: string): string => join(directory, 'global', 'bin', name);
  const environment = () => ({ PATH: process.env.PATH ?? '', HOME: directory, NO_COLOR: '1' });

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'regadm-package-'));
    sandbox = await startSandbox({ sample: true });
    // What Node.js 22 and later write when the program runs: it is for this machine only.
    const compiled = join(ROOT, 'dist/cache/node/of-this-machine');
    mkdirSync(dirname(compiled), { recursive: true });
    writeFileSync(compiled, '');
    // Without scripts: the program is already built, and other tests are using it.
    const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', directory], {
      cwd: ROOT,
      maxBuffer: 1 << 24,
    });
    const [packed] = Object.values(
      JSON.parse(stdout) as Record<string, { filename: string; files: { path: string }[] }>,
    );
    rmSync(compiled);
    files = packed!.files.map(({ path }) => path);
    const install = [
      'install',
      '--global',
      '--prefix',
      join(directory, 'global'),
      '--prefer-offline',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
    ];
    await run('npm', [...install, join(directory, packed!.filename)], { cwd: directory });
  });
  afterAll(async () => {
    await sandbox.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  test('holds the program, its documentation and man pages, its licenses and the schemas for editors, and nothing else', () => {
    const others = files
      .filter((path) => !/^(?:dist|bin)\/|^docs\/[A-Za-z-]+\.md$|^man\/[a-z-]+\.1$/.test(path))
      .sort();
    expect(others).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'THIRD_PARTY_LICENSES',
      'docs/json-schema/retention-policy.json',
      'oclif.manifest.json',
      'package.json',
    ]);
    expect(files).toContain('docs/first-prune.md');
    const programs = PROGRAMS.map((name) => `bin/${name === 'regadm' ? 'run' : name}.js`);
    expect(files.filter((path) => path.startsWith('bin/')).sort()).toEqual(['bin/package.json', ...programs].sort());
  });

  test('holds every module once: in packs that contain the chunks of the program, and their code caches', () => {
    const installed = (path: string) => readFileSync(join(directory, 'global/lib/node_modules/regadm', path), 'utf8');
    const commands = readdirSync(join(ROOT, 'src/commands'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => `commands/${path.replace(/\.ts$/, '.js')}`);
    const places = JSON.parse(installed('dist/packs.json')) as Record<string, string>;
    expect(Object.keys(places)).toEqual(expect.arrayContaining(['main.js', 'kubectl-complete.js', ...commands]));

    const packs = [...new Set(Object.values(places))].map((pack) => `dist/${pack}`);
    const others = files.filter((path) => /^dist\/(?!cache\/|manifest\/)/.test(path) && !packs.includes(path));
    expect(others.sort()).toEqual([
      'dist/LEGAL.txt',
      'dist/chunks/reduce-worker.js',
      'dist/package.json',
      'dist/packs.json',
      'dist/start.js',
    ]);
    const caches = files.filter((path) => path.startsWith('dist/cache/')).map((path) => parse(path).name);
    for (const kind of ['start', 'command', 'help', 'prune-images', 'worker'])
      expect(caches).toContainEqual(expect.stringMatching(`^(?:.*\\+)?${kind}(?:\\+.*)?-[0-9a-f]{12}$`));
    expect(packs.map((path) => parse(path).name)).toEqual(expect.arrayContaining(caches));

    const errors = packs.map(installed).filter((text) => /class RegadmError\b|\bRegadmError=class\b/.test(text));
    expect(errors).toHaveLength(1);
  });

  test('installs all its programs', async () => {
    for (const name of PROGRAMS)
      await run(bin(name), [name.includes('_') ? 'prune' : '--version'], { env: environment() });
  });

  const versions = (process.env.REGADM_TEST_NODES ?? '20 22 24').split(' ');
  test.each(versions)('runs on Node %s without warnings', async (version) => {
    const own = process.version.startsWith(`v${version}.`);
    // Other versions of Node come from the npm registry; they are fetched once and then in npm's cache.
    const node = own
      ? process.execPath
      : (
          await run(
            'npm',
            ['exec', '--yes', '--prefer-offline', `--package=node@${version}`, '--', 'node', '-p', 'process.execPath'],
            { cwd: directory },
          )
        ).stdout.trim();
    expect((await run(node, ['--version'])).stdout).toMatch(new RegExp(`^v${version}\\.`));
    const start = (...args: string[]) =>
      run(node, [bin('regadm'), ...args], { env: environment(), maxBuffer: 1 << 24 });
    expect(await start('--version')).toMatchObject({
      stdout: expect.stringContaining(`node-v${version}.`),
      stderr: '',
    });
    expect((await start('prune', 'images', '--help')).stderr).toBe('');
    const { stdout, stderr } = await start('prune', 'images', '--kubeconfig', sandbox.kubeconfig.pruner, '-o', 'json');
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'ImagePrune', dryRun: true });
    expect(stderr).not.toMatch(/deprecat|experimental|\(node:\d+\)/i);
    expect((await start('doctor', '--kubeconfig', sandbox.kubeconfig.admin)).stderr).not.toMatch(/\(node:\d+\)/);
  });

  test('installs a man page for the program and for every command', () => {
    const { commands } = JSON.parse(readFileSync(join(ROOT, 'oclif.manifest.json'), 'utf8')) as { commands: object };
    const names = ['', ...Object.keys(commands)].map(
      (id) => `${['regadm', ...id.split(':')].filter(Boolean).join('-')}.1`,
    );
    const installed = join(directory, 'global/share/man/man1');
    expect(readdirSync(installed).sort()).toEqual(names.sort());
    const page = readFileSync(join(installed, 'regadm-prune-images.1'), 'utf8');
    expect(page).toContain('\\fB\\-\\-keep\\-tag\\-revisions\\fR=\\fIN\\fR');
    expect(page).toContain('.SH "EXIT STATUS"');
  });

  requires('groff').test('has man pages that groff formats without warnings', async () => {
    const pages = readdirSync(join(ROOT, 'man')).map((name) => join(ROOT, 'man', name));
    for (const page of pages)
      expect(await run('groff', ['-man', '-ww', '-Tutf8', '-z', page])).toEqual({ stdout: '', stderr: '' });
  });

  test('contains the manifest of all commands', () => {
    const manifest = JSON.parse(
      readFileSync(join(directory, 'global/lib/node_modules/regadm/oclif.manifest.json'), 'utf8'),
    ) as { commands: object };
    expect(Object.keys(manifest.commands)).toEqual(
      expect.arrayContaining(['prune:images', 'prune:hard', 'doctor', 'config', 'completion', 'sandbox']),
    );
  });
});
