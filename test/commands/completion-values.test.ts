import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { fishAnswers, fishQuestions } from '../support/fish-completion.js';
import { requires } from '../support/jest/requires.js';
import { regadm } from '../support/regadm.js';

const run = promisify(execFile);
const bin = (name: string): string => fileURLToPath(new URL(`../../bin/${name}.js`, import.meta.url));

/** Words after `regadm`, and the values that can complete the last one. */
const CASES: [words: string[], values: string[]][] = [
  [
    ['prune', 'images', '--context', ''],
    ['blue', 'default/api:6443/admin'],
  ],
  [['prune', 'images', '--context=default/api:'], ['default/api:6443/admin']],
  [['prune', 'images', '--user', 'a'], ['admin']],
  [['prune', 'images', '-n', 's'], ['shop']],
  [['prune', 'why', 'sh'], ['shop/']],
  [['prune', 'why', 'shop/f'], ['shop/frontend']],
  [['prune', 'why', '--referrers', 'oc', 'shop/frontend:l'], ['shop/frontend:latest']],
  [['registry', 'verify', 'payments/a'], ['payments/api']],
];

describe('completion of values that the kubeconfig or the cluster knows', () => {
  let directory: string;
  let sandbox: Sandbox;
  let env: Record<string, string>;
  const write = (name: string, user: object, server: string): string => {
    const file = join(directory, name);
    const config = JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'sandbox', cluster: { server, 'certificate-authority': sandbox.caFile } }],
      users: [{ name: 'admin', user }],
      contexts: ['blue', 'default/api:6443/admin', 'not\u001b[31m plain'].map((context) => ({
        name: context,
        context: { cluster: 'sandbox', user: 'admin' },
      })),
      'current-context': 'blue',
    });
    writeFileSync(file, config);
    return file;
  };
  const ask = (words: string[], more: Record<string, string> = {}) =>
    regadm(['__complete', ...words], { env: { ...env, ...more } });

  beforeAll(async () => {
    sandbox = await startSandbox({ sample: true });
    directory = mkdtempSync(join(tmpdir(), 'regadm-values-'));
    symlinkSync(bin('run'), join(directory, 'regadm'));
    for (const name of ['kubectl-regadm', 'kubectl_complete-regadm']) symlinkSync(bin(name), join(directory, name));
    const KUBECONFIG = write('config', { token: sandbox.tokens.admin }, sandbox.apiUrl);
    env = { PATH: `${directory}:${process.env.PATH}`, HOME: directory, KUBECONFIG, NO_COLOR: '1' };
    for (const shell of ['bash', 'zsh', 'fish'])
      writeFileSync(join(directory, `regadm.${shell}`), (await regadm(['completion', shell])).stdout);
  });
  afterAll(async () => {
    await sandbox.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  test.each(CASES)('%j', async (words, values) => {
    const { status, stdout, stderr } = await ask(words);
    const prefix = words.at(-1)!.startsWith('--') ? words.at(-1)!.replace(/=.*/, '=') : '';
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.split('\n')).toEqual([
      ...values.map((value) => prefix + value),
      values[0]!.endsWith('/') ? ':6' : ':4',
      '',
    ]);
  });

  test('flags and settings select the cluster', async () => {
    const other = write('other', { token: sandbox.tokens.admin }, 'https://127.0.0.1:1');
    const words = ['prune', 'images', '-n', 'sh'];
    expect((await ask(words, { KUBECONFIG: other })).stdout).toBe(':4\n');
    expect((await ask(words, { KUBECONFIG: other, REGADM_SERVER: sandbox.apiUrl })).stdout).toBe('shop\n:4\n');
    const flags = ['--kubeconfig', env.KUBECONFIG!];
    expect((await ask(['prune', 'images', ...flags, '-n', 'sh'], { KUBECONFIG: other })).stdout).toBe('shop\n:4\n');
  });

  test('changes nothing, and reads no list of images', async () => {
    const seen: string[] = [];
    sandbox.onRequest(({ method, path }) => void seen.push(`${method} ${path}`));
    for (const [words] of CASES) await ask(words);
    expect(seen.filter((request) => !request.startsWith('GET ') || request.endsWith('/images'))).toEqual([]);
  });

  test('runs no plugin that can ask for credentials', async () => {
    const plugin = join(directory, 'plugin');
    const credential = {
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { token: sandbox.tokens.admin },
    };
    writeFileSync(plugin, `#!/bin/sh\ntouch ${directory}/started\necho '${JSON.stringify(credential)}'\n`);
    chmodSync(plugin, 0o755);
    const kubeconfig = (interactiveMode: string): string =>
      write(
        interactiveMode,
        { exec: { apiVersion: credential.apiVersion, command: plugin, interactiveMode } },
        sandbox.apiUrl,
      );
    const words = ['prune', 'images', '-n', 'sh'];
    expect((await ask(words, { KUBECONFIG: kubeconfig('IfAvailable') })).stdout).toBe(':4\n');
    expect(() => readFileSync(join(directory, 'started'))).toThrow('ENOENT');
    expect((await ask(words, { KUBECONFIG: kubeconfig('Never') })).stdout).toBe('shop\n:4\n');
  });

  test('gives up a server that does not answer, and a kubeconfig that cannot be read', async () => {
    const silent: Server = createServer(() => {}).listen(0, '127.0.0.1');
    const { port } = await new Promise<{ port: number }>((resolve) =>
      silent.on('listening', () => resolve(silent.address() as { port: number })),
    );
    const started = Date.now();
    const server = `http://127.0.0.1:${port}`;
    const { stdout, stderr } = await run('regadm', ['__complete', 'prune', 'images', '-s', server, '-n', ''], { env });
    expect({ stdout, stderr }).toEqual({ stdout: ':4\n', stderr: '' });
    // Much longer on a busy machine, but never as long as a request of a command.
    expect(Date.now() - started).toBeLessThan(20_000);
    silent.close();
    for (const broken of [join(directory, 'none'), bin('run'), '/dev/stdin'])
      expect(await ask(['prune', 'images', '--kubeconfig', broken, '--context', ''])).toMatchObject({
        stdout: ':4\n',
        stderr: '',
      });
  });

  /** Bash splits words at colons and equals signs, and completes what follows them. */
  test('in bash', async () => {
    const calls = CASES.map(([words]) => {
      const split = ['regadm', ...words].flatMap((word) => (word === '' ? [word] : word.split(/(?<=[:=])|(?=[:=])/)));
      return `try ${split.map((word) => `'${word}'`).join(' ')}`;
    });
    const script = `source ${directory}/regadm.bash
try() { COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); COMPREPLY=(); _regadm; echo "\${COMPREPLY[*]}"; }\n${calls.join('\n')}`;
    const { stdout, stderr } = await run('bash', ['--norc', '-c', script], { env });
    const rest = (words: string[], value: string): string =>
      value.slice((/^(.*:)?/.exec(words.at(-1)!.replace(/^--[a-z]+=/, ''))?.[1] ?? '').length);
    expect(stdout.trimEnd().split('\n')).toEqual(
      CASES.map(([words, values]) => values.map((value) => rest(words, value)).join(' ')),
    );
    expect(stderr).toBe('');
  });

  requires('fish').test('in fish', async () => {
    const script = fishQuestions(
      directory,
      CASES.map(([words]) => words),
    );
    const { stdout } = await run('fish', ['--no-config', '-c', script], { env });
    const answers = fishAnswers(stdout).map((values) => values.map((value) => value.replace(/^--[a-z]+=/, '')));
    expect(answers).toEqual(CASES.map(([, values]) => values));
  });

  requires('zsh').test('in zsh', async () => {
    // _arguments and compadd belong to zsh; here they only do what this test needs.
    const stubs = `compdef() { :; }; _arguments() { _regadm_ask; }; compadd() { print -rl -- "\${(@P)@[-1]}"; }`;
    for (const [words, values] of CASES) {
      const [, prefix = ''] = /^(--[a-z]+=)/.exec(words.at(-1)!) ?? [];
      const line = ['regadm', ...words].map((word) => `'${word}'`).join(' ');
      const script = `${stubs}; source ${directory}/regadm.zsh; words=(${line}); CURRENT=${words.length + 1}; IPREFIX='${prefix}'; _regadm`;
      expect((await run('zsh', ['-f', '-c', script], { env })).stdout.trimEnd().split('\n')).toEqual(values);
    }
  });

  requires('kubectl').test('with kubectl', async () => {
    const { stdout } = await run('kubectl', ['__complete', 'regadm', 'prune', 'why', 'shop/fr'], { env });
    expect(stdout).toBe('shop/frontend\n:4\n');
  });
});
