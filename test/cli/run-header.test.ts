import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { runCli } from '../support/cli.js';
import { regadm } from '../support/regadm.js';

let sandbox: Sandbox;
let directory: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'regadm-header-'));
  sandbox = await startSandbox({ sample: true, storage: 'none' });
});

afterAll(async () => {
  await sandbox.stop();
  rmSync(directory, { recursive: true });
});

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
const run = (words: string, env?: Record<string, string>) =>
  regadm(words.split(' '), { kubeconfig: sandbox.kubeconfig.admin, env });
const server = (): string => sandbox.apiUrl;

describe('the header on stderr', () => {
  test('names server, user, context and settings before the first request', async () => {
    let text = '';
    await runCli(['prune', 'images', '-v', '6'], {
      kubeconfig: sandbox.kubeconfig.admin,
      onStderr: (chunk) => (text += chunk),
    });
    expect(text).toMatch(/^server: .*\nsettings: .*\nGET /);
    const { header } = await run('prune images');
    expect(header).toBe(
      `server: ${server()}, user: admin, context: sandbox-admin\n` +
        'settings: keep-tag-revisions=3, keep-younger-than=60m, all=true, referrers=extended, prune-registry=true, ' +
        'num-workers=5, preflight=auto\n',
    );
  });

  test('is written although the server cannot be reached, and before the error', async () => {
    let text = '';
    const { status } = await runCli(['doctor', '--server', 'https://user:pass@127.0.0.1:1'], {
      kubeconfig: sandbox.kubeconfig.admin,
      onStderr: (chunk) => (text += chunk),
    });
    expect(status).toBe(1);
    expect(text).toMatch(/^server: https:\/\/127\.0\.0\.1:1, user: admin, context: sandbox-admin\nsettings: none\n/);
    expect(text).not.toContain('pass@');
  });

  test('states where settings come from, and omits what another flag replaces', async () => {
    const file = join(directory, 'config.yaml');
    writeFileSync(file, 'num-workers: 7\nreferrers: oc\n');
    const env = { REGADM_CONFIG: file, REGADM_KEEP_TAG_REVISIONS: '4' };
    const { header } = await run('prune images --keep-younger-than=2h --no-all', env);
    expect(header).toContain('keep-tag-revisions=4 (environment variable REGADM_KEEP_TAG_REVISIONS)');
    expect(header).toContain(`num-workers=7 (${file}:1)`);
    expect(header).toMatch(/keep-younger-than=2h, all=false,/);
    const overSize = await run('prune images --prune-over-size-limit');
    expect(overSize.header).toContain('prune-over-size-limit=true');
    expect(overSize.header).not.toContain('keep-');
  });

  test.each([
    ['--as joe', 'as joe (impersonated by admin)'],
    ['--token abc', 'token of --token'],
    ['--token abc --as joe', 'as joe (impersonated by token of --token)'],
  ])('names the user with %s', async (flags, user) => {
    const { header } = await run(`registry readonly ${flags}`);
    expect(header).toContain(`, user: ${user}, context: sandbox-admin\n`);
  });

  test('names no context if there is none', async () => {
    const env = { KUBECONFIG: join(directory, 'none') };
    const { header } = await regadm(['doctor', '--server', server(), '--token', 'abc'], { env });
    expect(header).toMatch(/user: token of --token, context: none\n/);
  });

  test('appears only if a cluster is opened', async () => {
    const policy = join(directory, 'policy.yaml');
    writeFileSync(policy, 'apiVersion: regadm/v1\nkind: RetentionPolicy\nrules: []\n');
    expect((await regadm(['policy', 'check', policy])).header).toBe('');
    expect((await run(`policy check ${policy}`)).header).not.toBe('');
  });

  test('appears once if a command prunes twice', async () => {
    const { header } = await run('prune hard --prune-images');
    expect(header.match(/^server: /gm)).toHaveLength(1);
  });

  test('contains no password of a setting', async () => {
    const { header, stdout } = await run(
      'registry restart --dry-run --redis-url redis://:geheim@127.0.0.1:1/0 -o json',
    );
    expect(header).toContain('redis-url=redis://…@127.0.0.1:1/0');
    expect(header + stdout).not.toContain('geheim');
  });
});

describe('documents', () => {
  test.each(['json', 'yaml'])('state the cluster, the version and the options after their kind: %s', async (format) => {
    const { stdout } = await run(`registry restart --dry-run --timeout=3m -o ${format}`);
    const document = parse(stdout) as object;
    expect(Object.entries(document).slice(0, 6)).toEqual([
      ['apiVersion', 'regadm/v1'],
      ['kind', 'RegistryRestart'],
      ['server', server()],
      ['context', 'sandbox-admin'],
      ['regadmVersion', version],
      ['options', { timeout: '3m', dryRun: true }],
    ]);
  });

  test('keep options of their own', async () => {
    const { stdout } = await run('prune images --keep-tag-revisions=5 -o json');
    expect(JSON.parse(stdout)).toMatchObject({
      server: server(),
      context: 'sandbox-admin',
      regadmVersion: version,
      options: { keepTagRevisions: 5, pruneOverSizeLimit: false },
    });
  });

  test('can be selected from', async () => {
    expect((await run('registry readonly -o jsonpath={.server}')).stdout).toContain(server());
  });

  test('about an error state what is known of the run', async () => {
    const refused = JSON.parse(
      (await run('prune images --max-delete=0 --keep-tag-revisions=1 --keep-younger-than=0 -o json --confirm')).stdout,
    ) as object;
    expect(refused).toMatchObject({
      kind: 'Error',
      server: server(),
      options: { maxDelete: '0', keepTagRevisions: 1 },
    });
    const unknown = JSON.parse((await run('prune images --nonsense -o json')).stdout) as object;
    expect(unknown).toMatchObject({ kind: 'Error', regadmVersion: version });
    expect(unknown).not.toHaveProperty('server');
    expect(JSON.parse((await regadm(['prune', 'nonsense', '-o', 'json'])).stdout)).toMatchObject({
      regadmVersion: version,
    });
  });
});
