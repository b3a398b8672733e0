import fc from 'fast-check';
import { parse } from 'yaml';
import { documentText } from '../../../src/core/terminal/document.js';
import { escapeJson, escapeText, paint } from '../../../src/core/terminal/escape.js';
import { INVISIBLE, anyText } from '../../support/any-text.js';
import { documentPieces } from '../../support/document-pieces.js';

describe('escapeText', () => {
  test.each([
    ['\u0000\u0007\b\t\n\v\f\r\u001b\u007f', '\\x00\\a\\b\\t\\n\\v\\f\\r\\x1b\\x7f'],
    ['\u0080\u009b', '\\u0080\\u009b'],
    ['a\u202eb\u2066c', 'a\\u202eb\\u2066c'],
    ['zero\u200bwidth\u200d\ufeff\u00ad', 'zero\\u200bwidth\\u200d\\ufeff\\u00ad'],
    ['\u2028\u2029', '\\u2028\\u2029'],
    ['no-break\u00a0space\u3000', 'no-break\\u00a0space\\u3000'],
    ['tag \u{e0041}', 'tag \\U000e0041'],
    ['lone \ud800', 'lone \\ud800'],
    ['variation \ufe0f', 'variation \\ufe0f'],
    ['private \ue000', 'private \\ue000'],
  ])('%j becomes %j', (text, escaped) => {
    expect(escapeText(text)).toBe(escaped);
  });

  test.each(['größe', '漢字', 'приложение', 'हिन्दी', 'العربية', '…–·', '🚀', 'C:\\path'])('%s stays', (text) => {
    expect(escapeText(text)).toBe(text);
  });

  test('leaves nothing that a terminal obeys or hides, whatever the text, and does nothing twice', () => {
    fc.assert(
      fc.property(anyText(), (text) => {
        const escaped = escapeText(text);
        expect(escaped).not.toMatch(INVISIBLE);
        expect(escaped).not.toContain('\n');
        expect(escapeText(escaped)).toBe(escaped);
        expect(paint(escaped)).toBe(escaped);
      }),
    );
  });
});

describe('documents', () => {
  const value = fc.dictionary(anyText(), fc.oneof(anyText(), fc.array(anyText()), fc.record({ a: anyText() })));

  test('JSON has nothing invisible, and the same values', () => {
    fc.assert(
      fc.property(value, (document) => {
        const json = escapeJson(JSON.stringify(document, null, 2));
        expect(json).not.toMatch(INVISIBLE);
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(document)));
      }),
    );
  });

  test.each(['json', 'yaml'] as const)(
    'whole and streamed documents in %s have nothing invisible, and the same values',
    (format) =>
      fc.assert(
        fc.asyncProperty(
          anyText(),
          fc.array(fc.record({ name: anyText(), [`key\u202e`]: anyText() })),
          async (name, items) => {
            const document = { name, items };
            const streamed = { fields: { name }, arrays: { items: () => items } };
            const whole = await documentText(format, document);
            const pieces = escapeJson([...documentPieces(streamed as never, format)].join(''));
            for (const text of [whole, pieces]) {
              expect(text).not.toMatch(INVISIBLE);
              expect(format === 'json' ? JSON.parse(text) : parse(text)).toEqual(document);
            }
          },
        ),
      ),
  );
});
