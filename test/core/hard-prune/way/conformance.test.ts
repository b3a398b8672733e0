import { ObjectStorage } from '../../../../src/core/storage/objects/index.js';
import { openStorage } from '../../../../src/core/storage/open.js';
import { FakeObjectStore, ROOT, fillStore } from '../../../support/fake-object-store.js';
import { expectAsRecorded, recordedHardPrunes } from '../../../support/recorded-hard-prunes.js';
import { filesBelow, makeStorageTree, temporaryDirectory } from '../../../support/storage-tree.js';

const cases = recordedHardPrunes().map((recorded) => [recorded.name, recorded] as const);

describe("the registry's own decisions, recorded", () => {
  test.each(cases)('%s in a directory', async (_name, recorded) => {
    const directory = temporaryDirectory();
    const root = makeStorageTree(directory, recorded.storage);
    const storage = await openStorage(directory);
    await expectAsRecorded(recorded, { storage, files: () => filesBelow(root) }, true);
  });

  test.each(cases)('%s in an object store', async (_name, recorded) => {
    const store = new FakeObjectStore();
    fillStore(store, recorded.storage);
    const files = (): string[] => store.keys().map((key) => key.slice(ROOT.length + 1));
    await expectAsRecorded(recorded, { storage: new ObjectStorage(store, ROOT), files }, false);
  });

  test.each(cases)('%s in an object store with small pages and late listings', async (_name, recorded) => {
    const store = new FakeObjectStore({ pageSize: 3, batchSize: 4, concurrency: 3, listsLate: true });
    fillStore(store, recorded.storage);
    const files = (): string[] => store.keys().map((key) => key.slice(ROOT.length + 1));
    await expectAsRecorded(recorded, { storage: new ObjectStorage(store, ROOT), files }, false);
  });
});
