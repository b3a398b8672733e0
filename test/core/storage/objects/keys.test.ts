import { digest } from '../../../support/builders.js';
import { FakeObjectStore, ROOT, blobKey } from '../../../support/fake-object-store.js';
import { ObjectStorage } from '../../../../src/core/storage/objects/index.js';
import { parseKey } from '../../../../src/core/storage/objects/keys.js';

const hex = digest('blob').slice(7);
const own = 'repositories/ns/app';

test.each([
  [`blobs/sha256/${hex.slice(0, 2)}/${hex}/data`, 'blob'],
  [`${own}/_manifests/revisions/sha256/${hex}/link`, 'manifest-link'],
  [`${own}/_manifests/tags/v1/current/link`, 'other-link'],
  [`${own}/_layers/sha256/${hex}/link`, 'layer-link'],
  [`${own}/_uploads/id/hashstates/sha256/0`, 'upload'],
  ['blobs/', 'foreign'],
  [`${own}/_uploads/id/hashstates/../../../_layers/x`, 'foreign'],
  [`${own}/_uploads/id/hashstates/./x`, 'foreign'],
  [`${own}/_uploads/id/hashstates//x`, 'foreign'],
  [`${own}/_uploads/id/hashstates/`, 'foreign'],
  [`${own}/_manifests/tags/a\u0001b/current/link`, 'foreign'],
  [`${own}/_manifests/tags/../current/link`, 'foreign'],
  [`repositories/ns/../app/_layers/sha256/${hex}/link`, 'foreign'],
])('the key %j is of kind %s', (key, kind) => {
  expect(parseKey(key, 71).kind).toBe(kind);
});

test('a key that requests cannot carry as it is stays when its repository is deleted', async () => {
  const store = new FakeObjectStore();
  const strange = `${ROOT}/${own}/_uploads/id/hashstates/../../../../other/_layers/link`;
  for (const key of [strange, `${ROOT}/${own}/_uploads/id/startedat`, blobKey(digest('blob'))]) store.put(key);
  const storage = new ObjectStorage(store, ROOT);
  expect((await storage.list()).ignored).toEqual([strange.slice(ROOT.length + 1)]);
  expect(await storage.deleteRepositories(['ns/app'], { mayContinue: async () => {} })).toEqual([
    { status: 'deleted' },
  ]);
  expect(store.keys()).toEqual([blobKey(digest('blob')), strange].sort());
});
