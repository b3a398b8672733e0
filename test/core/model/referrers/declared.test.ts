import type { DeclaredPath } from '../../../../src/core/model/declared-referrers.js';
import { declaredReducer } from '../../../../src/core/model/referrers/declared.js';

/** Reduces an object in which a path for images leads to a value. */
function reduce(value: unknown) {
  const path: DeclaredPath = { text: '$.a', line: 1, find: () => [{ value, path: 'a' }] };
  const declared = {
    resource: 'things',
    group: 'a.b',
    version: 'v1',
    images: [path],
    imageStreamTags: [path],
    line: 1,
  };
  const name = { kind: 'Thing', qualifiedName: 'things.a.b' };
  const reducer = declaredReducer(name, declared, { objects: 0, values: new Map() });
  return reducer({ metadata: { name: 'one', namespace: 'ns' } }).references;
}

test('a value of any type and depth keeps what its texts may mean, and is reported once per way to read it', () => {
  let deep: unknown = 'deep/app';
  for (let level = 0; level < 50_000; level++) deep = level % 2 === 0 ? [deep] : { 'ns/key': deep };
  expect(reduce(deep)).toEqual([
    expect.objectContaining({
      form: 'unreadable',
      text: 'deep/app',
      problem: expect.stringContaining('an object, not'),
    }),
  ]);
  const many = Array.from({ length: 1000 }, (_, at) => `ns/app${at}`);
  const references = reduce(many);
  expect(references).toHaveLength(101);
  expect(references.filter(({ problem }) => problem !== undefined)).toHaveLength(1);
  for (const text of many) expect(references.some((one) => one.text.split('\n').includes(text))).toBe(true);
});

test.each([null, undefined, '', '  ', {}, [], true])('the value %p names no image', (value) => {
  expect(reduce(value).filter(({ form, text }) => form !== 'unreadable' || /\S{5}/.test(text))).toEqual([]);
});

test('a placeholder, a digest alone and a scheme are read', () => {
  expect(reduce('oci://host.example.com/ns/app:v1')[0]).toMatchObject({
    form: 'pull-spec',
    text: 'host.example.com/ns/app:v1',
  });
  expect(reduce(`sha256:${'a'.repeat(64)}`)[0]).toMatchObject({ form: 'digest' });
  expect(reduce('ns/app-${X}:latest')).toEqual([
    expect.objectContaining({ form: 'unreadable', text: 'ns/app-${X}:latest' }),
  ]);
});
