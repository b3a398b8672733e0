import { collectFacts } from '../../../../src/core/edge/lint/collect.js';
import { lint } from '../../../../src/core/edge/lint/lint.js';
import type { SourceFile } from '../../../../src/core/edge/lint/sources/parse-files.js';

const WAVE = 'ran.openshift.io/ztp-deploy-wave';
const CONFIG = (annotations = ''): SourceFile => ({
  name: 'source-crs/Config.yaml',
  text: `apiVersion: imageregistry.operator.openshift.io/v1
kind: Config
metadata: { name: cluster, annotations: { ${annotations} } }
spec: { storage: {} }
`,
});
const generator = (policy: string, defaults = ''): SourceFile => ({
  name: 'policies.yaml',
  text: `kind: PolicyGenerator
policyDefaults: { ${defaults} }
policies:
  - name: registry
    ${policy}
    manifests:
      - path: source-crs/Config.yaml
      - path: source-crs/Missing.yaml
`,
});
const named = (rule: string, ...files: SourceFile[]): string[] =>
  lint(files)
    .filter((finding) => finding.rule === rule)
    .map(({ severity, line, message }) => `${line}: ${severity}: ${message}`);

describe('a wave in policyAnnotations', () => {
  test.each(['10', '"10"'])('can be %s: the generator makes a string of it', (wave) => {
    const policies = generator(`policyAnnotations: { ${WAVE}: ${wave} }`);
    const [config] = collectFacts([policies, CONFIG()]).facts.objects;
    expect(config!.policy!.wave.value).toBe('10');
    expect(named('wave', policies, CONFIG())).toEqual([]);
  });

  test('must be a number, and in an object also a string', () => {
    const policies = generator(`policyAnnotations: { ${WAVE}: late }`);
    expect(named('wave', policies, CONFIG())).toEqual([expect.stringMatching(/^5: error: the wave "late" is not/)]);
    const own = named('wave', generator('severity: low'), CONFIG(`${WAVE}: 10`));
    expect(own).toEqual([expect.stringMatching(/^3: error: the wave 10 is not/)]);
    const entry = `{ fileName: Config.yaml, metadata: { annotations: { ${WAVE}: 10 } } }`;
    const template = { name: 'policies.yaml', text: `kind: PolicyGenTemplate\nspec: { sourceFiles: [${entry}] }\n` };
    expect(named('wave', template, CONFIG())).toEqual([expect.stringMatching(/^2: error: the wave 10 is not/)]);
  });
});

describe('a disabled policy', () => {
  const wrong = 'complianceType: mustonlyhave';

  test.each([
    ['itself', 'disabled: true', ''],
    ['by policyDefaults', wrong, 'disabled: true'],
    ['by policyDefaults, and null itself', 'disabled: null', 'disabled: true'],
  ])('applies nothing: %s', (_where, policy, defaults) => {
    const files = [generator(policy, defaults), CONFIG()];
    const { facts, unused } = collectFacts(files);
    expect([facts.objects, unused, lint(files)]).toEqual([[], ['source-crs/Config.yaml'], []]);
  });

  test('can be enabled again', () => {
    const files = [generator('disabled: false', 'disabled: true'), CONFIG()];
    expect(collectFacts(files)).toMatchObject({ facts: { objects: [{ kind: 'Config' }] }, unused: [] });
    expect(named('source-file', ...files)).toHaveLength(1);
  });
});

describe('metadataComplianceType', () => {
  const removed = (line: number): RegExp =>
    new RegExp(
      `^${line}: error: source-crs/Config.yaml is applied with the metadataComplianceType mustonlyhave, which`,
    );

  test.each([
    ['a policy', 'metadataComplianceType: mustonlyhave', '', 5],
    ['policyDefaults', 'severity: low', 'metadataComplianceType: MustOnlyHave', 2],
  ])('must not be mustonlyhave in %s', (_where, policy, defaults, line) => {
    expect(named('compliance-type', generator(policy, defaults), CONFIG())).toEqual([
      expect.stringMatching(removed(line)),
    ]);
  });

  test('can be musthave in a manifest, and has no other values', () => {
    const [policies] = [generator('severity: low', 'metadataComplianceType: mustonlyhave')];
    const own = (value: string): SourceFile => ({
      ...policies,
      text: policies.text.replace('Config.yaml\n', `Config.yaml\n        metadataComplianceType: ${value}\n`),
    });
    expect(named('compliance-type', own('musthave'), CONFIG())).toEqual([]);
    expect(named('compliance-type', own('mustnothave'), CONFIG())).toEqual([
      '8: error: metadataComplianceType mustnothave is not one of musthave, mustonlyhave',
    ]);
  });
});
