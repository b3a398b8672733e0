import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { bashScript } from '../../src/cli/completion/bash.js';
import { cobraAnswer, complete } from '../../src/cli/completion/complete.js';
import { fishScript } from '../../src/cli/completion/fish.js';
import { completionCommands, type Manifest } from '../../src/cli/completion/model.js';
import { zshScript } from '../../src/cli/completion/zsh.js';
import { fishAnswers, fishQuestions } from '../support/fish-completion.js';
import { regadm } from '../support/regadm.js';
import { requires } from '../support/jest/requires.js';

const manifest = JSON.parse(readFileSync(new URL('../../oclif.manifest.json', import.meta.url), 'utf8')) as Manifest;
const commands = completionCommands(manifest);
const NAMES = ['regadm', 'oc-regadm', 'kubectl-regadm'];

/** The words on the command line, and what the completions must include, or exactly what they must be. */
const CASES: [words: string[], expected: string[]][] = [
  [['pr'], ['prune']],
  [['prune', 'im'], ['images']],
  [['prune', 'images', '--keep-t'], ['--keep-tag-revisions']],
  [['prune', 'images', '--no-a'], ['--no-all']],
  [['prune', 'images', '-o', 'y'], ['yaml']],
  [
    ['prune', 'images', '--referrers', ''],
    ['oc', 'extended', 'all'],
  ],
  [
    ['registry', 'readonly', ''],
    ['on', 'off'],
  ],
  [['completion', 'z'], ['zsh']],
  [['prune', 'images', '--max-delete', ''], []],
];

describe('completion', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'regadm-completion-'));
    writeFileSync(join(directory, 'regadm.bash'), bashScript(commands, NAMES));
    writeFileSync(join(directory, 'regadm.zsh'), zshScript(commands, NAMES));
    writeFileSync(join(directory, 'regadm.fish'), fishScript(commands, NAMES));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  test.each(CASES)('%j', (words, expected) => {
    expect(complete(commands, words).candidates.map(({ value }) => value)).toEqual(expected);
  });

  test('values after an equals sign, files and directories', () => {
    expect(complete(commands, ['prune', 'images', '--output=j']).candidates).toEqual([
      { value: '--output=json', description: '' },
    ]);
    expect(complete(commands, ['prune', 'images', '--protect', '']).kind).toBe('files');
    expect(complete(commands, ['prune', 'images', '--from', '']).kind).toBe('directories');
    expect(complete(commands, ['edge', 'lint', 'a']).kind).toBe('files');
  });

  /** In bash, `--output=j` is three words. */
  test('in bash', () => {
    const lines = [
      ...CASES.map(([words]) => words),
      ['prune', 'images', '--output', '=', 'j'],
      ['prune', 'images', '--output', '='],
    ];
    const calls = lines.map((words) => `try ${['regadm', ...words].map((word) => `'${word}'`).join(' ')}`);
    const script = `source ${directory}/regadm.bash\ntry() { COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); _regadm; echo "\${COMPREPLY[*]}"; }\n${calls.join('\n')}`;
    const answers = execFileSync('bash', ['--norc', '-c', script], { encoding: 'utf8' }).trimEnd().split('\n');
    const expected = [...CASES.map(([, values]) => values.join(' ')), 'json', 'table wide json yaml name oc'];
    // The last of the cases has no completions: an empty line.
    expect(answers).toEqual(expected);
    expect(
      execFileSync('bash', ['--norc', '-c', `source ${directory}/regadm.bash; complete -p oc-regadm`], {
        encoding: 'utf8',
      }),
    ).toContain('-F _regadm');
  });

  requires('fish').test('in fish', () => {
    const script = fishQuestions(
      directory,
      CASES.map(([words]) => words),
    );
    const text = execFileSync('fish', ['--no-config', '-c', script], {
      encoding: 'utf8',
      env: { ...process.env, HOME: directory },
    });
    expect(fishAnswers(text).map((values) => values.sort())).toEqual(CASES.map(([, values]) => [...values].sort()));
  });

  requires('zsh').test('in zsh', () => {
    // _describe and _arguments belong to zsh; here they only print what they were called with.
    const stubs = `compdef() { :; }; _describe() { print -rl -- "\${(@P)2}"; }; _arguments() { print -rl -- "$words" "$@"; }`;
    const at = (words: string[]): string =>
      execFileSync(
        'zsh',
        [
          '-f',
          '-c',
          `${stubs}; source ${directory}/regadm.zsh; words=(regadm ${words.join(' ')} ''); CURRENT=${words.length + 2}; _regadm`,
        ],
        { encoding: 'utf8' },
      );
    expect(at(['prune'])).toMatch(/^images:Delete old tag items/m);
    const images = at(['prune', 'images']);
    expect(images).toContain('--output=[');
    expect(images).toContain(':value:(table wide json yaml name oc)');
    expect(images.startsWith('images')).toBe(true);
    expect(at(['registry', 'readonly'])).toContain('*:argument:(on off)');
  });

  test('kubectl reads candidates and a directive', () => {
    expect(cobraAnswer(complete(commands, ['registry', 'readonly', 'o']))).toBe('on\noff\n:4\n');
    expect(cobraAnswer(complete(commands, ['prune', 'images', '--protect', '']))).toBe(':0\n');
    expect(cobraAnswer(complete(commands, ['prune', 'im']))).toMatch(/^images\tDelete [^\n]+\n:4\n$/);
  });

  requires('kubectl').test('kubectl regadm, and its completion, with the real kubectl', async () => {
    for (const name of ['kubectl-regadm', 'kubectl_complete-regadm'])
      symlinkSync(fileURLToPath(new URL(`../../bin/${name}.js`, import.meta.url)), join(directory, name));
    const env = { PATH: `${directory}:${process.env.PATH}`, HOME: directory, NO_COLOR: '1' };
    const run = (...args: string[]) => promisify(execFile)('kubectl', args, { env });
    expect((await run('__complete', 'regadm', 'registry', 'readonly', 'o')).stdout).toBe('on\noff\n:4\n');
    expect((await run('__complete', 'regadm', 'prune', 'images', '--keep-t')).stdout).toMatch(
      /^--keep-tag-revisions\t.*\n:4\n$/s,
    );
    expect((await run('regadm', 'prune', 'images', '--help')).stdout).toContain(
      '$ kubectl regadm prune images [FLAGS]',
    );
    await expect(run('regadm', 'prune', 'imags')).rejects.toMatchObject({
      stderr: expect.stringContaining('did you mean kubectl regadm prune images?'),
    });
  });

  test.each(['bash', 'zsh', 'fish'])('regadm completion %s', async (shell) => {
    const { status, stdout, stderr } = await regadm(['completion', shell]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toBe(readFileSync(join(directory, `regadm.${shell}`), 'utf8'));
  });
});
