import { canBeEqual, fieldOf, isFilledIn } from '../../../../src/core/edge/lint/known.js';
import { withoutSlashAtEnd } from '../../../../src/core/edge/text-problems.js';

test.each([
  ['{{hub fromConfigMap "" "sites" "size" hub}}', true],
  ['prefix-{{ .name }}', true],
  [['ReadWriteMany', '{{ mode }}'], true],
  [{ '{ size }': null }, true],
  ['100Gi', false],
  ['{a}', false],
  [{ storage: '{{ size }}' }, false],
  [undefined, false],
  [100, false],
])('takes %j as filled in: %j', (value, expected) => {
  expect(isFilledIn(value)).toBe(expected);
});

test('regards a value that is filled in as possibly equal', () => {
  expect(canBeEqual('a', '{{ b }}')).toBe(true);
  expect(canBeEqual('a', 'b')).toBe(false);
  expect(canBeEqual(undefined, undefined)).toBe(true);
});

test('returns the parent of a field that is filled in as a whole', () => {
  const object = { get: (path: readonly unknown[]) => (path.length === 1 ? '{{hub spec hub}}' : undefined) };
  expect(fieldOf(object, ['spec', 'storageClassName'])).toBe('{{hub spec hub}}');
  expect(fieldOf({ get: () => undefined }, ['spec', 'storageClassName'])).toBeUndefined();
});

test('ignores slashes at the end of a path', () => {
  expect([withoutSlashAtEnd('/a/'), withoutSlashAtEnd('/a//'), withoutSlashAtEnd('/')]).toEqual(['/a', '/a', '/']);
});
