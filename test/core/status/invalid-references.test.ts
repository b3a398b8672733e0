import { invalidReferenceWarnings } from '../../../src/core/status/invalid-references.js';

const invalid = (name: string) => ({
  referrer: { kind: 'Pod', namespace: 'shop', name },
  field: 'container c',
  reference: 'r/App:x',
  message: 'invalid image reference: repository name must be lowercase',
});

test('warnings name invalid references, and say that a prune stops', () => {
  expect(invalidReferenceWarnings([])).toEqual([]);
  expect(invalidReferenceWarnings([invalid('b')])).toEqual([
    'pod shop/b: container c: "r/App:x": invalid image reference: repository name must be lowercase',
    expect.stringContaining('prune images would stop and prune nothing at all'),
  ]);
});

test('of many invalid references, ten are named and the others are counted', () => {
  const warnings = invalidReferenceWarnings(Array.from({ length: 12 }, (_, at) => invalid(`p${at}`)));
  expect(warnings).toHaveLength(12);
  expect(warnings[10]).toBe('2 more references are invalid');
});
