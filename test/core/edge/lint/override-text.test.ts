import { readButane } from '../../../../src/core/edge/butane/read.js';
import { lint } from '../../../../src/core/edge/lint/lint.js';
import { parseOverride } from '../../../../src/core/edge/lint/override/read-override.js';
import { renderAll } from '../../../../src/core/edge/render/render.js';
import { REGISTRY_BUTANE } from '../../../support/edge-builders.js';

const volume = () => ({ path: '/var/imageregistry', size: '100Gi' });
const storage = readButane('storage.bu', REGISTRY_BUTANE);
const files = renderAll({ storage, volume, site: { cluster: 'sno', node: 'n1' } });
const OVERRIDE = JSON.stringify(JSON.parse(files.get('ignition.json')!), null, 2);

/** Makes a ClusterInstance; the override starts in line 6, or in line 5 without a block. */
function instance(override: string, style: string): string {
  const text = style.startsWith('"') ? JSON.stringify(override) : style === "'" ? `'${override}'` : override;
  const value = text.replace(/\n/g, '\n        ');
  const key = 'kind: ClusterInstance\nspec:\n  nodes:\n    - hostName: n1\n      ignitionConfigOverride:';
  return /^[|>]/.test(style) ? `${key} ${style}\n        ${value}\n` : `${key} ${value}\n`;
}

function found(text: string): string[] {
  return lint([{ name: 'site.yaml', text }]).map(({ line, rule, message }) => `${line}: ${rule}: ${message}`);
}

const SECRET = '$6$S3cr3tSalt';

test.each([
  `{"ignition":{"version":"3.2.0"},"passwd":{"users":[{"passwordHash":${SECRET}"}]}}`,
  SECRET,
  `{"a":"${SECRET}`,
  `{"a":"${SECRET}\u0007"}`,
  `{"${SECRET}"}`,
  `{"a":1}${SECRET}`,
  `["${SECRET}" 1]`,
])('prints no part of %j', (override) => {
  const messages = found(instance(override, '|-'));
  expect(messages).toEqual([expect.stringContaining('not valid JSON at ')]);
  expect(messages.join()).not.toMatch(/S3cr3t|\$6/);
  expect(parseOverride(override).problems).toEqual([expect.stringMatching(/^not valid JSON at character \d+$/)]);
});

test.each(['{"a": "x"}S3cr3t', 'a: |S3cr3t\n x\n', 'a:\n- b\n}S3cr3t', '{"a": "b" "S3cr3t"}'])(
  'prints no part of the file %j, which is not YAML',
  (text) => {
    const messages = found(text).join();
    expect(messages).toContain('not valid YAML');
    expect(messages).not.toContain('S3cr3t');
  },
);

test('names the place where the text is not JSON', () => {
  const broken = OVERRIDE.replace('"sizeMiB":', '"sizeMiB"');
  const line = broken.slice(0, broken.indexOf('"sizeMiB"')).split('\n').length;
  expect(found(instance(broken, '|'))).toEqual([
    `${line + 5}: ignition: spec.nodes[0].ignitionConfigOverride: not valid JSON at its line ${line}, character 23`,
  ]);
});

test.each(['|', '|-', '>-', "'"])('locates a value in an override that is written as %s', (style) => {
  const changed = OVERRIDE.replace('/dev/disk/by-id/wwn-0x6b07', '/dev/sda');
  const line = changed.slice(0, changed.indexOf('"/dev/sda"')).split('\n').length;
  const before = /^[|>]/.test(style) ? 5 : 4;
  expect(found(instance(changed, style))).toEqual([expect.stringMatching(`^${line + before}: device-name: /dev/sda`)]);
});

test('locates a value in an override with escapes at the beginning', () => {
  const changed = OVERRIDE.replace('/dev/disk/by-id/wwn-0x6b07', '/dev/sda');
  expect(found(instance(changed, '"'))).toEqual([expect.stringMatching('^5: device-name: /dev/sda')]);
});

describe.each(['"{{hub .x hub}}"', '{{hub .x hub}}', '{{hub fromConfigMap "" "a" "b" hub}}'])(
  'with a size that is %s',
  (size) => {
    const unknown = OVERRIDE.replace('102500', size);
    const warning = expect.stringContaining('filled-in');

    test.each([
      ['/dev/disk/by-id/wwn-0x6b07', '/dev/sda', 'device-name'],
      ['"label": "var-imageregistry"', '"label": "other"', 'partition-label'],
      ['"name": "var-imageregistry.mount"', '"name": "other.mount"', 'mount-unit'],
      ['"startMiB": 250000', '"startMiB": 100', 'partition-start'],
      ['"format": "xfs"', '"format": "zfs"', 'ignition'],
    ])('still finds %j written as %j', (text, instead, rule) => {
      if (size.includes('""') && rule === 'ignition') return;
      expect(unknown).toContain(text);
      const rules = found(instance(unknown.replace(text, instead), '|'));
      expect(rules.filter((each) => !each.includes('filled-in'))).toEqual([expect.stringContaining(` ${rule}: `)]);
    });

    test('finds nothing else, and locates the value', () => {
      const line = OVERRIDE.slice(0, OVERRIDE.indexOf('102500')).split('\n').length + 5;
      expect(found(instance(unknown, '|'))).toEqual([warning]);
      expect(found(instance(unknown, '|'))[0]).toMatch(new RegExp(`^${line}: `));
    });
  },
);

test.each([
  ['size_mib: 102500', "size_mib: '{{ .x }}'"],
  ['start_mib: 250000', 'start_mib: {{ .x }}'],
  ['wipe_table: false', "wipe_table: '{{ .x }}'"],
  ['wipe_filesystem: true', 'wipe_filesystem: {{ .x }}'],
])('checks the other values of a Butane file with %j as %j', (text, instead) => {
  const unknown = REGISTRY_BUTANE.replace(text, instead);
  const line = unknown.slice(0, unknown.indexOf(instead)).split('\n').length;
  const rules = (butane: string) => lint([{ name: 'b.bu', text: butane }]).map((each) => `${each.line}: ${each.rule}`);
  if (/_mib/.test(text)) expect(rules(unknown)).toEqual([`${line}: filled-in`]);
  expect(rules(unknown.replace('/dev/disk/by-id/wwn-0x6b07', '/dev/sda'))).toContain('5: device-name');
  expect(rules(unknown.replace('label: var', 'label: v'))).toContain('13: partition-label');
});
