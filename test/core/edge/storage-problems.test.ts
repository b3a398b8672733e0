import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { toIgnition } from '../../../src/core/edge/ignition/translate.js';
import type { Storage } from '../../../src/core/edge/model.js';
import { storageProblems } from '../../../src/core/edge/storage-problems.js';
import { findProgram, requires } from '../../support/jest/requires.js';

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });
const device = fc.constantFrom('/dev/vda', '/dev/vdb', '/dev/vdc', '/dev/vdd', 'vda', '/dev//vda', '/dev/vda/');
const label = fc.constantFrom('', 'a', 'b', 'c', 'a:b', 'x'.repeat(36), 'x'.repeat(37), 'x'.repeat(13), 'x'.repeat(16));
const partition = fc.record({
  label: fc.oneof(label, fc.string({ minLength: 1, maxLength: 3, unit: fc.constantFrom('a', 'b', 'c', 'd') })),
  number: maybe(fc.constantFrom(0, 1, 2, 3)),
  startMiB: maybe(fc.constantFrom(0, 1, 10, 20, 30)),
  sizeMiB: maybe(fc.constantFrom(0, 1, 5, 10, 15)),
  guid: maybe(fc.constantFrom('', 'x', '01234567-89AB-CDEF-EDCB-A98765432101')),
  shouldExist: maybe(fc.boolean()),
});
const bare = fc.record({ number: maybe(fc.constantFrom(0, 1, 2)), shouldExist: maybe(fc.boolean()) });
const filesystem = fc.record({
  device,
  path: maybe(fc.constantFrom('', '/a', '/b', '/c', 'a', '/a/', '/a/../b')),
  format: maybe(fc.constantFrom('', 'xfs', 'ext4', 'vfat', 'swap', 'btrfs', 'ext3')),
  label: maybe(label),
  uuid: maybe(fc.constant('u')),
  options: fc.constantFrom<string[]>([], ['-f']),
  mountOptions: fc.constantFrom<string[]>([], ['ro']),
  wipeFilesystem: maybe(fc.boolean()),
});
const disk = fc.record({
  device,
  wipeTable: maybe(fc.boolean()),
  partitions: fc.array(fc.oneof(partition, bare), { maxLength: 3 }),
});
const storages: fc.Arbitrary<Storage> = fc.record({
  disks: fc.array(disk, { maxLength: 2 }),
  filesystems: fc.array(filesystem, { maxLength: 2 }),
});

requires('ignition-validate').test('refuses exactly what ignition-validate refuses', () => {
  fc.assert(
    fc.property(storages, (storage) => {
      const { status, stderr } = spawnSync(findProgram('ignition-validate')!, ['-'], {
        input: JSON.stringify(toIgnition(storage)),
        encoding: 'utf8',
      });
      const problems = storageProblems(storage);
      if ((status === 0) !== (problems.length === 0)) throw new Error(`${JSON.stringify(problems)}\n${stderr}`);
    }),
    { numRuns: 600, seed: 11 },
  );
});

test('requires a path and a format for a mount unit', () => {
  const storage: Storage = {
    disks: [],
    filesystems: [{ device: '/dev/vda', options: [], mountOptions: [], withMountUnit: true }],
  };
  expect(storageProblems(storage)).toEqual([
    { path: ['filesystems', 0, 'path'], message: 'a mount unit needs a path' },
    { path: ['filesystems', 0, 'format'], message: 'a mount unit needs a format' },
  ]);
});
