import { readButane } from '../../../../src/core/edge/butane/read.js';
import { parseYaml, tryParseYaml } from '../../../../src/core/edge/files/yaml-document.js';
import { lint } from '../../../../src/core/edge/lint/lint.js';

const parse = (text: string) => parseYaml('a.yaml', text)[0]!;

describe('merge keys', () => {
  const text = `base: &base
  size: 1Gi
  labels: { a: b }
more: &more { size: 2Gi, mode: x }
one: { <<: *base, mode: y }
two:
  size: 3Gi
  <<: [*more, *base]
quoted: { "<<": *base }
`;

  test('merge maps; keys of the map, and of earlier maps, come first', () => {
    const document = parse(text);
    expect(document.value(['one'])).toEqual({ size: '1Gi', labels: { a: 'b' }, mode: 'y' });
    expect(document.value(['two'])).toEqual({ size: '3Gi', labels: { a: 'b' }, mode: 'x' });
    expect(document.value(['one', 'labels', 'a'])).toBe('b');
    expect([document.value(['two', 'size']), document.value(['two', 'mode'])]).toEqual(['3Gi', 'x']);
    expect(document.keys(['two'])).toEqual(['size', 'mode', 'labels']);
    expect(document.value(['two', '<<'])).toBeUndefined();
  });

  test('have the lines of the merged values', () => {
    const document = parse(text);
    expect([document.line(['one', 'size']), document.line(['one', 'mode'])]).toEqual([2, 5]);
  });

  test('do not merge if they are quoted', () => {
    const document = parse(text);
    expect(document.value(['quoted', 'size'])).toBeUndefined();
    expect(document.keys(['quoted'])).toEqual(['<<']);
  });

  test.each([
    ['a: 1\nb: { <<: 2 }', 2, '<< can merge only maps'],
    ['a: &a [1]\nb: { <<: *a }', 2, '<< can merge only maps'],
    ['a: 1\nb: { <<: [{}, x] }', 2, '<< can merge only maps'],
    ['a: &a\n  <<: *a', 2, 'an alias stands for its own parent'],
    ['a: &a\n  b: { <<: *a }', 2, 'an alias stands for its own parent'],
  ])('of %j are refused', (wrong, line, message) => {
    expect(tryParseYaml('a.yaml', wrong)).toMatchObject({
      documents: [],
      problems: [{ line, message: expect.stringContaining(message) as string }],
    });
  });

  test('cannot expand without limit', () => {
    const levels = Array.from({ length: 12 }, (_, level) => {
      const sources = Array.from({ length: 10 }, () => `*l${level}`).join(', ');
      return `l${level + 1}: &l${level + 1} { <<: [${sources}] }\n`;
    });
    const { problems } = tryParseYaml('a.yaml', `l0: &l0 { a: b }\n${levels.join('')}`);
    expect(problems).toMatchObject([{ message: 'not usable YAML: too many maps are merged with <<' }]);
  });
});

test('a Butane file can merge maps', () => {
  const butane = (partitions: string): string => `variant: fcos
version: 1.3.0
storage:
  disks:
    - device: /dev/disk/by-id/a
      partitions:
        - &first { label: one, start_mib: 25000, size_mib: 1000 }
        - { <<: *first, ${partitions} }
`;
  expect(readButane('a.bu', butane('label: two, start_mib: 26000')).disks[0]!.partitions[1]).toMatchObject({
    label: 'two',
    startMiB: 26000,
    sizeMiB: 1000,
  });
  expect(() => readButane('a.bu', butane('label: two, start_mib: 26000').replace('size_mib', 'size'))).toThrow(
    /a\.bu:7: storage\.disks\[0\]\.partitions\[1\]\.size: unknown field/,
  );
});

test.each([
  [
    'PolicyGenerator',
    `kind: PolicyGenerator
defaults: &claim
  path: source-crs/storage-lso/StoragePVC.yaml
  patches:
    - metadata: { name: image-registry-pvc, namespace: openshift-image-registry }
      spec: { accessModes: [ReadWriteMany], resources: { requests: { storage: 500Gi } }, storageClassName: image-registry-sc }
policies:
  - name: registry
    manifests:
      - { <<: *claim }
      - { path: source-crs/image-registry/ImageRegistryPV.yaml }
`,
    6,
  ],
  [
    'PolicyGenTemplate',
    `kind: PolicyGenTemplate
defaults: &claim
  fileName: StoragePVC.yaml
  metadata: { name: image-registry-pvc, namespace: openshift-image-registry }
  spec: { accessModes: [ReadWriteMany], resources: { requests: { storage: 500Gi } }, storageClassName: image-registry-sc }
spec:
  sourceFiles:
    - <<: *claim
    - fileName: ImageRegistryPV.yaml
`,
    5,
  ],
  [
    'plain object',
    `apiVersion: v1
kind: PersistentVolume
metadata: { name: image-registry-pv-filesystem }
spec: &spec { capacity: { storage: 100Gi }, accessModes: [ReadWriteMany], storageClassName: image-registry-sc, local: { path: /var/imageregistry } }
claim: &claim
  <<: *spec
  resources: { requests: { storage: 500Gi } }
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: image-registry-pvc, namespace: openshift-image-registry }
spec:
  <<: { accessModes: [ReadWriteMany], storageClassName: image-registry-sc }
  resources: { requests: { storage: 500Gi } }
`,
    14,
  ],
])('edge lint reads what a %s merges', (_form, text, line) => {
  const findings = lint([{ name: 'a.yaml', text }]);
  expect(findings.map((finding) => [finding.line, finding.rule])).toEqual([[line, 'claim-size']]);
});
