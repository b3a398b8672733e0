import { isInSubset, parseDataSubset, type DataSubset } from '../../../src/core/model/data-subset.js';
import { digest } from '../../support/builders.js';

const DIGESTS = Array.from({ length: 3000 }, (_, index) => digest(`blob ${index}`));
const DAY_MS = 86_400_000;
const parse = (text: string, completionIndex?: string, now = 0): DataSubset =>
  parseDataSubset(text, { now, completionIndex });
const countIn = (subset: DataSubset): number => DIGESTS.filter((name) => isInSubset(name, subset)).length;

test.each([1, 2, 3, 7, 20, 64, 97])('every blob is in exactly one of %i shards of about the same size', (of) => {
  const subsets = Array.from({ length: of }, (_, index) => parse(`${index + 1}/${of}`));
  const homeless = DIGESTS.filter((name) => subsets.filter((subset) => isInSubset(name, subset)).length !== 1);
  expect(homeless).toEqual([]);
  const counts = subsets.map(countIn);
  const expected = DIGESTS.length / of;
  for (const count of counts) expect(Math.abs(count - expected)).toBeLessThan(5 * Math.sqrt(expected) + 1);
});

test('a shard is the number of the first eight bytes modulo the number of shards', () => {
  const name = digest('blob');
  const index = Number(BigInt(`0x${name.slice(7, 23)}`) % 7n);
  expect(isInSubset(name, { index, of: 7 })).toBe(true);
});

test('pods are numbered from 0', () => {
  expect(parse('job/7', '0')).toEqual(parse('1/7'));
  expect(parse('job/7', '6')).toEqual(parse('7/7'));
});

test.each([5, 14.3, 33.4, 100])('%d%% a day reads about that much, and everything in turn', (percent) => {
  const days = Math.ceil(100 / percent);
  const seen = new Set<string>();
  for (let day = 0; day < days; day++) {
    const subset = parse(`${percent}%`, undefined, (20_000 + day) * DAY_MS + 1);
    const expected = (DIGESTS.length * percent) / 100;
    expect(Math.abs(countIn(subset) - expected)).toBeLessThan(5 * Math.sqrt(expected));
    for (const name of DIGESTS) if (isInSubset(name, subset)) seen.add(name);
  }
  expect(seen.size).toBe(DIGESTS.length);
});

test.each([
  ['', undefined, 'write it as'],
  ['5', undefined, 'write it as'],
  ['-1%', undefined, 'write it as'],
  ['1GiB', undefined, 'write it as'],
  ['0%', undefined, 'above 0'],
  ['101%', undefined, 'at most 100'],
  ['0/7', undefined, 'from 1 to 7'],
  ['8/7', undefined, 'from 1 to 7'],
  ['1/0', undefined, 'from 1 to 100000'],
  ['job/0', '0', 'from 1 to 100000'],
  ['job/7', undefined, 'JOB_COMPLETION_INDEX is not set'],
  ['job/7', '', 'JOB_COMPLETION_INDEX is not set'],
  ['job/7', '1a', 'JOB_COMPLETION_INDEX is not a number'],
  ['job/7', '7', 'more than 7 completions'],
])('%j with the index %j is refused', (text, completionIndex, message) => {
  expect(() => parse(text, completionIndex)).toThrow(message);
});
