import { collectFacts } from '../../../../src/core/edge/lint/collect.js';
import type { ObjectFacts } from '../../../../src/core/edge/lint/facts.js';
import { lint } from '../../../../src/core/edge/lint/lint.js';
import type { SourceFile } from '../../../../src/core/edge/lint/sources/parse-files.js';

const WAVE = 'ran.openshift.io/ztp-deploy-wave';
const CLAIM = `apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: data
  namespace: default
  labels: { tier: gold, site: north }
  annotations: { ${WAVE}: "7" }
spec:
  accessModes: [ReadWriteOnce]
  resources: { requests: { storage: 1Gi } }
  storageClassName: fast
`;

/** A PolicyGenerator with one policy; `policy` and `manifest` are lines of YAML. */
function generator({ defaults = '', policy = '', manifest = '' } = {}): SourceFile {
  const indented = (text: string, spaces: number): string => text.replace(/^(?=.)/gm, ' '.repeat(spaces));
  return {
    name: 'policies.yaml',
    text: `kind: PolicyGenerator
policyDefaults:
  namespace: ztp
${indented(defaults, 2)}
policies:
  - name: storage
${indented(policy, 4)}
    manifests:
      - path: source-crs/Claim.yaml
${indented(manifest, 8)}
`,
  };
}

function claimOf(policies: SourceFile, claim = CLAIM): ObjectFacts {
  const [object] = collectFacts([policies, { name: 'source-crs/Claim.yaml', text: claim }]).facts.objects;
  return object!;
}

describe('patches', () => {
  const patched = (patches: string): ObjectFacts => claimOf(generator({ manifest: `patches:\n${patches}` }));

  test('change nothing if the list is empty', () => {
    const claim = claimOf(generator());
    expect(claim.fileName).toBe('source-crs/Claim.yaml');
    expect(claim.get(['spec', 'storageClassName'])).toBe('fast');
    expect(claim.at(['spec', 'storageClassName'])).toEqual({ file: 'source-crs/Claim.yaml', line: 11 });
    expect(claim.at(['spec', 'volumeMode'])).toEqual({ file: 'policies.yaml', line: 9 });
    expect(claim.isPublished(['spec', 'volumeMode'])).toBe(false);
  });

  test('merge maps, replace lists, and rename the object', () => {
    const claim = patched(
      '  - metadata: { name: images, labels: { site: south } }\n    spec: { accessModes: [ReadWriteMany] }\n',
    );
    expect(claim.get(['metadata', 'labels'])).toEqual({ tier: 'gold', site: 'south' });
    expect(claim.get(['metadata', 'name'])).toBe('images');
    expect(claim.get(['metadata', 'namespace'])).toBe('default');
    expect(claim.get(['spec'])).toEqual({
      accessModes: ['ReadWriteMany'],
      resources: { requests: { storage: '1Gi' } },
      storageClassName: 'fast',
    });
    expect(claim.at(['spec', 'accessModes'])).toEqual({ file: 'policies.yaml', line: 12 });
    expect(claim.at(['spec', 'resources', 'requests', 'storage'])).toMatchObject({ file: 'source-crs/Claim.yaml' });
  });

  test('apply in their order', () => {
    const claim = patched(
      '  - spec: { storageClassName: a, volumeMode: Block }\n  - spec:\n      storageClassName: b\n',
    );
    expect([claim.get(['spec', 'storageClassName']), claim.get(['spec', 'volumeMode'])]).toEqual(['b', 'Block']);
    expect([claim.at(['spec', 'storageClassName']).line, claim.at(['spec', 'volumeMode']).line]).toEqual([13, 11]);
  });

  test('delete a field with null, and set it again', () => {
    const deleted = patched('  - spec: { storageClassName: null, resources: null }\n');
    expect(deleted.get(['spec', 'storageClassName'])).toBeUndefined();
    expect(deleted.get(['spec', 'resources', 'requests', 'storage'])).toBeUndefined();
    expect(deleted.get(['spec'])).toEqual({ accessModes: ['ReadWriteOnce'] });
    const again = patched('  - spec: { resources: null }\n  - spec: { resources: { limits: { storage: 2Gi } } }\n');
    expect(again.get(['spec', 'resources'])).toEqual({ limits: { storage: '2Gi' } });
    expect(again.get(['spec', 'resources', 'requests', 'storage'])).toBeUndefined();
  });

  test('delete and replace maps with $patch', () => {
    const replaced = patched('  - metadata: { labels: { $patch: replace, site: west } }\n');
    expect(replaced.get(['metadata', 'labels'])).toEqual({ site: 'west' });
    expect(replaced.get(['metadata', 'labels', 'tier'])).toBeUndefined();
    const deleted = patched('  - metadata: { annotations: { $patch: delete } }\n');
    expect(deleted.get(['metadata', 'annotations', WAVE])).toBeUndefined();
    expect(deleted.get(['metadata'])).toEqual({
      name: 'data',
      namespace: 'default',
      labels: { tier: 'gold', site: 'north' },
    });
  });

  test('delete the object with $patch', () => {
    expect(patched('  - $patch: delete\n')).toBeUndefined();
  });

  test('know no inherited keys', () => {
    const claim = patched('  - metadata: { labels: { __proto__: { a: b }, constructor: c } }\n');
    expect(Object.keys(claim.get(['metadata', 'labels']) as object).sort()).toEqual([
      '__proto__',
      'constructor',
      'site',
      'tier',
    ]);
    expect(claim.get(['metadata', 'labels', 'a'])).toBeUndefined();
    expect(claimOf(generator()).get(['metadata', 'labels', 'constructor'])).toBeUndefined();
  });
});

