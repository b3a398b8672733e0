import { parseObjects } from '../../../../../src/core/storage/objects/s3/answers.js';

const entry = (key: string, time: string): string =>
  `<Contents><Key>${key}</Key><LastModified>${time}</LastModified><Size>1</Size></Contents>`;
const [OLD, NEW] = ['2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z'];
const SINCE = Date.parse(NEW);

function parse(entries: string[], count = entries.length): ReturnType<typeof parseObjects> {
  const state = `<Prefix>p/</Prefix><KeyCount>${count}</KeyCount><IsTruncated>false</IsTruncated>`;
  return parseObjects(
    Buffer.from(`<ListBucketResult>${state}${entries.join('')}</ListBucketResult>`),
    { bucket: 'b', prefix: 'p/' },
    SINCE,
  );
}

const keysOf = ({ objects }: ReturnType<typeof parseObjects>): string[] => objects.map(({ key }) => key);

test('older objects are omitted, except for the last one, and still count', () => {
  const page = parse([entry('p/a', OLD), entry('p/b', NEW), entry('p/c', OLD), entry('p/d', OLD)]);
  expect([keysOf(page), page.size]).toEqual([['p/b', 'p/d'], 4]);
});

test('without an object, nothing is omitted', () => {
  expect(parse([])).toMatchObject({ objects: [], size: 0 });
});

test('a time that is not valid is an error', () => {
  expect(() => parse([entry('p/a', 'yesterday'), entry('p/b', OLD)])).toThrow('time');
});

test('a page that lacks an object is an error', () => {
  expect(() => parse([entry('p/a', OLD), entry('p/b', OLD)], 3)).toThrow('3 keys, but has 2');
});

test('a page that is cut off is an error', () => {
  const text = `<ListBucketResult><IsTruncated>false</IsTruncated>${entry('p/a', OLD)}${entry('p/b', OLD)}`;
  expect(() => parseObjects(Buffer.from(text), { bucket: 'b', prefix: 'p/' }, SINCE)).toThrow('not complete');
});
