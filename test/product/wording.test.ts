import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

interface Advice {
  avoid: string;
  use: string;
  example: string;
}
interface WordList {
  phrases: Advice[];
  identifiers: Advice[];
  allow: { file: string; text: string; reason: string }[];
}
const list = JSON.parse(readFileSync(join(ROOT, 'scripts/wording.json'), 'utf8')) as WordList;

const PLAIN = `/**
 * Deletes the images of a plan. There is no need for a second list; there are none to compare.
 * The run no longer waits when there was no answer within 60 s.
 */
export function deleteImages(): string {
  return 'the registry rejected the token: \${1} request per second';
}
`;

describe('the wording check', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'regadm-wording-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  function write(path: string, text: string): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }

  function check(...args: string[]): Promise<{ status: number; lines: string[] }> {
    const command = [join(ROOT, 'scripts/check-wording.js'), '--root', root, ...args];
    return new Promise((resolve) => {
      execFile(process.execPath, command, (error, stdout, stderr) =>
        resolve({ status: Number(error?.code ?? 0), lines: `${stdout}${stderr}`.split('\n').filter(Boolean) }),
      );
    });
  }

  /** An empty list of allowances; those of the repository name its own files. */
  function ownList(allow: WordList['allow'] = []): string[] {
    write('list.json', JSON.stringify({ ...list, allow }));
    return ['--list', join(root, 'list.json')];
  }

  test('plain English passes, in code, tests and documents', async () => {
    write('src/plain.ts', PLAIN);
    write('test/plain.test.ts', `test('deletes the image', () => {});\n`);
    write('docs/plain.md', '# Delete images\n\nThere is no undo.\n');
    expect(await check(...ownList())).toEqual({ status: 0, lines: [] });
  });

  test.each(['the pod does not exist anymore', 'the registry carries the whole request out'])(
    'reports a variant of an example: %s',
    async (text) => {
      write('docs/probe.md', `${text}\n`);
      const { status, lines } = await check(...ownList());
      expect(status).toBe(1);
      expect(lines.some((line) => line.startsWith('docs/probe.md:1: '))).toBe(true);
    },
  );

  test('reports every phrase of the list with its line and what to write instead', async () => {
    write('docs/probe.md', list.phrases.map(({ example }) => `- ${example}\n`).join(''));
    write('src/probe.ts', list.identifiers.map(({ example }) => `export const ${example} = 1;\n`).join(''));
    const { status, lines } = await check(...ownList());
    expect(status).toBe(1);
    for (const [file, advice] of [
      ['docs/probe.md', list.phrases],
      ['src/probe.ts', list.identifiers],
    ] as const) {
      for (const [index, { use }] of advice.entries()) {
        const expected = { start: `${file}:${index + 1}: "`, end: `: write ${use}` };
        const reported = lines.some((line) => line.startsWith(expected.start) && line.endsWith(expected.end));
        expect({ ...expected, reported }).toEqual({ ...expected, reported: true });
      }
    }
  });

  test('reads comments and strings of code, across line breaks, but not the code', async () => {
    write(
      'src/probe.ts',
      [
        '/**',
        ' * Lists are read so',
        ' * many at a time.',
        ' */',
        'const any = 1, more = 2;',
        'console.log(any /* a doomed image */, more);',
        '// it is',
        '// no directory',
        'throw new Error(`${any} is no digest`);',
        "export const hint = 'look ' + 'anew';",
      ].join('\n'),
    );
    const { lines } = await check(...ownList());
    expect(lines.map((line) => line.replace(/: write .*/, ''))).toEqual([
      'src/probe.ts:2: "so many"',
      'src/probe.ts:6: "doomed"',
      'src/probe.ts:7: "is no directory"',
      'src/probe.ts:9: "is no digest"',
      'src/probe.ts:10: "anew"',
    ]);
  });

  test('reads titles of tests, but not their other strings', async () => {
    write(
      'test/probe.test.ts',
      [
        "describe('a doomed image', () => {",
        "  test.each([1])('is read anew %s', () => expect('one folder').toBe('one folder'));",
        '  test(`${1} goes on`, () => {});',
        '});',
      ].join('\n'),
    );
    const { lines } = await check(...ownList());
    expect(lines.map((line) => line.replace(/: write .*/, ''))).toEqual([
      'test/probe.test.ts:1: "doomed"',
      'test/probe.test.ts:2: "anew"',
      'test/probe.test.ts:3: "goes on"',
    ]);
  });

  test('an allowance names file and text, and is reported when nothing needs it', async () => {
    write('docs/probe.md', 'The program of the vendor prints "this is no registry".\n\nThis is no registry.\n');
    const reason = 'what the vendor prints';
    const allow = [
      { file: 'docs/probe.md', text: 'prints "this is no registry"', reason },
      { file: 'docs/probe.md', text: 'a folder', reason },
    ];
    expect((await check(...ownList(allow))).lines).toEqual([
      expect.stringMatching(/^docs\/probe\.md:3: /),
      'scripts/wording.json: nothing in docs/probe.md needs the allowance "a folder"',
    ]);
  });

  test('--report counts the findings per directory and succeeds', async () => {
    write('src/core/probe.ts', '// a folder, and a folder\n');
    expect(await check('--report', ...ownList())).toEqual({ status: 0, lines: ['    2 src/core', '    2 in total'] });
  });

  test('every allowance of the repository has a reason', () => {
    for (const allowance of list.allow)
      expect(allowance).toEqual({
        file: expect.any(String),
        text: expect.any(String),
        reason: expect.stringMatching(/\w/),
      });
  });
});
