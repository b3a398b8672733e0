import fc from 'fast-check';
import { parse } from 'yaml';
import { documentText } from '../../../src/core/terminal/document.js';
import { AMBIGUOUS, parseYaml11 } from '../../support/yaml-1.1.js';
import { documentPieces } from '../../support/document-pieces.js';

type Document = Record<string, unknown>;

const READERS = [parse, parseYaml11];

const WRITERS: [name: string, write: (document: Document) => Promise<string>][] = [
  ['a whole document', (document) => documentText('yaml', document)],
  [
    'a streamed document',
    async ({ items, ...fields }) =>
      [...documentPieces({ fields, arrays: { items: () => items as never[] } } as never, 'yaml')].join(''),
  ],
];

/** Text of the characters of numbers, times, booleans and infinities. */
const likeScalar = fc.oneof(
  fc.constantFrom(...AMBIGUOUS),
  fc
    .array(fc.constantFrom(...'0123456789abefinotxyzENOTXYZ_.,:+-~<= '), { minLength: 1, maxLength: 6 })
    .map((characters) => characters.join('')),
  fc.string({ maxLength: 5 }),
);

describe.each(WRITERS)('%s', (_name, write) => {
  test.each(AMBIGUOUS)('quotes "%s" as a value, as a key and in a list', async (text) => {
    const document = { spec: { value: text, [text]: 'x' }, items: [text, { [text]: text }] };
    const yaml = await write(document);
    for (const read of READERS) expect(read(yaml)).toEqual(document);
    // No reader is asked here: Go, for example, accepts numbers that none of these readers does.
    expect(yaml).toContain(`value: ${JSON.stringify(text)}\n`);
    expect(yaml).toContain(`${JSON.stringify(text)}: x\n`);
  });

  test('means the same in YAML 1.1 and 1.2, whatever the strings', async () => {
    await fc.assert(
      fc.asyncProperty(likeScalar, likeScalar, fc.array(likeScalar), async (key, value, items) => {
        fc.pre(key !== '__proto__');
        const document = { spec: { value, [key]: value }, items: [...items, { [key]: items }] };
        const yaml = await write(document);
        for (const read of READERS) expect(read(yaml)).toEqual(document);
      }),
      { numRuns: 300 },
    );
  });
});
