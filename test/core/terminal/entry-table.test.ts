import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { forgetSecrets, hideSecret } from '../../../src/core/kit/secrets/known.js';
import { redactValues } from '../../../src/core/kit/secrets/redact.js';
import { DigestTable } from '../../../src/core/model/table/digest-table.js';
import { digest, EntryTable, list, number, text, value } from '../../../src/core/terminal/entry-table.js';
import { escapeJson } from '../../../src/core/terminal/escape.js';
import { anyText } from '../../support/any-text.js';
import { documentPieces } from '../../support/document-pieces.js';

afterEach(forgetSecrets);

interface Inner {
  tag: string;
  note?: string;
}

interface Row {
  name: string;
  size: number | null;
  note?: string | null;
  more?: object;
  inner: Inner[];
}

/** Numbers at the end of what a double can count. */
const LARGE = [2 ** 53 - 1, 1 - 2 ** 53, 2 ** 53 - 47, 2 ** 53];

/** Makes a table with every kind of column; names become digest numbers too. */
function aTable(rows: Row[]): EntryTable<Row, Row & { digest: string }> {
  const digests = new DigestTable();
  const innerTable = (inner: Inner[]): EntryTable<Inner, Inner> =>
    new EntryTable(inner, { tag: text(({ tag }) => tag), note: text(({ note }) => note) });
  return new EntryTable(rows, {
    note: text(({ note }) => note),
    digest: digest(digests, ({ name }) => digests.intern(name)),
    name: text(({ name }) => name),
    size: number(({ size }) => size),
    more: value(({ more }) => more),
    inner: list(({ inner }) => innerTable(inner)),
  });
}

const json = (items: Iterable<unknown>): string =>
  [...documentPieces({ fields: {}, arrays: { items: () => items } } as never, 'json')].join('');

/** The same, entry by entry, as docs/json.md describes it. */
function expected(rows: Row[]): string {
  const entries = [...aTable(rows)].map((entry) => `\n    ${escapeJson(JSON.stringify(redactValues(entry)))}`);
  return `{\n  "items": [${entries.join(',')}${rows.length > 0 ? '\n  ' : ''}]\n}\n`;
}

const sha256 = (seed: unknown): string => `sha256:${createHash('sha256').update(String(seed)).digest('hex')}`;

const anyName = fc.oneof(
  fc.nat(5).map(sha256),
  anyText(),
  fc.constantFrom('md5:00', 'https://me:pw@host/', 'k7x-secret'),
);

const anyRow: fc.Arbitrary<Row> = fc.record(
  {
    name: anyName,
    size: fc.oneof(
      fc.constant(null),
      fc.integer(),
      fc.maxSafeInteger(),
      fc.double(),
      fc.constantFrom(0, -0, 9, 10, ...LARGE),
    ),
    note: fc.option(anyName),
    more: fc.dictionary(fc.constantFrom('a', 'token', 'é'), anyText()),
    inner: fc.array(fc.record({ tag: anyName, note: anyName }, { requiredKeys: ['tag'] }), { maxLength: 3 }),
  },
  { requiredKeys: ['name', 'size', 'inner'] },
);

test('a table is the same JSON as its entries, whatever they contain', () => {
  fc.assert(
    fc.property(fc.array(anyRow, { maxLength: 6 }), (rows) => {
      hideSecret('k7x-secret');
      expect(json(aTable(rows))).toBe(expected(rows));
      expect(json([...aTable(rows)])).toBe(expected(rows));
    }),
    { numRuns: 300 },
  );
});

test.each([
  ['without secrets', 'ordinary'],
  ['with a secret that repeats', 'password=Hunter2-9x'],
])('a table of several pieces is the same JSON, %s', (_name, note) => {
  const rows = Array.from({ length: 3000 }, (_, at) => ({
    name: sha256(at % 7),
    size: at,
    note: at < 20 || at > 2900 ? note : `é "${Math.floor(at / 500)}"`,
    inner: [{ tag: 'latest' }],
  }));
  const pieces = [...documentPieces({ fields: {}, arrays: { items: () => aTable(rows) } } as never, 'json')];
  expect(pieces.length).toBeGreaterThan(5);
  expect(pieces.join('')).toBe(expected(rows));
  expect(pieces.join('')).not.toContain('Hunter2');
});

test('numbers up to the largest that a double can count are exact', () => {
  const rows = LARGE.map((size) => ({ name: 'x', size, inner: [] }));
  expect(json(aTable(rows))).toBe(expected(rows));
});

test('an entry that is larger than a piece is whole', () => {
  const row = { name: 'x', size: 1, inner: Array.from({ length: 5000 }, (_, at) => ({ tag: `漢${at}`.repeat(9) })) };
  expect(json(aTable([row, row]))).toBe(expected([row, row]));
});

test('a secret is hidden in a digest too', () => {
  const name = sha256('x');
  hideSecret(name.slice(20, 50));
  expect(json(aTable([{ name, size: 1, inner: [] }]))).not.toContain(name);
});
