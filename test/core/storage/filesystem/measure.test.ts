import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openStorage } from '../../../../src/core/storage/open.js';
import { digest } from '../../../support/builders.js';
import { blobData } from '../../../support/storage-pruner.js';
import { makeStorageTree, temporaryDirectory } from '../../../support/storage-tree.js';

const [first, second] = [digest('first'), digest('second')];

test('sizes are those of the files; links are not followed, and what disappeared has no size', async () => {
  const directory = temporaryDirectory();
  const root = makeStorageTree(directory, {
    blobs: { [first]: 10, [second]: 20 },
    repositories: { 'ns/app': { manifests: [], uploads: ['one', 'two', 'gone'] } },
  });
  const uploads = path.join(root, 'repositories/ns/app/_uploads');
  writeFileSync(path.join(uploads, 'one/data'), 'x'.repeat(300));
  mkdirSync(path.join(uploads, 'two/hashstates/sha256'), { recursive: true });
  writeFileSync(path.join(uploads, 'two/hashstates/sha256/0'), 'x'.repeat(7));
  symlinkSync('/etc', path.join(uploads, 'two/etc'));
  const storage = await openStorage(directory);
  const snapshot = await storage.list();
  rmSync(blobData(root, second));
  rmSync(path.join(uploads, 'gone'), { recursive: true });
  let looked = 0;
  const sizes = await storage.measure(snapshot, { onLookUp: () => void looked++ });
  expect(Object.fromEntries(snapshot.blobs.map((hex, at) => [hex, sizes.blobs[at]]))).toEqual({
    [first.slice(7)]: 10,
    [second.slice(7)]: NaN,
  });
  // Each has a file `startedat` of 20 bytes.
  expect(sizes.uploads).toEqual({ count: 2, bytes: 347 });
  expect(sizes.leftovers).toBeUndefined();
  expect(looked).toBe(2);
});
