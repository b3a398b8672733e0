import { sameIgnition } from '../../../../src/core/edge/ignition/same.js';

const config = (disk: object, partition: object, filesystem: object): object => ({
  ignition: { version: '3.2.0' },
  storage: {
    disks: [{ device: '/dev/sda', ...disk, partitions: [{ label: 'data', ...partition }] }],
    filesystems: [{ device: '/dev/disk/by-partlabel/data', format: 'xfs', ...filesystem }],
  },
});

const DEFAULTS: [part: 'disk' | 'partition' | 'filesystem', field: string, value: unknown][] = [
  ['disk', 'wipeTable', false],
  ['partition', 'number', 0],
  ['partition', 'startMiB', 0],
  ['partition', 'sizeMiB', 0],
  ['partition', 'guid', ''],
  ['partition', 'typeGuid', '0FC63DAF-8483-4772-8E79-3D69D8477DE4'],
  ['partition', 'typeGuid', ''],
  ['partition', 'shouldExist', true],
  ['partition', 'wipePartitionEntry', false],
  ['partition', 'resize', false],
  ['filesystem', 'wipeFilesystem', false],
  ['filesystem', 'path', ''],
  ['filesystem', 'options', []],
  ['filesystem', 'mountOptions', []],
];

const set = (part: string, field: string, value: unknown): object => {
  const of = (name: string): object => (name === part ? { [field]: value } : {});
  return config(of('disk'), of('partition'), of('filesystem'));
};

test.each(DEFAULTS)('%s without %s is the same as with its default %j', (part, field, value) => {
  expect(sameIgnition(set(part, field, value), config({}, {}, {}))).toBe(true);
  expect(sameIgnition(config({}, {}, {}), set(part, field, null))).toBe(true);
});

test.each([
  ['disk', 'wipeTable', true],
  ['partition', 'number', 1],
  ['partition', 'startMiB', 1],
  ['partition', 'sizeMiB', 1],
  ['partition', 'guid', '11111111-1111-1111-1111-111111111111'],
  ['partition', 'typeGuid', 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B'],
  ['partition', 'shouldExist', false],
  ['partition', 'wipePartitionEntry', true],
  ['partition', 'resize', true],
  ['filesystem', 'wipeFilesystem', true],
  ['filesystem', 'path', '/var/other'],
  ['filesystem', 'label', 'other'],
  ['filesystem', 'options', ['-f']],
])('%s with %s %j is not the default', (part, field, value) => {
  expect(sameIgnition(set(part, field, value), config({}, {}, {}))).toBe(false);
});

test('the size 0 of an existing partition is not the same as no size', () => {
  expect(sameIgnition(config({}, { number: 1 }, {}), config({}, { number: 1, sizeMiB: 0 }, {}))).toBe(false);
});

test('the case of GUIDs does not matter, that of labels does', () => {
  const guid = 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b';
  expect(sameIgnition(config({}, { guid }, {}), config({}, { guid: guid.toUpperCase() }, {}))).toBe(true);
  expect(sameIgnition(config({}, { label: 'a' }, {}), config({}, { label: 'A' }, {}))).toBe(false);
});
