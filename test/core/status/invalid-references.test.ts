import { invalidReferenceWarnings } from '../../../src/core/status/invalid-references.js';

const invalid = (name: string) => ({
  referrer: { kind: 'Pod', namespace: 'shop', name },
  field: 'container c',
  reference: 'r/App:x',
  message: 'invalid image reference: repository name must be lowercase',
});

test('warnings name invalid references, and say that a prune stops', () => {
  expect(invalidReferenceWarnings({ invalid: [], reported: [] })).toEqual([]);
  expect(invalidReferenceWarnings({ invalid: [invalid('b')], reported: [] })).toEqual([
    'pod shop/b: container c: "r/App:x": invalid image reference: repository name must be lowercase',
    expect.stringContaining('prune images would stop and prune nothing at all'),
  ]);
});

test('of many invalid references, ten are named and the others are counted', () => {
  const many = Array.from({ length: 12 }, (_, at) => invalid(`p${at}`));
  const warnings = invalidReferenceWarnings({ invalid: many, reported: [] });
  expect(warnings).toHaveLength(12);
  expect(warnings[10]).toBe('2 more invalid references');
});

test('references that only keep what they may mean are named, too, and do not stop a prune', () => {
  const reported = Array.from({ length: 11 }, (_, at) => invalid(`p${at}`));
  const warnings = invalidReferenceWarnings({ invalid: [], reported });
  expect(warnings).toHaveLength(11);
  expect(warnings[0]).toMatch(/^pod shop\/p0: container c: /);
  expect(warnings[10]).toBe('1 more unreadable reference');
});
