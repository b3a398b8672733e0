import fc from 'fast-check';

/**
 * Matches characters that a terminal obeys, hides, or shows as a space, except for the line feed. Written out here, so
 * that a mistake in the program's own list is found.
 */
export const INVISIBLE =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\u{e0000}-\u{e0fff}\p{Cs}]/u;

const NASTY = [
  ...'\u0000\u0007\b\t\n\r\u001b\u007f\u0085\u009b\u00a0\u00ad\u034f\u061c\u200b\u200d\u200e\u2028\u2029\u202e\u2066\u2069\ufe0f\ufeff',
  '\u{e0041}',
  '\ud800',
  '\udc00',
  '\u001b[2J',
  '\u001b]0;owned\u0007',
  '\nFORGED',
  '\\n',
  '"',
  ': ',
  ' #',
  '- ',
  '漢',
  'é',
];

/** Text of any characters, with many that are dangerous in a terminal or in a document. */
export function anyText(): fc.Arbitrary<string> {
  const piece = fc.oneof(
    fc.constantFrom(...NASTY),
    fc.string({ unit: 'binary', maxLength: 4 }),
    fc.string({ maxLength: 4 }),
  );
  return fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
}
