import { readButane } from '../../../../src/core/edge/butane/read.js';
import { toIgnition } from '../../../../src/core/edge/ignition/translate.js';
import { REGISTRY_BUTANE, aButaneFile } from '../../../support/edge-builders.js';

function problemsOf(text: string): string[] {
  try {
    readButane('storage.bu', text);
  } catch (error) {
    return (error as Error).message.split('\n');
  }
  return [];
}

/** Each test replaces one line. */
const GOOD = REGISTRY_BUTANE;

test('accepts a valid file', () => {
  expect(problemsOf(GOOD)).toEqual([]);
});

test.each([
  ['variant: fcos', 'variant: openshift', 'storage.bu:1: variant: must be fcos, not openshift'],
  ['version: 1.3.0', 'version: 1.4.0', 'storage.bu:2: version: must be 1.3.0, not 1.4.0'],
  ['version: 1.3.0\n', '', 'storage.bu:1: version: must be 1.3.0'],
  ['storage:', 'passwd: {}\nstorage:', 'storage.bu:3: passwd: unknown field: regadm renders only the storage part'],
  [
    '  disks:',
    '  luks: []\n  disks:',
    'storage.bu:4: storage.luks: unknown field: valid fields are disks, filesystems',
  ],
  ['/dev/disk/by-id/wwn-0x6b07', 'sda', 'storage.bu:5: storage.disks[0].device: must be an absolute path, not "sda"'],
  [
    '/dev/disk/by-id/wwn-0x6b07',
    '/dev//sda',
    'storage.bu:5: storage.disks[0].device: must be written in its shortest form: /dev/sda',
  ],
  [
    '- device: /dev/disk/by-id/wwn-0x6b07\n      wipe_table',
    '- wipe_table',
    'storage.bu:5: storage.disks[0].device: is required: the absolute path of a device',
  ],
  ['wipe_table: false', 'wipe_table: 0', 'storage.bu:6: storage.disks[0].wipe_table: must be true or false, not "0"'],
  [
    'start_mib: 250000',
    'start_mib: 25.5',
    'storage.bu:9: storage.disks[0].partitions[0].start_mib: must be a whole number, 0 or more, not "25.5"',
  ],
  [
    'start_mib: 250000',
    'start_mib: -1',
    'storage.bu:9: storage.disks[0].partitions[0].start_mib: must be a whole number, 0 or more, not "-1"',
  ],
  [
    'start_mib: 250000',
    'start_mib: 0250',
    'storage.bu:9: storage.disks[0].partitions[0].start_mib: is octal for some readers and decimal for others: remove the leading zero, not "0250"',
  ],
  [
    'start_mib: 250000',
    'start_mb: 1',
    'storage.bu:9: storage.disks[0].partitions[0].start_mb: unknown field: valid fields are label, number, start_mib, size_mib, guid, type_guid, should_exist, wipe_partition_entry, resize',
  ],
  [
    'label: var-imageregistry',
    'label: "a:b"',
    'storage.bu:8: storage.disks[0].partitions[0].label: must not contain a colon: everything after it would be cut off',
  ],
  [
    'label: var-imageregistry',
    `label: ${'x'.repeat(37)}`,
    'storage.bu:8: storage.disks[0].partitions[0].label: must not be longer than 36 characters',
  ],
  [
    'label: var-imageregistry',
    'number: 0',
    'storage.bu:8: storage.disks[0].partitions[0]: a partition needs a label or a number',
  ],
  [
    'label: var-imageregistry',
    'label: a\n          guid: 123',
    'storage.bu:9: storage.disks[0].partitions[0].guid: must have the form 01234567-89AB-CDEF-EDCB-A98765432101',
  ],
  [
    'label: var-imageregistry',
    'label: a\n          type_guid: x',
    'storage.bu:9: storage.disks[0].partitions[0].type_guid: must have the form 01234567-89AB-CDEF-EDCB-A98765432101',
  ],
  [
    'label: var-imageregistry',
    'number: 3\n          should_exist: false',
    'storage.bu:9: storage.disks[0].partitions[0].should_exist: a partition that should not exist can have only a number',
  ],
  [
    '- path: /var/imageregistry',
    '- path: var/imageregistry',
    'storage.bu:12: storage.filesystems[0].path: must be an absolute path, not "var/imageregistry"',
  ],
  [
    '- path: /var/imageregistry',
    '- path: /var/imageregistry/',
    'storage.bu:12: storage.filesystems[0].path: must be written in its shortest form: /var/imageregistry',
  ],
  [
    '- path: /var/imageregistry',
    '- path: "/var/a\\nWhat=/dev/sdb"',
    'storage.bu:12: storage.filesystems[0].path: must not contain control characters',
  ],
  [
    '- path: /var/imageregistry',
    '- options: []',
    'storage.bu:12: storage.filesystems[0].path: a mount unit needs a path',
  ],
  ['      format: xfs\n', '', 'storage.bu:12: storage.filesystems[0].format: a mount unit needs a format'],
  [
    'format: xfs',
    'format: ext3',
    'storage.bu:14: storage.filesystems[0].format: must be one of ext4, btrfs, xfs, swap, vfat, not ext3',
  ],
  [
    'format: xfs',
    'format: xfs\n      label: thislabelistoolong',
    'storage.bu:15: storage.filesystems[0].label: is longer than 12 characters, the limit of xfs',
  ],
  [
    '        - defaults\n',
    '        - ""\n',
    'storage.bu:16: storage.filesystems[0].mount_options[0]: must not be empty',
  ],
  ['        - defaults\n', '        - ~\n', 'storage.bu:16: storage.filesystems[0].mount_options[0]: must be a string'],
  [
    'mount_options:\n        - defaults\n        - prjquota',
    'mount_options: defaults',
    'storage.bu:15: storage.filesystems[0].mount_options: must be a list',
  ],
  [
    'with_mount_unit: true',
    'with_mount_unit: maybe',
    'storage.bu:19: storage.filesystems[0].with_mount_unit: must be true or false, not "maybe"',
  ],
  [
    '  filesystems:',
    '    - device: /dev/disk/by-id/wwn-0x6b07\n  filesystems:',
    'storage.bu:11: storage.disks[1].device: /dev/disk/by-id/wwn-0x6b07 appears twice',
  ],
  [
    '      with_mount_unit: true\n',
    '      with_mount_unit: true\n    - device: /dev/disk/by-partlabel/var-imageregistry\n      format: ext4\n',
    'storage.bu:20: storage.filesystems[1].device: /dev/disk/by-partlabel/var-imageregistry appears twice',
  ],
  [
    '      with_mount_unit: true\n',
    '      with_mount_unit: true\n    - device: /dev/sdb\n      format: ext4\n      path: /var/imageregistry\n      with_mount_unit: true\n',
    'storage.bu:22: storage.filesystems[1].path: /var/imageregistry is mounted twice',
  ],
  [
    '          size_mib: 102500\n',
    '          size_mib: 102500\n        - label: other\n          start_mib: 300000\n          size_mib: 0\n',
    'storage.bu:12: storage.disks[0].partitions[1].start_mib: overlaps the partition var-imageregistry',
  ],
  [
    '          size_mib: 102500\n',
    '          size_mib: 102500\n        - label: var-imageregistry\n',
    'storage.bu:11: storage.disks[0].partitions[1].label: label var-imageregistry is used twice',
  ],
  [
    '          size_mib: 102500\n',
    '          size_mib: 102500\n        - number: 4\n        - number: 4\n',
    'storage.bu:12: storage.disks[0].partitions[2].number: number 4 is used twice',
  ],
  [
    '          size_mib: 102500\n',
    '          size_mib: 102500\n        - number: 4\n          should_exist: false\n',
    'storage.bu:12: storage.disks[0].partitions[1].should_exist: cannot be false if another partition of the disk has no number',
  ],
])('refuses %j written as %j, with line and field', (line, instead, problem) => {
  expect(GOOD).toContain(line);
  expect(problemsOf(GOOD.replace(line, instead))).toEqual([problem]);
});

