import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openStorage } from '../../../src/core/storage/open.js';
import { ObjectStorage } from '../../../src/core/storage/objects/index.js';
import type { Storage, SurveyedRepository } from '../../../src/core/storage/storage.js';
import { digest } from '../../support/builders.js';
import { FakeObjectStore, ROOT, blobKey, fillStore } from '../../support/fake-object-store.js';
import { requires } from '../../support/jest/requires.js';
import { makeStorageTree, temporaryDirectory, type StorageDescription } from '../../support/storage-tree.js';

const [blob, other, absent] = [digest('blob'), digest('other'), digest('absent')];
const hex = (name: string): string => name.slice(7);

/** What a survey found: blobs with their sizes, and repositories, sorted. */
interface Found {
  blobs: [hex: string, bytes: number][];
  repositories: SurveyedRepository[];
  ignored: string[];
  listed: number;
}

async function survey(storage: Storage, signal?: AbortSignal): Promise<Found> {
  const found: Omit<Found, 'ignored'> = { blobs: [], repositories: [], listed: 0 };
  const { ignored } = await storage.survey({
    onBlob: (...entry) => void found.blobs.push(entry),
    onRepository: (repository) => void found.repositories.push(repository),
    onListed: (count) => (found.listed += count),
    signal,
  });
  found.blobs.sort();
  found.repositories.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { manifests, layers } of found.repositories) {
    manifests.sort();
    layers.sort();
  }
  return { ...found, ignored };
}

const REPOSITORIES = {
  app: { manifests: [blob], layers: [other] },
  'app/0': { manifests: [other] },
  'app/nested': { manifests: [blob, other], layers: [blob, absent] },
  'ns/app': { manifests: null, layers: [blob], uploads: ['id'] },
};
const DESCRIPTION: StorageDescription = { blobs: { [blob]: 5, [other]: 0 }, repositories: REPOSITORIES };

interface Opened {
  storage: Storage;
  /** Writes a file, or an object. */
  put(name: string, content: string): void;
}

function onFiles(description: StorageDescription): Promise<Opened> {
  const directory = temporaryDirectory();
  const root = makeStorageTree(directory, description);
  return openStorage(directory).then((storage) => ({
    storage,
    put(name, content) {
      mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
      writeFileSync(path.join(root, name), content);
    },
  }));
}

const inStore =
  (pageSize: number) =>
  async (description: StorageDescription): Promise<Opened> => {
    const store = new FakeObjectStore({ pageSize });
    fillStore(store, description);
    return { storage: new ObjectStorage(store, ROOT), put: (name, content) => store.put(`${ROOT}/${name}`, content) };
  };

describe.each([
  { name: 'files', open: onFiles },
  { name: 'an object store', open: inStore(1000) },
  { name: 'an object store that is listed in parts', open: inStore(2) },
])('a survey of $name', ({ open }) => {
  test('has every blob with its size, and every repository once with all its links', async () => {
    const { storage } = await open(DESCRIPTION);
    const { blobs, repositories, ignored, listed } = await survey(storage);
    expect(blobs).toEqual(
      [
        [hex(blob), 5],
        [hex(other), 0],
      ].sort(),
    );
    expect(repositories).toEqual([
      { name: 'app', manifests: [hex(blob)], layers: [hex(other)] },
      { name: 'app/0', manifests: [hex(other)], layers: [] },
      { name: 'app/nested', manifests: [blob, other].map(hex).sort(), layers: [blob, absent].map(hex).sort() },
      { name: 'ns/app', manifests: [], layers: [hex(blob)] },
    ]);
    expect(ignored).toEqual([]);
    expect(listed).toBeGreaterThan(8);
  });

  test('has no blob without data, and no link of another length; what is unknown is ignored', async () => {
    const { storage, put } = await open({ blobs: { [blob]: 1 }, repositories: {} });
    put(`blobs/sha256/${hex(absent).slice(0, 2)}/${hex(absent)}/other`, 'x');
    put(`repositories/ns/app/_layers/sha256/${hex(blob)}/link`, '');
    put(`repositories/ns/app/_manifests/revisions/sha256/${hex(blob)}/link`, `${blob}\n`);
    put('repositories/file', '');
    const { blobs, repositories, ignored } = await survey(storage);
    expect(blobs).toEqual([[hex(blob), 1]]);
    expect(repositories).toEqual([{ name: 'ns/app', manifests: [hex(blob)], layers: [] }]);
    expect(ignored).toContain('repositories/file');
  });

  test('finds what a listing can miss, and reads links', async () => {
    const { storage, put } = await open(DESCRIPTION);
    expect(await storage.findBlobs([absent, other, blob])).toEqual([undefined, 0, 5]);
    put(`repositories/ns/app/_manifests/revisions/sha256/${hex(blob)}/link`, other);
    const links = (['layer', 'manifest'] as const).flatMap((kind) =>
      [blob, absent].map((name) => ({ kind, repository: 'ns/app', digest: name })),
    );
    expect(await storage.findLinks(links)).toEqual([true, false, false, false]);
    expect(await storage.findLinks([{ kind: 'manifest', repository: 'app', digest: blob }])).toEqual([true]);
  });

  test('ends when it is interrupted', async () => {
    const { storage } = await open(DESCRIPTION);
    await expect(survey(storage, AbortSignal.abort(new Error('interrupted')))).rejects.toThrow('interrupted');
  });
});

