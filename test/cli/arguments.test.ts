import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import type { Command } from '@oclif/core';
import path from 'node:path';
import { runCli } from '../support/cli.js';
import { regadm } from '../support/regadm.js';

const require = createRequire(import.meta.url);
const program = require('../../dist/start.js') as typeof import('../../src/start/index.js');

let dir: string;
beforeAll(() => (dir = mkdtempSync(`${tmpdir()}/regadm-arguments-`)));
afterAll(() => rmSync(dir, { recursive: true }));

describe('arguments are never read from stdin, such as from the lines of a loop', () => {
  test('of any command', async () => {
    const { commands, load } = program.partsOf(path.dirname(require.resolve('../../dist/start.js')), program.open());
    const all = await Promise.all(
      Object.keys(commands).map(async (id) => {
        const { args }: Command.Class = await load(id);
        return Object.entries(args).map(([name, { ignoreStdin }]) => [`${id} ${name}`, ignoreStdin]);
      }),
    );
    expect(all.flat().length).toBeGreaterThan(5);
    expect(all.flat().filter(([, ignoreStdin]) => ignoreStdin !== true)).toEqual([]);
  });

  test.each([
    ['backup list', 'error: specify the directory of a backup'],
    ['policy check', 'error: missing argument: FILE'],
    ['edge lint', 'error: missing argument: FILE'],
    ['completion', 'error: missing argument: SHELL'],
  ])('%s', async (command, message) => {
    const { status, stdout, stderr } = await runCli(command.split(' '), { input: 'bash\nbash\n', cwd: dir });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain(message);
  });
});

describe('a topic with a flag, without a command', () => {
  test.each([
    ['prune --version', 'unknown flag: --version for "regadm prune"', 'regadm --version'],
    ['registry -o json', 'specify a command of "regadm registry" before -o', "run 'regadm registry --help' for usage"],
    ['prune --token=secret', 'specify a command of "regadm prune" before --token=…', "run 'regadm prune --help'"],
  ])('%s', async (line, message, remedy) => {
    const { status, stdout, stderr } = await regadm(line.split(' '));
    expect(status).toBe(1);
    expect(stdout + stderr).toContain(message);
    expect(stdout + stderr).toContain(remedy);
    expect(stdout + stderr).not.toContain('secret');
  });
});

test.each([
  ['completion', 'completion bash extra', 'unexpected argument "extra"'],
  ['config', 'config extra', 'unexpected argument "extra"'],
  ['sandbox', 'sandbox extra', 'unexpected argument "extra"'],
  ['edge render', 'edge render extra', 'unexpected argument "extra"'],
  ['edge verify', 'edge verify extra', 'unexpected argument "extra"'],
  ['prune schedule', 'prune schedule extra', 'unexpected argument "extra"'],
  ['registry pulls', 'registry pulls a b', 'unexpected arguments: a, b'],
  ['another shell', 'completion powershell', 'must be one of bash, zsh, fish'],
])('an unknown argument of %s is named', async (_what, line, message) => {
  const { status, stdout, stderr } = await regadm(line.split(' '));
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toContain(message);
});

test.each([
  ['report.pdf', '--report report.pdf: the report is a web page', 'write it to report.html'],
  ['none/x.html', 'cannot write --report none/x.html: ', ''],
  ['.', '--report .: the report is a web page', ''],
])('registry status --report %s is refused before a cluster is contacted', async (file, message, remedy) => {
  const { status, stderr, header } = await runCli(
    ['registry', 'status', '--report', file, '-s', 'http://127.0.0.1:1'],
    {
      cwd: dir,
    },
  );
  expect({ status, header }).toEqual({ status: 1, header: '' });
  expect(stderr).toContain(message);
  expect(stderr).toContain(remedy);
});

test.each([
  ['registry status --report x.html --metrics-file ./x.html', '--metrics-file and --report'],
  ['prune images --confirm --audit-log x --plan-out ./x', '--audit-log and --plan-out'],
])('two outputs in one file are refused: %s', async (line, flags) => {
  const { status, stderr } = await runCli(line.split(' '), { cwd: dir });
  expect(status).toBe(1);
  expect(stderr).toContain(`error: ${flags} cannot be the same file`);
});
