import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cleanLines } from '../../src/core/terminal/clean-lines.js';
import { paint } from '../../src/core/terminal/escape.js';
import { OTHER_TABLES } from '../support/long-names/other-tables.js';
import { PRUNE_TABLES } from '../support/long-names/prune-tables.js';
import { REGISTRY_TABLES } from '../support/long-names/registry-tables.js';
import { TRASH_TABLES } from '../support/long-names/trash-tables.js';

const SOURCES = join(import.meta.dirname, '../../src');
const CASES = [...PRUNE_TABLES, ...REGISTRY_TABLES, ...TRASH_TABLES, ...OTHER_TABLES];

/** Returns the files that write text for people: those that write tables, and those of outputs without one. */
function textFiles(): string[] {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  return [...new Set(files.flatMap(textFilesOf))].sort();
}

function textFilesOf(file: string): string[] {
  const text = readFileSync(join(SOURCES, file), 'utf8');
  const usesTable = /^import \{[^}]*\b(?:tableLines|table)\b[^}]*\} from '[^']*\/terminal\/table\.js'/m.test(text);
  const isOutput = /Output\b[^=\n]* = \{|: Output<[^\n]*\{$/m.test(text);
  const output = isOutput ? /\btable: (?!\(\) => \[\])(.*)/.exec(text)?.[1] : undefined;
  if (output === undefined) return usesTable ? [file] : [];
  const other = /import\('\.\/([^']*)\.js'\)/.exec(output)?.[1];
  return [other === undefined ? file : join(file, '..', `${other}.ts`), ...(usesTable ? [file] : [])];
}

test('every file that writes text for people has a case', () => {
  const covered = CASES.flatMap(({ files }) => files);
  expect(textFiles().filter((file) => !covered.includes(file))).toEqual([]);
  expect(covered.filter((file) => !existsSync(join(SOURCES, file)))).toEqual([]);
});

test.each(CASES.map((one, at): [string, typeof one] => [`${one.files.join(', ')} (${at})`, one]))(
  'at 80 columns, names of 63 characters are whole: %s',
  async (_, { lines, names }) => {
    const text = [...(await lines())].map(paint).join('');
    expect(names.filter((name) => !text.includes(name))).toEqual([]);
  },
);

test.each(CASES.flatMap(({ files, sums, lines }) => (sums === undefined ? [] : [{ files, sums, lines }])))(
  'a sentence sums up before the tables: $files',
  async ({ sums, lines }) => {
    const text = [...(await lines())].map(paint).join('');
    expect(text.slice(0, sums.length)).toBe(sums);
  },
);

describe('in a C locale', () => {
  const { LC_ALL } = process.env;
  beforeAll(() => (process.env.LC_ALL = 'C'));
  afterAll(() => {
    if (LC_ALL === undefined) delete process.env.LC_ALL;
    else process.env.LC_ALL = LC_ALL;
  });

  test.each(CASES)('tables are ASCII: $files', async ({ lines }) => {
    expect([...cleanLines(await lines())].join('')).toMatch(/^[\x00-\x7f]+$/);
  });
});
