import fc from 'fast-check';
import {
  DIGEST_WORDS,
  UID_WORDS,
  digestToWords,
  uidToWords,
  wordsToDigest,
  wordsToUid,
} from '../../../../src/core/model/table/hex-words.js';

const HEX = '0123456789abcdef';
const digits = (length: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...HEX), minLength: length, maxLength: length });

/** Characters that look like a digit to a reader of single bytes, or of half of a character. */
const OTHERS = ['A', 'g', '-', ' ', '/', ':', '`', '\0', '\u0130', '\u3030', '\u0161', '\u{10030}', '\ud830', 'ä'];

/** Returns a text with each of its characters replaced by each other one. */
const everyOther = (text: string, others: string[]): string[] =>
  [...text]
    .flatMap((_, at) => others.map((other) => `${text.slice(0, at)}${other}${text.slice(at + 1)}`))
    .filter((changed) => changed !== text);

test('sha256 digests become words and digests again', () => {
  fc.assert(
    fc.property(digits(64), fc.integer({ min: 0, max: 9 }), (hex, at) => {
      const words = new Uint32Array(at + DIGEST_WORDS);
      expect(digestToWords(`sha256:${hex}`, words, at)).toBe(true);
      expect(wordsToDigest(words, at)).toBe(`sha256:${hex}`);
    }),
  );
});

test('nothing else becomes a digest', () => {
  const words = new Uint32Array(DIGEST_WORDS);
  const digest = `sha256:${HEX.repeat(4)}`;
  const odd = everyOther(digest, OTHERS);
  const lengths = ['', `${digest}0`, digest.slice(0, -1), `sha512:${HEX.repeat(8)}`, '\u3030'.repeat(71)];
  for (const text of [...odd, ...lengths]) expect([text, digestToWords(text, words, 0)]).toEqual([text, false]);
});

test('uids in their usual form become words and uids again', () => {
  fc.assert(
    fc.property(digits(8), digits(4), digits(4), digits(4), digits(12), (...groups) => {
      const words = new Uint32Array(UID_WORDS + 3);
      expect(uidToWords(groups.join('-'), words, 3)).toBe(true);
      expect(wordsToUid(words, 3)).toBe(groups.join('-'));
    }),
  );
});

test('nothing else becomes a uid, such as one with hyphens at other positions', () => {
  const words = new Uint32Array(UID_WORDS);
  const uid = '63e4ad1d-fba3-4fb2-950b-96f8f02b8b47';
  const odd = everyOther(uid, [...OTHERS, '\n']);
  const moved = ['63e4ad1-dfba3-4fb2-950b-96f8f02b8b47', '63e4ad1dfba34fb2950b96f8f02b8b47', `${uid}0`, uid.slice(1)];
  for (const text of [...odd, ...moved]) expect([text, uidToWords(text, words, 0)]).toEqual([text, false]);
});
