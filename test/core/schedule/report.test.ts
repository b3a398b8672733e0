import { effectiveSpec } from '../../../src/core/schedule/report.js';
import { mergePatch } from '../../../src/core/schedule/pruner-spec.js';
import { scheduleHints } from '../../../src/core/schedule/hints.js';

test('settings that are not set have the default of the operator', () => {
  expect(effectiveSpec({ schedule: '', suspend: true })).toMatchObject({
    schedule: '0 0 * * *',
    suspend: true,
    keepTagRevisions: 3,
    keepYoungerThanDuration: '60m',
    resources: { requests: { cpu: '100m', memory: '256Mi' } },
  });
});

test('the older keepYoungerThan counts if the newer setting is missing', () => {
  expect(effectiveSpec({ keepYoungerThan: 3.6e12 }).keepYoungerThanDuration).toBe('3600s');
  expect(effectiveSpec({ keepYoungerThan: 3.6e12, keepYoungerThanDuration: '96h' }).keepYoungerThanDuration).toBe(
    '96h',
  );
});

test('a merge patch replaces and removes values, also nested ones', () => {
  expect(
    mergePatch({ a: 1, b: { c: 2, d: 3 }, e: [1] }, { a: null, b: { c: 4 }, e: [2], f: { g: null, h: 1 } }),
  ).toEqual({
    b: { c: 4, d: 3 },
    e: [2],
    f: { h: 1 },
  });
});

test('only settings that can do harm cause hints', () => {
  expect(scheduleHints(effectiveSpec({}))).toEqual([]);
  expect(scheduleHints({ keepTagRevisions: 0, keepYoungerThanDuration: '59m', suspend: true })).toHaveLength(3);
});
