import fc from 'fast-check';
import { lint } from '../../../../src/core/edge/lint/lint.js';
import { policyGenTemplate, policyGenerator, registryEntries, type Entry } from '../../../support/edge-policies.js';

const HUB = '{{hub fromConfigMap "" "sites" "value" hub}}';
const text = fc.constantFrom('a', 'image-registry-sc', 'image-registry-pvc', 'openshift-image-registry', HUB);
const size = fc.constantFrom('100Gi', '1Ti', '1Mi', 'lots', 5, HUB);
const modes = fc.constantFrom(['ReadWriteMany'], ['ReadWriteOnce'], HUB);
const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
const patch = fc.record(
  {
    metadata: fc.record({ name: text, namespace: text }, { requiredKeys: [] }),
    spec: fc.record(
      {
        accessModes: modes,
        capacity: fc.record({ storage: size }),
        local: fc.record({ path: fc.constantFrom('/var/imageregistry', '/var/other', HUB) }),
        resources: fc.record({ requests: fc.record({ storage: size }) }),
        storage: fc.record({ pvc: fc.record({ claim: text }) }),
        storageClassName: text,
        volumeMode: fc.constantFrom('Filesystem', 'Block', HUB),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);
const source = fc.constantFrom(
  ...registryEntries().map((entry) => entry.source),
  'storage-lso/StoragePV.yaml',
  'sriov-operator/SriovNetwork.yaml',
  'storage-lso/Unknown.yaml',
);
const anyEntry: fc.Arbitrary<Entry> = fc.record({
  source,
  patch: optional(patch),
  wave: optional(fc.constantFrom('1', '10', '100', 'late', HUB)),
  complianceType: optional(fc.constantFrom('musthave', 'mustonlyhave', 'mustnothave', 'other', HUB)),
});
const entries = fc.array(
  fc.oneof({ arbitrary: fc.constantFrom(...registryEntries()), weight: 2 }, { arbitrary: anyEntry, weight: 1 }),
  { maxLength: 6 },
);

/** What is found, without what differs between the forms: lines, and the directory in names. */
function found(policies: string): string[] {
  return lint([{ name: 'policies.yaml', text: policies }])
    .map(({ rule, severity, message }) => `${rule}: ${severity}: ${message.replaceAll('source-crs/', '')}`)
    .sort();
}

test('finds the same in a PolicyGenTemplate and in a PolicyGenerator', () => {
  fc.assert(
    fc.property(entries, (all) => {
      expect(found(policyGenerator(all))).toEqual(found(policyGenTemplate(all)));
    }),
    { numRuns: 150, seed: 19 },
  );
});
