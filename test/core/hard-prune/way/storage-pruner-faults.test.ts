import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { digest } from '../../../support/builders.js';
import { requires } from '../../../support/jest/requires.js';
import {
  CLUSTER,
  STORAGE,
  blobData,
  image,
  mayContinue,
  orphan,
  pruneAll,
  prunerOn,
  signal,
} from '../../../support/storage-pruner.js';
import { mountDisk, unmountDisk } from '../../../support/small-disk.js';
import { filesBelow, temporaryDirectory, type StorageDescription } from '../../../support/storage-tree.js';

test('a blob that no longer exists is gone, not failed', async () => {
  const { root, pruner } = await prunerOn();
  const { plan } = await pruner.find(signal());
  rmSync(path.dirname(blobData(root, orphan)), { recursive: true });
  const { outcomes, failures } = await pruner.delete(plan, mayContinue, signal());
  expect(outcomes.blobs).toEqual([{ status: 'gone' }]);
  expect(failures).toEqual([]);
});

test('the next run finishes an interrupted one', async () => {
  const blobs = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [digest(`orphan ${index}`), 1]));
  const storage: StorageDescription = {
    blobs: { ...STORAGE.blobs, ...blobs },
    repositories: {
      ...STORAGE.repositories,
      'gone/app': { manifests: Object.keys(blobs).slice(0, 50), layers: Object.keys(blobs) },
    },
  };
  const { root, pruner } = await prunerOn(storage);
  const stop = new AbortController();
  const { plan } = await pruner.find(signal());
  let asked = 0;
  const first = await pruner.delete(plan, async () => void (++asked === 40 && stop.abort()), stop.signal);
  expect(first.outcomes.blobs.filter(({ status }) => status === 'deleted').length).toBeLessThan(100);
  expect(first.outcomes.blobs.filter(({ status }) => status === 'skipped').length).toBeGreaterThan(0);
  const second = await pruneAll(pruner);
  expect(second.failures).toEqual([]);
  expect(filesBelow(root).filter((name) => name.includes('data'))).toHaveLength(3);
  expect((await pruner.find(signal())).plan).toMatchObject({ blobs: [], repositories: [], manifestLinks: [] });
});

test('deletes nothing more once it may not continue', async () => {
  const { root, pruner } = await prunerOn();
  const { plan } = await pruner.find(signal());
  const { outcomes } = await pruner.delete(plan, () => Promise.reject(new Error('lost')), signal());
  expect(outcomes.blobs).toEqual([{ status: 'skipped', reason: 'lost' }]);
  expect(existsSync(blobData(root, orphan))).toBe(true);
});

/** Runs work as nobody, because root can read and delete everything. */
async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  if (process.getuid!() !== 0) return work();
  process.seteuid!(65_534);
  try {
    return await work();
  } finally {
    process.seteuid!(0);
  }
}

test('a link that cannot be deleted is reported, and keeps its blob', async () => {
  const { root, pruner } = await prunerOn({
    ...STORAGE,
    repositories: { 'ns/app': { manifests: [image, orphan] } },
  });
  const { plan } = await pruner.find(signal());
  const directory = path.join(root, 'repositories/ns/app/_manifests/revisions/sha256', orphan.slice(7));
  for (const writable of [path.dirname(blobData(root, orphan)), path.dirname(path.dirname(blobData(root, orphan)))])
    chmodSync(writable, 0o777);
  chmodSync(directory, 0o555);
  const { failures, outcomes } = await asNobody(() => pruner.delete(plan, mayContinue, signal()));
  chmodSync(directory, 0o755);
  expect(failures).toEqual([{ target: `ns/app@${orphan}`, message: expect.stringContaining('EACCES') as string }]);
  expect(outcomes.blobs).toEqual([{ status: 'skipped', reason: 'its manifest link could not be deleted' }]);
  expect(existsSync(blobData(root, orphan))).toBe(true);
});

test.each(['repositories/ns', 'repositories/ns/app/_manifests/revisions', 'blobs/sha256'])(
  'a directory that cannot be read (%s) stops the run before anything is deleted',
  async (place) => {
    const { root, pruner } = await prunerOn();
    const directory = path.join(root, place);
    chmodSync(directory, 0);
    await expect(asNobody(() => pruner.find(signal()))).rejects.toMatchObject({
      code: 'STORAGE_UNREADABLE',
      exitCode: 1,
      message: expect.stringContaining(directory) as string,
    });
    chmodSync(directory, 0o755);
  },
);

requires('mount').test('deletes on a full disk', async () => {
  const disk = temporaryDirectory();
  mountDisk(disk, '256k');
  try {
    const { pruner } = await prunerOn(STORAGE, CLUSTER, { directory: disk });
    expect(() => writeFileSync(path.join(disk, 'filler'), Buffer.alloc(1 << 20))).toThrow('ENOSPC');
    const { failures, outcomes } = await pruneAll(pruner);
    expect(failures).toEqual([]);
    expect(outcomes.blobs).toEqual([{ status: 'deleted' }]);
  } finally {
    unmountDisk(disk);
  }
});
