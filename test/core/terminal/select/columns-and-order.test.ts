import { columnLines, columnsOfFile, parseColumns } from '../../../../src/core/terminal/select/custom-columns.js';
import { sortOrder } from '../../../../src/core/terminal/select/sort-order.js';

const ENTRIES = [
  { name: 'one', bytes: 5, tags: ['a', 'b'], owner: { kind: 'X', name: 'o' } },
  { name: 'longer-name', bytes: null, tags: [] },
];

const print = (text: string, headers = true): string =>
  [...columnLines(parseColumns(text), () => ENTRIES, headers)].join('');

test('custom columns are those of kubectl', () => {
  expect(print('NAME:.name,B:bytes,T:{.tags[*]},OWNER:.owner')).toBe(
    'NAME          B       T        OWNER\none           5       a,b      map[kind:X name:o]\nlonger-name   <nil>   <none>   <none>\n',
  );
  expect(print(`X:['name','bytes'],T:.tags[0:1]`, false)).toBe('one,5               a\nlonger-name,<nil>   <none>\n');
  expect(columnsOfFile('NAME  SIZE\n.name {.bytes}\n')).toBe('NAME:.name,SIZE:{.bytes}');
});

test.each([
  ['NAME', 1],
  ['A:.a,', 6],
  ['A:.a,B:', 6],
  ['A:.a,B:.b[', 10],
])('%s is refused at position %d', (text, position) => {
  expect(() => parseColumns(text)).toThrow(expect.objectContaining({ position }) as Error);
});

test.each([
  [
    [10, 9, null, 1],
    [3, 1, 0, 2],
  ],
  [
    ['2026-01-02T00:00:00Z', undefined, '2025-01-01T00:00:00.5Z'],
    [2, 0, 1],
  ],
  [
    ['60m', '2d', '3h'],
    [0, 2, 1],
  ],
  [
    ['b', 'a', 'b', 'a'],
    [1, 3, 0, 2],
  ],
  [
    [false, true, false],
    [0, 2, 1],
  ],
  [
    [NaN, 2, '', 1],
    [3, 1, 0, 2],
  ],
])('%j has the order %j', (values, order) => {
  expect(sortOrder(values)).toEqual(order);
});
