import {
  chmodSync,
  chownSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { openStorage } from '../../../src/core/storage/open.js';
import { ObjectStorage } from '../../../src/core/storage/objects/index.js';
import type { LinkWrite, Storage, StoredLink } from '../../../src/core/storage/storage.js';
import { digest } from '../../support/builders.js';
import { FakeObjectStore, ROOT, fillStore } from '../../support/fake-object-store.js';
import { requires } from '../../support/jest/requires.js';
import {
  filesBelow,
  makeStorageTree,
  temporaryDirectory,
  type StorageDescription,
} from '../../support/storage-tree.js';

const [blob, other, absent] = [digest('blob'), digest('other'), digest('absent')];
const DESCRIPTION: StorageDescription = {
  blobs: { [blob]: 5, [other]: 1 },
  repositories: { 'ns/app': { manifests: null, layers: [other] } },
};
const layer = (name = blob, repository = 'ns/app'): StoredLink => ({ kind: 'layer', repository, digest: name });
const manifest = (name = blob, repository = 'ns/app'): StoredLink => ({ kind: 'manifest', repository, digest: name });
const fileOf = ({ kind, repository, digest: name }: StoredLink): string =>
  `repositories/${repository}/${kind === 'layer' ? '_layers' : '_manifests/revisions'}/sha256/${name.slice(7)}/link`;

const run = { mayContinue: async (): Promise<void> => {} };
const statuses = async (storage: Storage, links: StoredLink[]): Promise<LinkWrite['status'][]> =>
  (await storage.writeLinks(links, run)).map(({ status }) => status);

interface Opened {
  storage: Storage;
  put(file: string, content: string): void;
  read(file: string): string;
  files(): string[];
}

async function onFiles(): Promise<Opened & { root: string }> {
  const directory = temporaryDirectory();
  const root = makeStorageTree(directory, DESCRIPTION);
  return {
    root,
    storage: await openStorage(directory),
    put: (file, content) => writeFileSync(path.join(root, file), content),
    read: (file) => readFileSync(path.join(root, file), 'utf8'),
    files: () => filesBelow(root),
  };
}

async function inStore(): Promise<Opened> {
  const store = new FakeObjectStore();
  fillStore(store, DESCRIPTION);
  return {
    storage: new ObjectStorage(store, ROOT),
    put: (file, content) => store.put(`${ROOT}/${file}`, content),
    read: (file) => store.objects.get(`${ROOT}/${file}`)!.body.toString(),
    files: () => store.keys().map((key) => key.slice(ROOT.length + 1)),
  };
}

describe.each([
  { name: 'files', open: onFiles },
  { name: 'an object store', open: inStore },
])('links in $name', ({ open }) => {
  test('are written if they do not exist, and only once', async () => {
    const { storage, read, files } = await open();
    const before = files();
    const links = [layer(), manifest(), layer(other), layer(blob, 'new/a/b')];
    expect(await statuses(storage, links)).toEqual(['written', 'written', 'exists', 'written']);
    expect(links.map((link) => read(fileOf(link)))).toEqual([blob, blob, other, blob]);
    expect(await storage.findLinks(links)).toEqual([true, true, true, true]);
    expect(files()).toHaveLength(before.length + 3);
    expect(await statuses(storage, links)).toEqual(Array(4).fill('exists'));
    expect(files()).toHaveLength(before.length + 3);
  });

  test('are not written without their blob, over other content, or after the run may not continue', async () => {
    const { storage, put, read, files } = await open();
    put(fileOf(layer(other)), blob);
    const before = files();
    expect(await storage.writeLinks([layer(absent), layer(other)], run)).toEqual([
      { status: 'skipped', reason: 'its blob does not exist' },
      { status: 'failed', message: expect.stringMatching(/it exists with other content.*delete the file/) },
    ]);
    const mayContinue = (): Promise<void> => Promise.reject(new Error('interrupted'));
    expect(await storage.writeLinks([layer()], { mayContinue })).toEqual([
      { status: 'skipped', reason: 'interrupted' },
    ]);
    expect([read(fileOf(layer(other))), files()]).toEqual([blob, before]);
    put(fileOf(layer(other)), '');
    expect(await statuses(storage, [layer(other)])).toEqual(['written']);
    expect(read(fileOf(layer(other)))).toBe(other);
  });
});

test('no symbolic link is followed, and no descriptor stays open', async () => {
  const { root, storage } = await onFiles();
  const outside = temporaryDirectory();
  rmSync(path.join(root, 'repositories/ns/app/_layers'), { recursive: true });
  symlinkSync(outside, path.join(root, 'repositories/ns/app/_layers'));
  const open = readdirSync('/proc/self/fd').length;
  expect(await statuses(storage, [layer(), manifest()])).toEqual(['failed', 'written']);
  symlinkSync(outside, path.join(root, path.dirname(fileOf(manifest(other)))));
  expect(await statuses(storage, [manifest(other)])).toEqual(['failed']);
  expect(readdirSync('/proc/self/fd')).toHaveLength(open);
  expect([filesBelow(outside), filesBelow(root).filter((file) => file.includes('.regadm'))]).toEqual([[], []]);
});

test('what a killed run has left is deleted, in the directory of regadm and next to links', async () => {
  const { root, storage } = await onFiles();
  const base = path.join(root, '../../..');
  const temporary = (number: number): string => `.regadm-0000000${number}-1111-4222-8333-444444444444.tmp`;
  mkdirSync(path.join(base, 'regadm/tmp'), { recursive: true });
  const beside = path.join(root, path.dirname(fileOf(layer(other))));
  const [old, young] = [1, 2].map((number) => [
    path.join(base, 'regadm/tmp', temporary(number)),
    path.join(beside, temporary(number)),
  ]) as [string[], string[]];
  for (const file of [...old, ...young]) writeFileSync(file, '');
  for (const file of old) utimesSync(file, 1_700_000_000, 1_700_000_000);
  writeFileSync(path.join(root, fileOf(layer(other))), '');
  expect(await statuses(storage, [layer(other), layer(blob, 'ns/new')])).toEqual(['written', 'written']);
  const left = filesBelow(base).filter((file) => file.endsWith('.tmp'));
  expect(left.sort()).toEqual(young.map((file) => path.relative(base, file)).sort());
});

requires('root').test('new files and directories belong to the owner of their parent, and have its mode', async () => {
  const { root, storage } = await onFiles();
  const parent = path.join(root, 'repositories/ns/app');
  chownSync(parent, 1234, 5678);
  chmodSync(parent, 0o2775);
  expect(await statuses(storage, [manifest()])).toEqual(['written']);
  const facts = (file: string): number[] => {
    const { uid, gid, mode } = statSync(path.join(root, file));
    return [uid, gid, mode & 0o7777];
  };
  expect(facts(fileOf(manifest()))).toEqual([1234, 5678, 0o664]);
  expect(facts(path.dirname(fileOf(manifest())))).toEqual([1234, 5678, 0o2775]);
  expect(facts('repositories/ns/app/_manifests')).toEqual([1234, 5678, 0o2775]);
});

requires('root').test('a link that may not be written has failed, and nothing is left of it', async () => {
  const { root, storage } = await onFiles();
  chmodSync(path.join(root, '../../..'), 0o755);
  const before = filesBelow(root);
  process.seteuid!(65_534);
  try {
    const [result] = await storage.writeLinks([layer()], run);
    expect(result).toMatchObject({
      status: 'failed',
      message: expect.stringMatching(/sha256\/[0-9a-f]{64}\/link: permission denied$/),
    });
  } finally {
    process.seteuid!(0);
  }
  expect(filesBelow(root)).toEqual(before);
});
