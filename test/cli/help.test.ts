import { existsSync, readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { editDistance, suggest } from '../../src/core/kit/suggest.js';
import { regadm } from '../support/regadm.js';
import { runMany } from '../support/runner.js';

interface Flag {
  type: 'boolean' | 'option';
  description: string;
  hidden?: boolean;
  helpGroup?: string;
}
interface Command {
  summary?: string;
  description?: string;
  examples?: (string | { command: string })[];
  flags: Record<string, Flag>;
  page: string;
  exitStatuses: Record<string, string>;
}
const { commands } = JSON.parse(readFileSync(new URL('../../oclif.manifest.json', import.meta.url), 'utf8')) as {
  commands: Record<string, Command>;
};

describe('help', () => {
  test.each(Object.entries(commands))(
    '%s has a summary, examples, and a description of every flag',
    (id, { summary, description, examples = [], flags }) => {
      expect(summary).toMatch(/^[A-Z].*[^.]$/);
      expect(description!.length).toBeGreaterThan(80);
      expect(examples.length).toBeGreaterThan(0);
      for (const [name, flag] of Object.entries(flags))
        expect({ id, name, described: (flag.description ?? '').length > 10 }).toEqual({ id, name, described: true });
      const groups = new Set(Object.values(flags).map(({ helpGroup }) => helpGroup));
      expect(groups.has('OUTPUT')).toBe(true);
    },
  );

  test('--help, -h and help show the same for every command', async () => {
    const ids = Object.keys(commands).map((id) => id.split(':'));
    const results = await runMany(
      ids.flatMap((words) => [
        [...words, '--help'],
        [...words, '-h', '--nonsense'],
        ['help', ...words],
      ]),
    );
    expect(results.filter(({ status, stderr }) => status !== 0 || stderr !== '')).toEqual([]);
    for (let at = 0; at < results.length; at += 3) {
      const [first, second, third] = results.slice(at, at + 3).map(({ stdout }) => stdout);
      expect([second, third]).toEqual([first, first]);
      expect(first).toMatch(/^USAGE\n {2}\$ regadm [\s\S]*^EXAMPLES\n/m);
    }
  });

  test('has the same text with styles, because no style looks like a secret', async () => {
    const { stdout: plain } = await regadm(['prune', 'images', '--help']);
    const { stdout: styled } = await regadm(['prune', 'images', '--help'], { env: { NO_COLOR: '', FORCE_COLOR: '3' } });
    expect(styled).toContain('\u001b[');
    expect(stripVTControlCharacters(styled)).toBe(plain);
  });

  test('regadm, regadm help and regadm --help show where to start', async () => {
    const results = await runMany([[], ['help'], ['--help'], ['prune'], ['prune', '--help']]);
    expect(results.map(({ status }) => status)).toEqual([0, 0, 0, 0, 0]);
    expect(results[0]!.stdout).toMatch(/^Free the space that container images use/);
    expect(results[0]!.stdout).toContain('START HERE');
    expect(new Set(results.slice(0, 3).map(({ stdout }) => stdout)).size).toBe(1);
    expect(results[3]!.stdout).toContain('prune images');
  });

  test('the flags of prune images are grouped', async () => {
    const { stdout } = await regadm(['prune', 'images', '--help']);
    const headings = stdout.split('\n').filter((line) => /^[A-Z][A-Z ]+$/.test(line));
    expect(headings).toEqual([
      'USAGE',
      'DESCRIPTION',
      'EXAMPLES',
      'FLAGS',
      'WHAT TO PRUNE',
      'SAFETY',
      'BACKUP',
      'REGISTRY',
      'CLUSTER',
      'OUTPUT',
      'EXIT STATUS',
      'DOCUMENTATION',
    ]);
  });

  test('defaults follow the description', async () => {
    const { stdout } = await regadm(['registry', 'status', '--help']);
    expect(stdout).toMatch(/--output=<option> .*\(default: table\)/);
    expect(stdout).not.toContain('[default: ');
  });

  test.each(Object.entries(commands))('%s states the default of every flag with a value', async (id, { flags }) => {
    const { stdout } = await regadm([...id.split(':'), '--help']);
    const text = stdout.replaceAll(/\s/g, '');
    for (const { type, description, hidden } of Object.values(flags)) {
      // A value that has to be given has no default.
      if (hidden || type !== 'option' || description.endsWith('(required)')) continue;
      const [before] = description.replaceAll(/\s/g, '').split('(default:');
      expect(text).toContain(`${before}(default:`);
      expect(description).not.toMatch(/without it,/);
    }
  });

  test.each(Object.entries(commands))('the texts of the flags of %s start with a verb or noun', (id, { flags }) => {
    const texts = Object.values(flags).map(({ description }) => description);
    const wrong = /^(?:with|without|before|after|if|when|where|only|for|of|do not|[A-Z][a-z])\b|\(?(?:repeatable)\)?/;
    expect(texts.filter((text) => wrong.test(text))).toEqual([]);
  });

  test.each(Object.entries(commands))(
    '%s ends with its exit statuses and its page',
    async (id, { page, exitStatuses }) => {
      const { stdout } = await regadm([...id.split(':'), '--help'], { env: { COLUMNS: '200' } });
      const [, statuses = '', documentation = ''] =
        /\nEXIT STATUS\n([\s\S]*)\n\nDOCUMENTATION\n([\s\S]*)\n$/.exec(stdout) ?? [];
      const listed = statuses.split('\n').map((line) => line.trim().split(/ {2,}/));
      expect(listed).toEqual(expect.arrayContaining(Object.entries(exitStatuses)));
      expect(listed.map(([status]) => status)).toEqual(expect.arrayContaining(['0', '1']));
      expect(existsSync(documentation.trim())).toBe(true);
      expect(documentation).toContain(page.replace(/#.*$/, ''));
      const headings = readFileSync(documentation.trim(), 'utf8').match(/^#+ .*$/gm)!;
      const anchors = headings.map((heading) => heading.replace(/^#+ /, '').toLowerCase().replaceAll(' ', '-'));
      if (page.includes('#')) expect(anchors).toContain(page.split('#')[1]);
    },
  );

  test('--version', async () => {
    expect((await regadm(['--version'])).stdout).toMatch(/^regadm\/\d+\.\d+\.\d+ /);
  });
});

describe('a mistyped command or flag', () => {
  test.each([
    [['prun', 'images'], 'unknown command "prun" for "regadm"', 'did you mean regadm prune images'],
    [['prune', 'imags'], 'unknown command "imags" for "regadm prune"', 'did you mean regadm prune images?'],
    [['images'], 'unknown command "images" for "regadm"', 'did you mean regadm prune images?'],
    [['help', 'prune', 'imgaes'], 'unknown command "imgaes" for "regadm prune"', 'did you mean regadm prune images?'],
    [
      ['registry', 'readnly', 'on'],
      'unknown command "readnly" for "regadm registry"',
      'did you mean regadm registry readonly',
    ],
    [
      ['prune', 'images', '--keep-tag-revison=3'],
      'unknown flag: --keep-tag-revison',
      'did you mean --keep-tag-revisions?',
    ],
    [
      ['prune', 'images', '--no-prune-regstry'],
      'unknown flag: --no-prune-regstry',
      'did you mean --no-prune-registry or',
    ],
    [
      ['prune', 'images', '--kepp-younger-than', '1h'],
      'unknown flag: --kepp-younger-than',
      'did you mean --keep-younger-than?',
    ],
    [['prune', 'images', '--tokn=sha256~secret'], 'unknown flag: --tokn', 'did you mean --token?'],
    [
      ['--token=sha256~secret', 'prune', 'images'],
      'the flag --token=… must come after the command',
      'write it as: regadm prune images --token=…',
    ],
    [
      ['--token', 'sha256~secret', 'prune', 'images'],
      'the flag --token must come after the command',
      'write it as: regadm prune images --token',
    ],
  ])('%j', async (argv, message, suggestion) => {
    const [{ status, stdout, stderr } = { status: 0, stdout: '', stderr: '' }] = await runMany([argv]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain(`error: ${message}\n`);
    expect(stderr).toContain(`  * ${suggestion}`);
    expect(stderr).not.toContain('secret');
  });

  test('a word that resembles nothing gets no suggestion', () => {
    expect(suggest('--xyzzy', ['--confirm', '--all'])).toEqual([]);
    expect(editDistance('imgaes', 'images')).toBe(1);
    expect(editDistance('', 'abc')).toBe(3);
  });
});

describe('forms of flags that users of oc write', () => {
  test.each([
    ['--confirm=false', '--keep_tag_revisions=x'],
    ['--all=F', '-v=4', '--keep-tag-revisions=x'],
    ['-v4', '-ojson', '--keep-tag-revisions=x'],
    ['--no-all', '-n', 'shop', '--keep-tag-revisions', 'x'],
    ['--as-group', 'a', '--as-group=b', '--keep-tag-revisions=x'],
  ])('%s %s', async (...argv) => {
    const { stderr } = await regadm(['prune', 'images', ...argv]);
    expect(stderr).toContain('error: invalid argument "x" for "--keep-tag-revisions" flag: must be a whole number');
  });

  test('a flag with several values takes one word at a time, so that an argument remains an argument', async () => {
    const { stderr } = await regadm(['prune', 'images', '--as-group', 'a', 'b']);
    expect(stderr).toContain('unexpected argument "b"');
  });
});

test.each(Object.keys(commands).map((id) => [id.replaceAll(':', ' ')]))(
  'the help of %s fits 80 columns, examples included',
  async (command) => {
    const { stdout } = await regadm([...command.split(' '), '--help'], { env: { COLUMNS: '80' } });
    const [help = ''] = stdout.split('\nDOCUMENTATION\n');
    expect(help.split('\n').filter((line) => line.length > 80 && !/sha256:[0-9a-f]{64}/.test(line))).toEqual([]);
  },
);
