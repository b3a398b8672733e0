import { chooseDigests, parseShortDigest } from '../../../../src/core/trash/plan/choose-digests.js';

const A = 'ab12'.padEnd(64, '0');
const B = 'ab13'.padEnd(64, '0');
const KNOWN = new Set([A, B]);

test.each([
  [`sha256:${A}`, A],
  [A, A],
  ['sha256:ab12', 'ab12'],
  ['ab12', 'ab12'],
])('reads %s', (text, digits) => expect(parseShortDigest(text)).toBe(digits));

test.each(['', 'ab1', 'sha256:', 'sha512:ab12', 'AB12', 'latest', `${A}0`])('refuses %j', (text) =>
  expect(() => parseShortDigest(text)).toThrow(expect.objectContaining({ code: 'USAGE' }) as Error),
);

test('finds whole digests and beginnings, each blob once', () => {
  expect(chooseDigests([A, 'ab13', 'ab12'], KNOWN)).toEqual([A, B]);
});

test('names what it does not find, and what is not certain', () => {
  expect(() => chooseDigests(['ab12', 'ffff'], KNOWN)).toThrow('sha256:ffff');
  expect(() => chooseDigests(['ffff'], KNOWN)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }) as Error);
  expect(() => chooseDigests(['ab1'], KNOWN)).toThrow(expect.objectContaining({ code: 'AMBIGUOUS' }) as Error);
  expect(() => chooseDigests(['ab1'], KNOWN)).toThrow(`sha256:${A}, sha256:${B}`);
});
