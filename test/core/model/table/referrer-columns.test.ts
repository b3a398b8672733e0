import fc from 'fast-check';
import type { Reference, ReferenceForm, Referrer } from '../../../../src/core/model/referrer.js';
import { packReferrers, unpackReferrers } from '../../../../src/core/model/table/referrer-columns.js';

const FORMS: ReferenceForm[] = ['pull-spec', 'stream-tag', 'stream-image', 'image-id', 'digest', 'unreadable'];
const text = fc.constantFrom('', 'a', 'b', '__proto__', 'constructor', '-1');

const reference: fc.Arbitrary<Reference> = fc.record(
  {
    field: text,
    form: fc.constantFrom(...FORMS),
    text,
    namespace: text,
    problem: text,
    extended: fc.constant(true),
    onlyThere: fc.constant(true),
  },
  { requiredKeys: ['field', 'form', 'text'] },
);

const referrer: fc.Arbitrary<Referrer> = fc
  .record({ kind: text, namespace: text, name: text, references: fc.array(reference, { maxLength: 3 }) })
  .chain((fields) =>
    fc
      .option(fc.record({ phase: text, created: fc.constantFrom(NaN, -1, 1.5, 1_768_466_400_000) }))
      .map((pod) => ({ ...fields, ...pod })),
  );

test('referrers are the same after they were packed', () => {
  fc.assert(
    fc.property(fc.array(referrer, { maxLength: 5 }), (referrers) => {
      expect(unpackReferrers(packReferrers(referrers))).toStrictEqual(
        referrers.map((each) => ({ ...each, references: each.references.map((found) => ({ ...found })) })),
      );
    }),
  );
});
