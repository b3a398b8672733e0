import { mkdtempSync, readdirSync, renameSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { openStorage } from '../../../../src/core/storage/open.js';
import { aStorage, BLOB, CASES, DELETIONS, HEX, PREFIX, replaceByLink } from '../../../support/storage-deletions.js';
import { filesBelow } from '../../../support/storage-tree.js';

test.each(CASES)('$name is not deleted through a link at $directory', async ({ name, directory, remove }) => {
  const { root, outside, storage } = await aStorage(openStorage, { withBlob: name !== 'a layer link' });
  const before = filesBelow(outside);
  const link = async (): Promise<void> => replaceByLink(root, directory, outside);
  await remove(storage, { mayContinue: link });
  expect(filesBelow(outside)).toEqual(before);
});

test('a directory that is moved away while its blobs are deleted loses only those blobs', async () => {
  const { root, outside, storage } = await aStorage(openStorage, { withBlob: true });
  const moved = path.join(mkdtempSync(path.join(root, '..', 'moved-')), 'prefix');
  let calls = 0;
  const results = await storage.deleteBlobs([BLOB, BLOB], {
    mayContinue: async () => {
      if (++calls !== 2) return;
      renameSync(path.join(root, `blobs/sha256/${PREFIX}`), moved);
      symlinkSync(path.join(outside, `blobs/sha256/${PREFIX}`), path.join(root, `blobs/sha256/${PREFIX}`));
    },
  });
  expect(results.map(({ status }) => status).filter((status) => status === 'failed')).toEqual([]);
  expect(readdirSync(path.join(outside, `blobs/sha256/${PREFIX}`))).toEqual([HEX]);
});

test.each(DELETIONS)(
  '%s is deleted where nothing is a link, and no descriptor stays open',
  async (name, _all, remove) => {
    const { storage } = await aStorage(openStorage, { withBlob: name !== 'a layer link' });
    const open = readdirSync('/proc/self/fd').length;
    expect(await remove(storage, { mayContinue: async () => undefined })).toMatchObject([{ status: 'deleted' }]);
    expect(readdirSync('/proc/self/fd')).toHaveLength(open);
  },
);

test.each(DELETIONS)('%s that is kept does not count as deleted', async (name, _all, remove) => {
  const { storage } = await aStorage(openStorage, { withBlob: name !== 'a layer link' });
  const progress: number[] = [];
  const onProgress = (items: number): void => void progress.push(items);
  const lost = (): Promise<never> => Promise.reject(new Error('the lock is lost'));
  expect(await remove(storage, { mayContinue: lost, onProgress })).toMatchObject([{ status: 'skipped' }]);
  expect(progress).toEqual([]);
  expect(await remove(storage, { mayContinue: async () => undefined, onProgress })).toHaveLength(1);
  expect(progress).toEqual([1]);
});
