import { CreatedFiles } from '../../../../../src/core/storage/objects/trash/created-files.js';
import { Conditions } from '../../../../../src/core/storage/objects/trash/files.js';
import { FakeObjectStore, OLD } from '../../../../support/fake-object-store.js';

const BASE = 'regadm/';
const PATH = 'marks.json.gz';

let store: FakeObjectStore;
let files: CreatedFiles;

beforeEach(() => {
  store = new FakeObjectStore({ createsOnly: true });
  files = new CreatedFiles(store, BASE, new Conditions(store, BASE));
});

/** Writes versions of a file, `v1`, `v2` and so on. */
async function write(count: number): Promise<void> {
  let version: string | undefined;
  for (let number = 1; number <= count; number++)
    version = await files.replace(PATH, Buffer.from(`v${number}`), version);
  expect(version).toBe(String(count));
}

const content = async (): Promise<string | undefined> => (await files.read(PATH))?.content.toString();

test('a file whose old versions cannot be deleted is not reported as deleted, and is not an older one', async () => {
  await write(3);
  for (const object of store.objects.values()) object.writtenAt = OLD;
  store.problemOf = (key) => (key.endsWith('2') ? 'it is locked' : undefined);
  await expect(files.delete([PATH])).rejects.toThrow('cannot delete marks.json.gz: it is locked');
  expect(await content()).toBe('v3');
  store.problemOf = () => undefined;
  await files.delete([PATH]);
  expect([await content(), store.keys()]).toEqual([undefined, []]);
});

test('a newest version that the listing does not show yet is not deleted with the old ones', async () => {
  await write(2);
  for (const object of store.objects.values()) object.writtenAt = OLD;
  await files.replace(PATH, Buffer.from('v3'), '2');
  const keys = store.keys();
  store.unlisted.add(keys.at(-1)!);
  await files.delete([PATH]);
  // A process that has read the newest one can no longer replace it.
  expect(store.keys()).toEqual([...keys, keys[0]!.replace(/1$/, '4')]);
  expect([await content(), await files.replace(PATH, Buffer.from('late'), '3')]).toEqual([undefined, undefined]);
});

test('a write counts, although old versions cannot be found to delete them', async () => {
  store.onRequest = (request) => {
    if (request.startsWith('list regadm/versions/') && store.keys().length >= 50) throw new Error('no response');
  };
  await write(50);
  expect(await content()).toBe('v50');
});
