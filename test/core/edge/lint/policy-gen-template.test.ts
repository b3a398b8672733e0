import { collectFacts } from '../../../../src/core/edge/lint/collect.js';
import type { ObjectFacts } from '../../../../src/core/edge/lint/facts.js';

const VOLUME = `apiVersion: v1
kind: PersistentVolume
metadata:
  name: images
  labels: { pool: $mcp, site: $site }
spec:
  capacity: { storage: 100Gi }
  accessModes: [ReadWriteOnce]
  storageClassName: $class
  volumeMode: ""
  local: { path: /var/images }
`;

/** The volume as a PolicyGenTemplate applies it; `entry` and `spec` are lines of YAML. */
function volumesOf({ entry = '', spec = '', volume = VOLUME } = {}): ObjectFacts[] {
  const indented = (text: string, spaces: number): string => text.replace(/^(?=.)/gm, ' '.repeat(spaces));
  const text = `kind: PolicyGenTemplate\nspec:\n${indented(spec, 2)}  sourceFiles:\n    - fileName: Volume.yaml\n${indented(entry, 6)}`;
  const files = [
    { name: 'policies.yaml', text },
    { name: 'source-crs/Volume.yaml', text: volume },
  ];
  return collectFacts(files).facts.objects;
}

test('removes fields of the source file that only an entry can set', () => {
  const [volume] = volumesOf();
  expect(volume!.get(['spec', 'storageClassName'])).toBeUndefined();
  expect(volume!.get(['spec'])).toEqual({
    capacity: { storage: '100Gi' },
    accessModes: ['ReadWriteOnce'],
    local: { path: '/var/images' },
  });
  expect(volumesOf({ entry: 'spec: { storageClassName: fast }\n' })[0]!.get(['spec', 'storageClassName'])).toBe('fast');
});

test('fills in the machine config pool', () => {
  expect(volumesOf({ spec: 'mcp: worker\n' })[0]!.get(['metadata', 'labels'])).toEqual({ pool: 'worker' });
  expect(volumesOf()[0]!.get(['metadata', 'labels', 'pool'])).toBeUndefined();
});

test('merges maps and replaces lists; null changes nothing', () => {
  const [volume] = volumesOf({
    entry: 'metadata: { labels: { zone: a } }\nspec:\n  accessModes: [ReadWriteMany]\n  local: null\n  capacity: {}\n',
  });
  expect(volume!.get(['spec', 'accessModes'])).toEqual(['ReadWriteMany']);
  expect(volume!.at(['spec', 'accessModes'])).toEqual({ file: 'policies.yaml', line: 7 });
  expect(volume!.get(['spec', 'local', 'path'])).toBe('/var/images');
  expect(volume!.at(['spec', 'local', 'path'])).toEqual({ file: 'source-crs/Volume.yaml', line: 11 });
  expect(volume!.get(['spec', 'capacity', 'storage'])).toBe('100Gi');
  expect(volume!.get(['metadata', 'name'])).toBe('images');
});

test('ignores fields of an entry that do not belong to an object', () => {
  const [volume] = volumesOf({ entry: 'kind: Secret\nprovisioner: a\npolicyName: b\n' });
  expect(volume!.kind).toBe('PersistentVolume');
  expect(Object.keys(volume!.get([]) as object)).toEqual(['apiVersion', 'kind', 'metadata', 'spec']);
});

test('changes all objects of a source file', () => {
  const volumes = volumesOf({
    volume: `${VOLUME}---\n${VOLUME}---\nkind: Secret\n`,
    entry: 'metadata: { name: both }\n',
  });
  expect(volumes.map((volume) => volume.get(['metadata', 'name']))).toEqual(['both', 'both']);
});

test.each([
  ['the entry', 'complianceType: a\n', 'complianceType: b\n', 'b', 5],
  ['spec', 'complianceType: a\n', '', 'a', 3],
  ['nothing', '', '', undefined, 4],
])('takes complianceType from %s', (_source, spec, entry, value, line) => {
  const { complianceType } = volumesOf({ spec, entry })[0]!.policy!;
  expect(complianceType.value).toBe(value);
  if (value) expect(complianceType.at.line).toBe(line + (entry ? 1 : 0));
});
