import { CommandHelp } from '@oclif/core';
import fc from 'fast-check';
import { wrapPlain } from '../../src/cli/wrap-plain.js';

/** Wraps text as oclif does. */
const wrap = (text: string, columns: number): string =>
  CommandHelp.prototype.wrap.call({ render: (body: string) => body, opts: { maxWidth: columns } }, text, 0);

test('plain text is wrapped as oclif wraps it', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '-', '…', ' ', ' ', '\n'), maxLength: 80 });
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 20 }), (body, columns) => {
      const wrapped = wrapPlain(body, columns);
      if (wrapped === undefined) expect(body.split(/[ \n]/).some((word) => word.length > columns)).toBe(true);
      else expect(wrapped).toBe(wrap(body, columns));
    }),
  );
});

test.each(['\u001b[1mbold\u001b[0m', '日本', '\u00a9 e\u0301', 'a\tb', 'a\r\nb'])('%j is not plain', (text) =>
  expect(wrapPlain(text, 40)).toBeUndefined(),
);
