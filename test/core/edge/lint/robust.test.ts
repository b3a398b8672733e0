import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { lint } from '../../../../src/core/edge/lint/lint.js';
import { toIgnition } from '../../../../src/core/edge/ignition/translate.js';
import { readButane } from '../../../../src/core/edge/butane/read.js';
import { renderAll } from '../../../../src/core/edge/render/render.js';
import { RegadmError } from '../../../../src/core/model/errors.js';
import { REGISTRY_BUTANE } from '../../../support/edge-builders.js';

const storage = readButane('storage.bu', REGISTRY_BUTANE);
const volume = () => ({ path: '/var/imageregistry', size: '100Gi' });
const texts = new Map([
  ['storage.bu', REGISTRY_BUTANE],
  ...renderAll({ storage, volume, site: { cluster: 'sno', node: 'n1' } }),
]);
const diskPartition = {
  spec: {
    clusters: [
      { nodes: [{ diskPartition: [{ device: '/dev/sda', partitions: [{ mount_point: '/a', size: 1, start: 1 }] }] }] },
    ],
  },
};
const documents = [
  ...[...texts].map(([name, text]) => ({ name, value: parse(text) as unknown })),
  { name: 'old.yaml', value: diskPartition },
];

/** Lists the paths of all values in a value. */
function pathsOf(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [path];
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return [path, ...keys.flatMap((key) => pathsOf((value as Record<string | number, unknown>)[key], [...path, key]))];
}

function replaced(value: unknown, [key, ...rest]: (string | number)[], by: unknown): unknown {
  if (key === undefined) return by;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string | number, unknown>;
  if (rest.length === 0 && by === undefined) delete copy[key];
  else copy[key] = replaced(copy[key], rest, by);
  return copy;
}

const junk = fc.constantFrom<unknown>(
  undefined,
  null,
  '',
  'x',
  0,
  -1,
  1.5,
  true,
  [],
  [null],
  {},
  { a: 1 },
  [[1]],
  '{',
  '{"ignition":{"version":"3.2.0"},"storage":{"disks":[null]}}',
  '[]',
);
const change = fc.constantFrom(
  ...documents.flatMap(({ name, value }) => pathsOf(value).map((path) => ({ name, path }))),
);

test('lints any file without a crash', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(change, junk), { minLength: 1, maxLength: 3 }), (changes) => {
      const files = documents.map(({ name, value }) => {
        const own = changes.filter(([{ name: changed }]) => changed === name);
        const changed = own.slice(0, 1).reduce((result, [{ path }, by]) => replaced(result, path, by), value);
        return { name, text: stringify(changed ?? null) };
      });
      for (const { line, remedy } of lint(files)) expect([line > 0, remedy !== '']).toEqual([true, true]);
    }),
    { numRuns: 150, seed: 3 },
  );
});

test('translates or refuses any Butane file without a crash', () => {
  const value = parse(REGISTRY_BUTANE) as unknown;
  const paths = pathsOf(value);
  fc.assert(
    fc.property(fc.constantFrom(...paths), junk, (path, by) => {
      const text = stringify(replaced(value, path, by) ?? null);
      try {
        expect(toIgnition(readButane('x', text)).ignition).toEqual({ version: '3.2.0' });
      } catch (error) {
        if (!(error instanceof RegadmError)) throw error;
        expect(error.message).toMatch(/^x(:\d+)?: /);
      }
    }),
    { numRuns: 500, seed: 5 },
  );
});