test('reports every problem in the order of the file', () => {
  const text = GOOD.replace('format: xfs', 'format: zfs').replace('/dev/disk/by-id/wwn-0x6b07', 'sda');
  expect(problemsOf(text)).toEqual([
    'storage.bu:5: storage.disks[0].device: must be an absolute path, not "sda"',
    'storage.bu:14: storage.filesystems[0].format: must be one of ext4, btrfs, xfs, swap, vfat, not zfs',
  ]);
});

test.each([
  ['', ['storage.bu: the file is empty']],
  ['- 1', ['storage.bu:1: must be a map with variant, version and storage']],
  ['a: b: c', [expect.stringMatching(/^storage.bu:1: not valid YAML: /)]],
  [`${GOOD}---\n${GOOD}`, ['storage.bu: must be a single document']],
  ['variant: fcos\nvariant: fcos\n', [expect.stringMatching(/^storage.bu:2: not valid YAML: .*unique/)]],
])('refuses %j, which is not a Butane file', (text, problems) => {
  expect(problemsOf(text)).toEqual(problems);
});

test('reads as Butane does where go-yaml and YAML 1.2 differ', () => {
  const text = aButaneFile(`  disks:
    - device: /dev/vda
      wipe_table: yes
      partitions:
        - {label: 007, start_mib: 0x10, size_mib: 1_000, wipe_partition_entry: off, resize: ~}
`);
  expect(toIgnition(readButane('x', text)).storage?.disks).toEqual([
    {
      device: '/dev/vda',
      wipeTable: true,
      partitions: [{ label: '007', startMiB: 16, sizeMiB: 1000, wipePartitionEntry: false }],
    },
  ]);
});

test('follows anchors and aliases', () => {
  const text = aButaneFile(`  disks:
    - device: &disk /dev/vda
  filesystems:
    - &fs {device: *disk, format: xfs}
`);
  expect(toIgnition(readButane('x', text)).storage?.filesystems).toEqual([{ device: '/dev/vda', format: 'xfs' }]);
});
