import { styles } from '../../../src/core/terminal/color.js';
import { table } from '../../../src/core/terminal/table.js';

const COLUMNS = [
  { title: 'NAME', flexible: true },
  { title: 'COUNT', align: 'right' as const },
  { title: 'NOTE', flexible: true },
];

test('columns are as wide as their widest cell, and the last one is not padded', () => {
  expect(
    table(COLUMNS, [
      ['a', '1', ''],
      ['longer', '1,000', 'x'],
    ]),
  ).toBe(['NAME     COUNT   NOTE', 'a            1', 'longer   1,000   x', ''].join('\n'));
});

test('on a narrow terminal the widest flexible columns are cut, so that every line fits', () => {
  const rows = [
    ['n'.repeat(60), '123456', 'o'.repeat(40)],
    ['short', '1', 'short'],
  ];
  const lines = table(COLUMNS, rows, { width: 50 }).trimEnd().split('\n');
  expect(Math.max(...lines.map((line) => line.length))).toBe(50);
  expect(lines[1]).toMatch(/^n+… {3}123456 {3}o+…$/);
  expect(lines[2]).toMatch(/^short +1 {3}short$/);
});

test('a flexible column that would be too narrow to read is omitted, the last one first', () => {
  const columns = [{ title: 'TAG' }, { title: 'BECAUSE', flexible: true }, { title: 'OTHERWISE', flexible: true }];
  const rows = [['t'.repeat(40), 'b'.repeat(40), 'o'.repeat(40)]];
  const titles = (width: number) => table(columns, rows, { width }).split('\n')[0]!.split(/ +/);
  expect([titles(80), titles(78), titles(59), titles(58), titles(10)]).toEqual([
    ['TAG', 'BECAUSE', 'OTHERWISE'],
    ['TAG', 'BECAUSE', 'OTHERWISE'],
    ['TAG', 'BECAUSE'],
    ['TAG'],
    ['TAG'],
  ]);
  expect(table(columns, rows, { width: 10 })).toContain('t'.repeat(40));
});

test('inflexible columns are written in full, even on a narrow terminal', () => {
  expect(table([{ title: 'DIGEST' }], [['sha256:0123456789ab']], { width: 5 })).toContain('sha256:0123456789ab');
});

test('control characters from a cluster do not reach the terminal, and columns are as wide as what is shown', () => {
  const rows = [
    ['a\u001b[2Jb\nc', '1', ''],
    ['\u202ed', '22', ''],
  ];
  expect(table(COLUMNS, rows)).toBe(
    ['NAME           COUNT   NOTE', 'a\\x1b[2Jb\\nc       1', '\\u202ed           22', ''].join('\n'),
  );
});

test('names in other writing systems are complete and aligned', () => {
  const lines = table(COLUMNS, [
    ['漢字', '1', 'größe'],
    ['ab', '2', ''],
  ]).split('\n');
  expect(lines).toEqual(['NAME   COUNT   NOTE', '漢字       1   größe', 'ab         2', '']);
});

test('a secret is hidden before a cell is cut, which would leave a part of it', () => {
  const text = table([{ title: 'MESSAGE', flexible: true }], [['rejected: Bearer sha256~Zm9vYmFyLXNlY3JldA of u']], {
    width: 26,
  });
  expect(text).toBe('MESSAGE\nrejected: Bearer (hidden)…\n');
});

test('a style in a cell does not count for the width', () => {
  const { bad } = styles(true);
  expect(table([{ title: 'A' }, { title: 'B' }], [[bad('x'), 'y']])).toBe(`A   B\n${bad('x')}   y\n`);
});

test('colors do not count for the width', () => {
  const bold = (text: string): string => `\u001b[1m${text}\u001b[22m`;
  const painted = table([{ title: 'A', style: bold }, { title: 'B' }], [['x', 'y']]);
  expect(painted).toBe(`A   B\n${bold('x')}   y\n`);
});

test('rows are read twice, for widths and for writing, and lines are yielded one at a time', () => {
  const passes = countedRows();
  expect(table(COLUMNS, passes.rows)).toContain('row 2');
  expect(passes.count()).toBe(2);
});

function countedRows(): { rows: () => Iterable<string[]>; count: () => number } {
  let count = 0;
  function* rows(): Generator<string[]> {
    count++;
    yield ['row 1', '1', ''];
    yield ['row 2', '2', ''];
  }
  return { rows, count: () => count };
}