describe('a manifest with several objects', () => {
  const both = `${CLAIM}---\n${CLAIM.replace('name: data', 'name: logs')}`;
  const patch = (name: string): string =>
    `patches:\n  - apiVersion: v1\n    kind: PersistentVolumeClaim\n    metadata: { name: ${name} }\n    spec: { storageClassName: slow }\n`;

  test('is patched where apiVersion, kind and name match', () => {
    const files = [generator({ manifest: patch('logs') }), { name: 'source-crs/Claim.yaml', text: both }];
    const { objects } = collectFacts(files).facts;
    expect(
      objects.map((object) => [object.get(['metadata', 'name']), object.get(['spec', 'storageClassName'])]),
    ).toEqual([
      ['data', 'fast'],
      ['logs', 'slow'],
    ]);
    expect(lint(files)).toEqual([]);
  });

  test.each([
    ['another name', patch('other'), 11],
    ['no name', 'patches:\n  - spec: { storageClassName: slow }\n', 11],
  ])('has no patch with %s', (_what, manifest, line) => {
    const files = [generator({ manifest }), { name: 'source-crs/Claim.yaml', text: both }];
    expect(lint(files)).toMatchObject([
      {
        file: 'policies.yaml',
        line,
        rule: 'patch',
        severity: 'error',
        message: 'policies[0].manifests[0].patches[0] selects none of the 2 objects of source-crs/Claim.yaml',
      },
    ]);
  });
});

describe('the wave', () => {
  const own = `policyAnnotations: { ${WAVE}: "20" }\n`;
  const defaults = `policyAnnotations: { ${WAVE}: "30" }\n`;

  test.each([
    ['of the source file', {}, '7', { file: 'source-crs/Claim.yaml', line: 7 }],
    ['of policyDefaults', { defaults }, '30', { file: 'policies.yaml', line: 4 }],
    ['of the policy', { defaults, policy: own }, '20', { file: 'policies.yaml', line: 8 }],
    [
      'of the source file, if the policy has other annotations',
      { defaults, policy: 'policyAnnotations: { a: b }\n' },
      '7',
      { file: 'source-crs/Claim.yaml', line: 7 },
    ],
    [
      'of the source file, if the policy has no annotations',
      { defaults, policy: 'policyAnnotations: {}\n' },
      '7',
      { file: 'source-crs/Claim.yaml', line: 7 },
    ],
    [
      'of policyDefaults, if those of the policy are null',
      { defaults, policy: 'policyAnnotations:\n' },
      '30',
      { file: 'policies.yaml', line: 4 },
    ],
    [
      'of a patch',
      { manifest: `patches: [{ metadata: { annotations: { ${WAVE}: "40" } } }]\n` },
      '40',
      { file: 'policies.yaml', line: 10 },
    ],
  ])('is that %s', (_source, parts, value, at) => {
    expect(claimOf(generator(parts)).policy?.wave).toEqual({ value, at });
  });
});

describe('complianceType', () => {
  const line = (type: string): string => `complianceType: ${type}\n`;

  test.each([
    ['nothing', {}, undefined, 9],
    ['policyDefaults', { defaults: line('a') }, 'a', 4],
    ['the policy', { defaults: line('a'), policy: line('b') }, 'b', 8],
    ['the manifest', { defaults: line('a'), policy: line('b'), manifest: line('c') }, 'c', 12],
    ['the policy, if that of the manifest is empty', { policy: line('b'), manifest: line('""') }, 'b', 7],
  ])('is set by %s', (_source, parts, value, number) => {
    const { complianceType } = claimOf(generator(parts)).policy!;
    expect(complianceType.value).toBe(value);
    expect(complianceType.at.file).toBe('policies.yaml');
    if (value !== undefined) expect(complianceType.at.line).toBe(number);
  });
});
