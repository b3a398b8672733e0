import { parse, stringify } from 'yaml';
import { lint } from '../../../../src/core/edge/lint/lint.js';
import { renderAll } from '../../../../src/core/edge/render/render.js';
import { readButane } from '../../../../src/core/edge/butane/read.js';
import { REGISTRY_BUTANE, REGISTRY_DISK_PARTITION } from '../../../support/edge-builders.js';

const HUB = '{{hub fromConfigMap "" "sites" .ManagedClusterName hub}}';
const PLAN = 'storage.bu';

/** The Butane file, the SiteConfig that was rendered from it, and the policies for its volume. */
function site(): Map<string, string> {
  const storage = readButane(PLAN, REGISTRY_BUTANE);
  const volume = () => ({ path: '/var/imageregistry', size: '100Gi' });
  const all = renderAll({ storage, volume, site: { cluster: 'sno', node: 'n1' } });
  const names = ['siteconfig.yaml', 'clusterinstance.yaml', 'policygentemplate.yaml'];
  return new Map([[PLAN, REGISTRY_BUTANE], ...names.map((name) => [name, all.get(name)!] as const)]);
}

/** Lints the site with changed files. */
function findings(changes: Record<string, (text: string) => string>): string[] {
  const files = [...site()].map(([name, text]) => ({ name, text: changes[name]?.(text) ?? text }));
  return lint(files).map(({ file, rule, severity }) => `${file}: ${severity}: ${rule}`);
}

const replace = (text: string, instead: string) => (content: string) => {
  expect(content).toContain(text);
  return content.replaceAll(text, instead);
};

test.each([
  ['/dev/disk/by-id/wwn-0x6b07', HUB],
  ['/dev/disk/by-id/wwn-0x6b07', '/dev/disk/by-path/{{ .disk }}'],
  ['"label":"var-imageregistry"', '"label":"{{ .label }}"'],
  ['/dev/disk/by-partlabel/var-imageregistry', '/dev/disk/by-partlabel/{{ .label }}'],
  ['"path":"/var/imageregistry"', '"path":"{{ .path }}"'],
  ['"startMiB":250000', '"startMiB":{{ .start }}'],
  ['"sizeMiB":102500', '"sizeMiB":"{{ .size }}"'],
  ['"format":"xfs"', '"format":"{{ .format }}"'],
  ['var-imageregistry.mount', '{{ .unit }}.mount'],
])('does not compare %s of an override written as %s', (text, instead) => {
  expect(findings({ 'siteconfig.yaml': replace(text, instead) })).toEqual(['siteconfig.yaml: warning: filled-in']);
});

test.each([`'${HUB}'`, '{{ .override }}', '"{{ .override }}"'])('does not check an override that is %s', (override) => {
  const text = `spec:\n  nodes:\n    - hostName: n1\n      ignitionConfigOverride: ${override}\n`;
  expect(findings({ 'clusterinstance.yaml': () => text })).toEqual(['clusterinstance.yaml: warning: filled-in']);
});

test('an override that the hub fills in can mount the path of the volume', () => {
  const text = `spec:\n  nodes:\n    - ignitionConfigOverride: '${HUB}'\n`;
  const overlay = { name: 'policygentemplate.yaml', text: site().get('policygentemplate.yaml')! };
  const other = REGISTRY_BUTANE.replaceAll('imageregistry', 'other');
  const rules = (files: { name: string; text: string }[]) => lint(files).map(({ rule }) => rule);
  expect(rules([{ name: PLAN, text: other }, overlay])).toEqual(['volume-path']);
  expect(rules([{ name: PLAN, text: other }, { name: 'site.yaml', text }, overlay])).toEqual(['filled-in']);
});

test('still checks everything else', () => {
  const changed = (text: string) =>
    replace('prjquota', 'noatime')(replace('/dev/disk/by-id/wwn-0x6b07', '{{hub .disk hub}}')(text));
  expect(findings({ 'siteconfig.yaml': changed })).toEqual([
    'siteconfig.yaml: warning: filled-in',
    'siteconfig.yaml: error: override-differs',
  ]);
});

