import { readFileSync } from 'node:fs';
import { isAsciiLocale } from '../../../src/core/terminal/ascii.js';
import { startSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import { regadm } from '../../support/regadm.js';
import { runMany } from '../../support/runner.js';

test.each<[boolean, NodeJS.ProcessEnv]>([
  [false, {}],
  [true, { LC_ALL: 'C' }],
  [true, { LC_ALL: '', LC_CTYPE: 'POSIX', LANG: 'en_US.UTF-8' }],
  [true, { LANG: 'C' }],
  [false, { LC_ALL: 'C.UTF-8', LANG: 'C' }],
])('ASCII is %s with %o', (expected, env) => {
  expect(isAsciiLocale(env)).toBe(expected);
});

const isAscii = (text: string): boolean => /^[\x00-\x7f]*$/.test(text);

test('in a C locale, the help of every command is ASCII', async () => {
  const manifest = readFileSync(new URL('../../../oclif.manifest.json', import.meta.url), 'utf8');
  const { commands } = JSON.parse(manifest) as { commands: object };
  const results = await runMany(
    Object.keys(commands).map((id) => [...id.split(':'), '--help']),
    { LC_ALL: 'C' },
  );
  expect(results.filter(({ stdout }) => stdout === '' || !isAscii(stdout)).map(({ argv }) => argv)).toEqual([]);
});

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ sample: true });
});
afterAll(() => sandbox.stop());

test('in a C locale, tables and what accompanies them are ASCII', async () => {
  const lines = [
    ...[
      'config',
      'doctor',
      'prune images',
      'prune images -o wide',
      'prune why myproject/',
      'prune why myproject/myapp',
    ],
    ...['prune schedule', 'registry status', 'registry verify', 'prune builds', 'prune deployments'],
    ...['prune images --keep-tag-revisions=0 --keep-younger-than=0s', 'prune why no-such/stream'],
  ];
  for (const line of lines) {
    const options = { kubeconfig: sandbox.kubeconfig.admin, env: { LC_ALL: 'C' } };
    const { stdout, stderr } = await regadm(line.split(' '), options);
    expect({ line, isAscii: isAscii(stdout + stderr), hasText: stdout + stderr !== '' }).toEqual({
      ...{ line, isAscii: true, hasText: true },
    });
  }
});
