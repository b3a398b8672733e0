import { parseDuration } from '../../../../src/core/model/values/duration.js';
import { digestProblem, shortDigests } from '../../../../src/core/model/digest.js';
import { formatBytes, parseQuantity } from '../../../../src/core/model/values/quantity.js';
import { readPending, writePending } from '../../../../src/core/model/pending.js';
import { protectionMatcher } from '../../../../src/core/model/protection.js';

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;

test.each([
  ['60m', 3_600_000],
  ['96h', 345_600_000],
  ['1h30m', 5_400_000],
  ['1.5h', 5_400_000],
  ['0', 0],
  ['0s', 0],
  ['-1m', -60_000],
  ['+2s', 2000],
  ['1h0m0s', 3_600_000],
  ['1500ms', 1500],
  ['.5s', 500],
  ['', undefined],
  ['10', undefined],
  ['5x', undefined],
  ['1h 30m', undefined],
  ['-', undefined],
])('the duration %s', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each([
  ['10Gi', 10 * 2 ** 30],
  ['250000Ki', 256_000_000],
  ['1e8', 1e8],
  ['1.5G', 1.5e9],
  ['100', 100],
  ['100m', 0.1],
  ['0', 0],
  ['1E', 1e18],
  ['1e3', 1000],
  ['abc', undefined],
  ['1 Gi', undefined],
  ['', undefined],
])('the quantity %s', (text, value) => {
  expect(parseQuantity(text)).toBe(value);
});

test('bytes read with four significant digits', () => {
  expect([0, 512, 1023, 1024, 3_044_058_194, 2 ** 50].map(formatBytes)).toEqual([
    '0 B',
    '512 B',
    '1023 B',
    '1 KiB',
    '2.835 GiB',
    '1 PiB',
  ]);
});

test('digests', () => {
  expect(digestProblem(DIGEST)).toBeUndefined();
  expect(digestProblem('sha256:none')).toBe('invalid checksum digest length');
  expect(digestProblem('nothing')).toBe('invalid checksum digest format');
});

test('a short digest has 12 digits, and more if another one of the table would look the same', () => {
  const [other, third] = ['5', '6'].map((digit) => `sha256:0123456789abcde${digit}`.padEnd(71, '0')) as [
    string,
    string,
  ];
  const alone = shortDigests([DIGEST, DIGEST, 'odd']);
  expect([DIGEST, 'odd'].map(alone)).toEqual(['sha256:0123456789ab', 'odd']);
  const both = shortDigests([other, third, `sha256:${'f'.repeat(64)}`]);
  expect([other, third].map(both)).toEqual(['sha256:0123456789abcde5', 'sha256:0123456789abcde6']);
  expect(both(`sha256:${'f'.repeat(64)}`)).toBe(`sha256:${'f'.repeat(12)}`);
});

test('the annotation of pending digests reads what it wrote, and ignores what it does not know', () => {
  const other = `sha512:${'f'.repeat(128)}`;
  expect(readPending({ 'regadm/pending': writePending([DIGEST, other]) })).toEqual({ digests: [DIGEST, other] });
  expect(readPending({ 'regadm/pending': `junk,,${DIGEST.slice(7)}` })).toEqual({
    digests: [DIGEST],
    problem: '"junk" and 1 more is not a digest, or one of more than 2000',
  });
  expect(readPending({})).toEqual({ digests: [] });
  expect(readPending(undefined)).toEqual({ digests: [] });
});

test('protections match with globs, in which dots are literal', () => {
  const matcher = protectionMatcher({
    namespaces: ['prod-*'],
    streams: ['dev/app'],
    tags: ['dev/*:v?.0'],
    digests: [DIGEST],
  });
  expect(matcher.stream('prod-1', 'x')).toBe('prod-*');
  expect(matcher.stream('dev', 'app')).toBe('dev/app');
  expect(matcher.stream('dev', 'apple')).toBeUndefined();
  expect(matcher.tag('dev', 'web', 'v1.0')).toBe('dev/*:v?.0');
  expect(matcher.tag('dev', 'web', 'v1x0')).toBeUndefined();
  expect(matcher.digest(DIGEST)).toBe(true);
  expect(protectionMatcher(undefined).stream('a', 'b')).toBeUndefined();
});
