/** Number of 32-bit words of a sha256 digest (64 hexadecimal digits). */
export const DIGEST_WORDS = 8;
/** Number of 32-bit words of a uid in its usual form (32 hexadecimal digits). */
export const UID_WORDS = 4;

const PREFIX = 'sha256:';
const PREFIX_BYTES = Buffer.from(PREFIX);
/** Length of the text of a sha256 digest. */
export const DIGEST_LENGTH = PREFIX.length + DIGEST_WORDS * 8;
const UID_LENGTH = 36;
/** Positions of the hyphens of a uid, and of its groups of four digits. */
const HYPHENS = [8, 13, 18, 23] as const;
const HYPHEN = 0x2d;

const DIGITS = Buffer.from('0123456789abcdef');

/** The text that is read: reading copied bytes is twice as fast as `charCodeAt`. */
const BYTES = Buffer.alloc(128);
const WORDS = new DataView(BYTES.buffer, BYTES.byteOffset, BYTES.length);
/** Values of two lower-case hexadecimal digits, by their bytes (the second times 256); -1 for all others. */
const PAIRS = new Int16Array(0x10000).fill(-1);
for (let value = 0; value < 0x100; value++) {
  BYTES.write(value.toString(16).padStart(2, '0'));
  PAIRS[WORDS.getUint16(0, true)] = value;
}

/** Writes the words of a sha256 digest; false for anything else (another algorithm, a malformed name). */
export function digestToWords(text: string, words: Uint32Array, at: number): boolean {
  // A character that is not ASCII takes several bytes, of which none is a digit.
  if (text.length !== DIGEST_LENGTH || !text.startsWith(PREFIX) || BYTES.write(text) !== DIGEST_LENGTH) return false;
  let digits = PREFIX.length;
  let all = 0;
  for (let word = at; word < at + DIGEST_WORDS; word++) {
    const high = fourDigits(digits);
    const low = fourDigits(digits + 4);
    digits += 8;
    all |= high | low;
    words[word] = (high << 16) | low;
  }
  return all >= 0;
}

/** Writes the words of a uid; false if it does not have its usual form. */
export function uidToWords(text: string, words: Uint32Array, at: number): boolean {
  if (text.length !== UID_LENGTH || BYTES.write(text) !== UID_LENGTH) return false;
  for (const hyphen of HYPHENS) if (BYTES[hyphen] !== HYPHEN) return false;
  const [a, b] = [fourDigits(0), fourDigits(4)];
  const [c, d, e] = [fourDigits(9), fourDigits(14), fourDigits(19)];
  const [f, g, h] = [fourDigits(24), fourDigits(28), fourDigits(32)];
  words[at] = (a << 16) | b;
  words[at + 1] = (c << 16) | d;
  words[at + 2] = (e << 16) | f;
  words[at + 3] = (g << 16) | h;
  return (a | b | c | d | e | f | g | h) >= 0;
}

/** Returns the value of four digits; a negative number if one is not a digit. */
function fourDigits(at: number): number {
  const high = PAIRS[BYTES[at]! | (BYTES[at + 1]! << 8)]!;
  const low = PAIRS[BYTES[at + 2]! | (BYTES[at + 3]! << 8)]!;
  return (high << 8) | low;
}

/**
 * Returns the hexadecimal digits of up to eight words. Copies bytes, which is ten times as fast as formatting numbers.
 */
export function wordsToHex(words: Uint32Array, at: number, count: number): string {
  for (let word = 0; word < count; word++) WORDS.setUint32(word * 4, words[at + word]!);
  return BYTES.toString('hex', 0, count * 4);
}

/** Formats the words of a sha256 digest. */
export function wordsToDigest(words: Uint32Array, at: number): string {
  return PREFIX + wordsToHex(words, at, DIGEST_WORDS);
}

/** Writes the text of the words of a sha256 digest, of `DIGEST_LENGTH` bytes: long lists of digests need no strings. */
export function writeDigest(words: Uint32Array, from: number, target: Uint8Array, at: number): void {
  target.set(PREFIX_BYTES, at);
  let to = at + PREFIX.length;
  for (let word = from; word < from + DIGEST_WORDS; word++, to += 8) writeWord(words[word]!, target, to);
}

/** Writes the eight hexadecimal digits of a word. A loop takes twice as long. */
function writeWord(word: number, target: Uint8Array, at: number): void {
  target[at] = DIGITS[word >>> 28]!;
  target[at + 1] = DIGITS[(word >>> 24) & 15]!;
  target[at + 2] = DIGITS[(word >>> 20) & 15]!;
  target[at + 3] = DIGITS[(word >>> 16) & 15]!;
  target[at + 4] = DIGITS[(word >>> 12) & 15]!;
  target[at + 5] = DIGITS[(word >>> 8) & 15]!;
  target[at + 6] = DIGITS[(word >>> 4) & 15]!;
  target[at + 7] = DIGITS[word & 15]!;
}

/** Formats the words of a uid in its usual form. */
export function wordsToUid(words: Uint32Array, at: number): string {
  return wordsToHex(words, at, UID_WORDS).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
