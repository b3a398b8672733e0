import { ObjectStorage } from '../../../../../src/core/storage/objects/index.js';
import { FakeObjectStore, ROOT, fillStore } from '../../../../support/fake-object-store.js';
import { TRASH_STORAGE, testTrashContract } from '../../../../support/trash-contract.js';

describe('a store in memory', () => {
  testTrashContract(() => {
    const store = new FakeObjectStore();
    fillStore(store, TRASH_STORAGE);
    for (const [key, object] of store.objects)
      if (object.body.length !== object.bytes) store.put(key, 'x'.repeat(object.bytes));
    return Promise.resolve({
      storage: new ObjectStorage(store, ROOT),
      put: (path, content) => Promise.resolve(store.put(path, content)),
      read: (path) => Promise.resolve(store.objects.get(path)?.body.toString()),
      paths: () => Promise.resolve(store.keys()),
    });
  });
});
