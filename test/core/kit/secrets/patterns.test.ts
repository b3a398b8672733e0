import fc from 'fast-check';
import { hidePatterns, mayContainPattern } from '../../../../src/core/kit/secrets/patterns.js';

/** Pieces of credentials, and what surrounds them. */
const PIECES = [
  ...['authorization', 'bearer', 'basic', 'negotiate', 'digest', 'token', ' ', '\t', '\n', '\u00a0', '%20'],
  ...['?', '&', '\\u0026', '%3F', 'sig', 'X-Amz-Signature', 'api_key', 'password', 'secret', 'access-key-id', 'passwd'],
  ...['=', '%3D', ':', '"', "'", '\\"', '[', '://', 'user', '@', 'sha256~', 'eyJ', '.', 'AKIA', '-----BEGIN '],
  ...['RSA PRIVATE KEY-----', 'LS0tLS1CRUdJTi', 'abcdefghijk', '0123456789ABCDEF'],
];

const changeCase = (text: string, how: number): string =>
  how === 0
    ? text
    : how === 1
      ? text.toUpperCase()
      : text.replaceAll(/[a-z]/g, (c, at: number) => (at % 2 ? c.toUpperCase() : c));
const piece = fc.tuple(fc.constantFrom(...PIECES), fc.nat(2)).map(([text, how]) => changeCase(text, how));

const SAMPLES = [
  'Bearer\tsha512-Abc1',
  'BeArEr opaque.token-1',
  'authorization: digest abcd',
  '{"PASSWORD":"hunter"}',
  '{\\"secret\\":\\"hunter\\"}',
  '%3Fsig%3Dabcd',
];

test.each(['--token=\x1b[38;5;4mTOKEN\x1b[39m', '?token=\x1b[4mTOKEN\x1b[24m'])(
  'the style in %j is not a value',
  (text) => {
    expect(hidePatterns(text)).toBe(text);
  },
);

describe('the quick test for credentials', () => {
  test.each(SAMPLES)('finds %j', (text) => {
    expect(hidePatterns(text)).toContain('(hidden)');
    expect([mayContainPattern(text), mayContainPattern(JSON.stringify(text))]).toEqual([true, true]);
  });

  test('finds whatever a pattern hides, also as JSON escapes it', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const text = pieces.join('');
        if (hidePatterns(text) === text) return;
        expect({ text, found: mayContainPattern(text) }).toEqual({ text, found: true });
        expect({ text, found: mayContainPattern(JSON.stringify(text)) }).toEqual({ text, found: true });
      }),
      { numRuns: 3000 },
    );
  });

  test.each([
    'team-1/keycloak@sha256:0123 "reason":"no image stream tag refers to it" secret-manager Basic-auth "name":"token"',
  ])('is not satisfied by ordinary names: %s', (text) => {
    expect(mayContainPattern(text)).toBe(false);
  });
});
