import { styles } from '../../../src/core/terminal/color.js';
import { table } from '../../../src/core/terminal/table.js';

const COLUMNS = [{ title: 'NAME' }, { title: 'COUNT', align: 'right' as const }, { title: 'NOTE', wraps: true }];

test('columns are as wide as their widest cell, and the last one is not padded', () => {
  expect(
    table(COLUMNS, [
      ['a', '1', ''],
      ['longer', '1,000', 'x'],
    ]),
  ).toBe(['NAME     COUNT   NOTE', 'a            1', 'longer   1,000   x', ''].join('\n'));
});

test('on a narrow terminal, free text wraps inside of its column, and names in it stay whole', () => {
  const rows = [
    ['app', '1', 'this image is kept because a pod uses it'],
    ['b', '2', ''],
  ];
  expect(table(COLUMNS, rows, { width: 50 })).toBe(
    [
      'NAME   COUNT   NOTE',
      'app        1   this image is kept because a pod',
      '               uses it',
      'b          2',
      '',
    ].join('\n'),
  );
  const name = 'n'.repeat(63);
  expect(table(COLUMNS, [['app', '1', `used by pod ${name}`]], { width: 80 })).toContain(`used by pod\n`);
  expect(table(COLUMNS, [['app', '1', `used by pod ${name}`]], { width: 80 })).toContain(name);
});

test('free text for which too little space is left is written below its row', () => {
  const rows = [
    ['n'.repeat(40), '1', 'this image is kept because a pod uses it'],
    ['b', '2', ''],
  ];
  expect(table(COLUMNS, rows, { width: 50 })).toBe(
    [
      `NAME${' '.repeat(36)}   COUNT`,
      `${'n'.repeat(40)}       1`,
      '    note: this image is kept because a pod uses',
      '      it',
      `b${' '.repeat(39)}       2`,
      '',
    ].join('\n'),
  );
});

test('less important columns are omitted in their order, if the lines then fit, and are named', () => {
  const columns = [{ title: 'TAG' }, { title: 'AGE', drop: 2 }, { title: 'SIZE', drop: 1 }];
  const shown = (width: number): string[] =>
    table(columns, [['t'.repeat(20), '100d', '10 MiB']], { width }).split('\n');
  expect(shown(36)[0]).toMatch(/^TAG +AGE +SIZE$/);
  expect(shown(35)).toEqual([
    `TAG${' '.repeat(17)}   AGE`,
    `${'t'.repeat(20)}   100d`,
    'not shown at this width: SIZE; -o wide shows all',
    '',
  ]);
  expect(shown(26)).toEqual(['TAG', 't'.repeat(20), 'not shown at this width: AGE, SIZE; -o wide shows all', '']);
  expect(shown(19)[1]).toBe(`${'t'.repeat(20)}   100d   10 MiB`);
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

test('a secret is hidden before a cell wraps, because its parts have another form', () => {
  const text = table(
    [{ title: 'MESSAGE', wraps: true }],
    [['rejected by the server: Bearer sha256~Zm9vYmFyLXNlY3JldA of u']],
    { width: 32 },
  );
  expect(text).toBe('MESSAGE\nrejected by the server: Bearer\n(hidden) of u\n');
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

test('without headers, a table has only rows, and columns are as narrow as their cells', () => {
  expect(table(COLUMNS, [['a', '1', 'x']], { headers: false })).toBe('a   1   x\n');
});

test.each([50, 120, Infinity])('short and long tables have the same layout at %d columns', (width) => {
  const short = Array.from({ length: 50 }, (_, at): string[] => [
    'n'.repeat((at * 7) % 20),
    String(at * at),
    at % 3 === 0 ? '' : 'this image is kept because a pod uses it '.repeat(at % 4),
  ]);
  const long = [...short, ['', '0', '']];
  const paint = (text: string): string => `\x1B[31m${text}\x1B[39m`;
  const columns = COLUMNS.map((column) => ({ ...column, style: paint }));
  const drawn = table(columns, short, { width }).split('\n').slice(0, -1);
  const written = table(columns, long, { width }).split('\n').slice(0, drawn.length);
  const plain = (line: string): string => line.replaceAll(/\x1B\[\d+m/g, '').trimEnd();
  expect(written.map(plain)).toEqual(drawn.map(plain));
});
