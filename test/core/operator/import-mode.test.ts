import { importModeOf } from '../../../src/core/operator/import-mode.js';
import { registryFacts } from '../../../src/core/status/output/registry-facts.js';

const imageConfig = (spec: object, status: object) => ({ metadata: { name: 'cluster' }, spec, status }) as never;

test.each([
  [
    'the status states the mode in effect',
    { imageStreamImportMode: 'Legacy' },
    { imageStreamImportMode: 'PreserveOriginal' },
    'PreserveOriginal',
  ],
  [
    'an older cluster states it only in its spec',
    { imageStreamImportMode: 'PreserveOriginal' },
    {},
    'PreserveOriginal',
  ],
  ['an empty mode states nothing', { imageStreamImportMode: '' }, { imageStreamImportMode: '' }, undefined],
  ['a cluster without modes', {}, {}, undefined],
])('%s', (_what, spec, status, mode) => {
  expect(importModeOf(imageConfig(spec, status))).toBe(mode);
});

test('without a config, the mode is unknown', () => {
  expect(importModeOf(undefined)).toBeUndefined();
});

test('registry status shows the mode', () => {
  expect(registryFacts({ imageStreamImportMode: 'PreserveOriginal', unavailable: [] })).toEqual([
    ['import mode', 'PreserveOriginal'],
  ]);
});
