import { aStorage, CASES, DELETIONS, replaceByLink } from '../../../support/storage-deletions.js';
import { filesBelow } from '../../../support/storage-tree.js';

// A path through an open directory exists on Linux only; elsewhere, the components of a path are compared.
Object.defineProperty(process, 'platform', { value: 'darwin' });
const { openStorage } = await import('../../../../src/core/storage/open.js');

test.each(CASES)('elsewhere than on Linux, $name is not deleted through a link at $directory', async (deletion) => {
  const { name, directory, remove } = deletion;
  const { root, outside, storage } = await aStorage(openStorage, { withBlob: name !== 'a layer link' });
  const before = filesBelow(outside);
  await remove(storage, { mayContinue: async () => replaceByLink(root, directory, outside) });
  expect(filesBelow(outside)).toEqual(before);
});

test.each(DELETIONS)('elsewhere than on Linux, %s is deleted where nothing is a link', async (name, _all, remove) => {
  const { storage } = await aStorage(openStorage, { withBlob: name !== 'a layer link' });
  expect(await remove(storage, { mayContinue: async () => undefined })).toMatchObject([{ status: 'deleted' }]);
});
