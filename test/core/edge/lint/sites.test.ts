import { lint } from '../../../../src/core/edge/lint/lint.js';
import { policyGenTemplate, policyGenerator, registryEntries, type Entry } from '../../../support/edge-policies.js';

/** The entries of a site with another claim name or size. */
function site(name: string, size = '100Gi'): Entry[] {
  const text = JSON.stringify(registryEntries()).replaceAll('image-registry-pvc', name);
  return JSON.parse(text.replace('"storage":"100Gi"', `"storage":"${size}"`)) as Entry[];
}

describe.each([
  ['PolicyGenerator', policyGenerator],
  ['PolicyGenTemplate', policyGenTemplate],
])('the files of two sites, each a %s', (_form, write) => {
  const found = (...sites: Entry[][]): string[] =>
    lint(sites.map((entries, index) => ({ name: `${index}.yaml`, text: write(entries) }))).map(
      ({ file, rule }) => `${file}: ${rule}`,
    );

  test('can have other names and sizes', () => {
    const large = site('b', '1Ti').map((entry) =>
      entry.source.endsWith('PV.yaml') ? { ...entry, patch: { spec: { capacity: { storage: '1Ti' } } } } : entry,
    );
    expect(found(site('a'), large)).toEqual([]);
  });

  test('do not satisfy the claims of each other', () => {
    const large = registryEntries().map((entry) =>
      entry.source.endsWith('PV.yaml') ? { ...entry, patch: { spec: { capacity: { storage: '1Ti' } } } } : entry,
    );
    expect(found(site('a', '500Gi'), large)).toEqual(['0.yaml: claim-size']);
  });

  test('do not define the claims of each other', () => {
    const wrong = site('b').map((entry) => (entry.complianceType ? site('a').at(-1)! : entry));
    expect(found(site('a'), wrong)).toEqual(['1.yaml: claim-name']);
  });

  test('complete each other', () => {
    const [storageClass, claim, volume, config] = site('a');
    expect(found([storageClass!, volume!], [claim!, config!])).toEqual([]);
    expect(found([storageClass!, claim!], [volume!], [config!])).toEqual([]);
  });
});