test('sizes that listings hide are looked up; a blob that has disappeared is not reported', async () => {
  const store = new FakeObjectStore({ hidesSizes: true, pageSize: 2, concurrency: 2 });
  const names = Array.from({ length: 40 }, (_, index) => digest(`blob ${index}`));
  for (const name of names) store.put(blobKey(name), 0);
  store.put(blobKey(blob), 7);
  let [running, most, found] = [0, 0, 0];
  store.find = async (key) => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    return key === blobKey(names[0]!) ? undefined : { key, bytes: 100 + found++, writtenAt: 0 };
  };
  const { blobs } = await survey(new ObjectStorage(store, ROOT));
  expect(blobs).toHaveLength(40);
  expect(blobs.filter(([, bytes]) => bytes >= 100)).toHaveLength(39);
  expect(most).toBe(2);
});

test('a listing without order is refused if it separates the keys of a repository', async () => {
  const store = new FakeObjectStore();
  fillStore(store, { blobs: {}, repositories: { a: { manifests: [blob, other] }, b: { manifests: [blob] } } });
  const listed = store.list.bind(store);
  store.list = async function* (prefix) {
    for await (const [first, second, ...rest] of listed(prefix)) yield first ? [first, ...rest, second!] : [];
  };
  await expect(survey(new ObjectStorage(store, ROOT))).rejects.toMatchObject({ code: 'STORAGE_UNREADABLE' });
});

test('another layout of blobs is refused', async () => {
  const store = new FakeObjectStore();
  store.put(`${ROOT}/blobs/sha512/aa/x/data`);
  await expect(survey(new ObjectStorage(store, ROOT))).rejects.toMatchObject({ code: 'STORAGE_UNKNOWN_LAYOUT' });
});

test('no symbolic link of the file system is followed', async () => {
  const outside = makeStorageTree(temporaryDirectory(), DESCRIPTION);
  const directory = temporaryDirectory();
  const root = makeStorageTree(directory, { blobs: {}, repositories: {} });
  const prefix = `blobs/sha256/${hex(blob).slice(0, 2)}`;
  mkdirSync(path.join(root, prefix));
  symlinkSync(path.join(outside, prefix, hex(blob)), path.join(root, prefix, hex(blob)));
  mkdirSync(path.join(root, 'repositories/ns/app'), { recursive: true });
  symlinkSync(path.join(outside, 'repositories/ns/app/_layers'), path.join(root, 'repositories/ns/app/_layers'));
  const storage = await openStorage(directory);
  expect((await survey(storage)).blobs).toEqual([]);
  expect(await storage.findBlobs([blob])).toEqual([undefined]);
  expect(await storage.findLinks([{ kind: 'layer', repository: 'ns/app', digest: blob }])).toEqual([false]);
});

requires('root').test('a directory that cannot be read is an error, and nothing in it is missing', async () => {
  const directory = temporaryDirectory();
  chmodSync(directory, 0o755);
  const root = makeStorageTree(directory, DESCRIPTION);
  chmodSync(path.join(root, 'repositories/app/_manifests'), 0);
  const storage = await openStorage(directory);
  process.seteuid!(65_534);
  try {
    const link = { kind: 'manifest', repository: 'app', digest: blob } as const;
    await expect(survey(storage)).rejects.toMatchObject({ code: 'STORAGE_UNREADABLE' });
    await expect(storage.findLinks([link])).rejects.toMatchObject({ code: 'STORAGE_UNREADABLE' });
  } finally {
    process.seteuid!(0);
  }
});