test.each([
  ['start_mib: 250000', "start_mib: '{{ .start }}'"],
  ['/dev/disk/by-id/wwn-0x6b07', "'{{ .disk }}'"],
  ['label: var-imageregistry', "label: '{{ .label }}'"],
  ['- path: /var/imageregistry', "- path: '{{ .path }}'"],
])('does not compare %s of a Butane file written as %s', (text, instead) => {
  expect(findings({ [PLAN]: replace(text, instead) })).toEqual([`${PLAN}: warning: filled-in`]);
});

/** Replaces a section of a configuration by a template. @param path in the configuration */
function withSection(path: (string | number)[], value: unknown = HUB): (text: string) => string {
  return (text) => {
    const instance = parse(text) as { spec: { nodes: { ignitionConfigOverride: string }[] } };
    const [node] = instance.spec.nodes;
    const config = JSON.parse(node!.ignitionConfigOverride) as Record<string, unknown>;
    const parent = path.slice(0, -1).reduce<Record<string, unknown>>((from, key) => from[key] as typeof from, config);
    parent[path.at(-1)!] = value;
    node!.ignitionConfigOverride = JSON.stringify(config);
    return stringify(instance);
  };
}

const SECTIONS = [
  ['storage'],
  ['storage', 'disks'],
  ['storage', 'disks', 0],
  ['storage', 'disks', 0, 'partitions'],
  ['storage', 'filesystems'],
  ['systemd'],
  ['systemd', 'units'],
];

describe.each(SECTIONS.map((section) => [section.join('.'), section] as const))(
  'the section %s that is filled in',
  (_, section) => {
    test('is equal to that of the Butane file', () => {
      const found = findings({ 'clusterinstance.yaml': withSection([...section]) });
      expect(found).toEqual(['clusterinstance.yaml: warning: filled-in']);
    });

    test('does not end the checks of the others', () => {
      const other = section[0] === 'systemd' ? 'xfs' : 'Type=xfs';
      const changed = (text: string): string =>
        withSection([...section])(replace(other, other.replace('xfs', 'ext4'))(text));
      expect(findings({ 'clusterinstance.yaml': changed })).toContain('clusterinstance.yaml: error: override-differs');
    });
  },
);

test.each([
  [/  disks:[^]*?(?=  filesystems)/, `  disks: '${HUB}'\n`],
  [/      partitions:[^]*?(?=  filesystems)/, `      partitions: {{ .partitions }}\n`],
  [/    - device:[^]*?(?=  filesystems)/, `    - '${HUB}'\n`],
  [/  filesystems:[^]*/, `  filesystems: '${HUB}'\n`],
  [/storage:[^]*/, `storage: '${HUB}'\n`],
])('a Butane file with a section that is filled in: %s', (section, instead) => {
  const change = (text: string): string => text.replace(section, instead);
  expect(findings({ [PLAN]: change })).toEqual([`${PLAN}: warning: filled-in`]);
  const wrong = (text: string): string =>
    change(
      text
        .replace('/dev/disk/by-id/wwn-0x6b07', '/dev/sda')
        .replace('size_mib: 102500', 'size_mib: 5')
        .replace('format: xfs', 'format: ext4'),
    );
  const rest = change(REGISTRY_BUTANE);
  const isAnythingKnown = /by-id|format/.test(rest);
  expect(findings({ [PLAN]: wrong }).length > 1).toBe(isAnythingKnown);
});

test.each([
  ['device: /dev/disk/by-id/wwn-0x6b07', `device: '${HUB}'`],
  ['mount_point: /var/imageregistry', `mount_point: '${HUB}'`],
  ['size: 102500', `size: '${HUB}'`],
  ['start: 250000', 'start: {{ .start }}'],
])('does not compare %s of a diskPartition written as %s', (text, instead) => {
  expect(findings({ 'siteconfig.yaml': () => REGISTRY_DISK_PARTITION })).toEqual([]);
  expect(findings({ 'siteconfig.yaml': () => replace(text, instead)(REGISTRY_DISK_PARTITION) })).toEqual([
    'siteconfig.yaml: warning: filled-in',
  ]);
});

test('reports a slash at the end of a mount point, which Ignition refuses', () => {
  expect(findings({ [PLAN]: replace('- path: /var/imageregistry', '- path: /var/imageregistry/') })).toEqual([
    `${PLAN}: error: butane`,
  ]);
  expect(
    findings({ 'siteconfig.yaml': replace('"path":"/var/imageregistry"', '"path":"/var/imageregistry/"') }),
  ).toEqual(['siteconfig.yaml: error: ignition']);
});
