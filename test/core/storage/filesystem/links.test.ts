import { cpSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { openStorage } from '../../../../src/core/storage/open.js';
import type { DeletionRun, Storage } from '../../../../src/core/storage/storage.js';
import { digest } from '../../../support/builders.js';
import { asDigest } from '../../../support/names.js';
import { filesBelow, makeStorageTree, temporaryDirectory } from '../../../support/storage-tree.js';

const BLOB = asDigest(digest('orphan'));
const HEX = BLOB.slice(7);
const PREFIX = HEX.slice(0, 2);

/** Every deletion, and the directories on its way that another user can replace by a symbolic link. */
const DELETIONS: [
  name: string,
  directories: string[],
  remove: (storage: Storage, run: DeletionRun) => Promise<object>,
][] = [
  [
    'a blob',
    ['blobs', 'blobs/sha256', `blobs/sha256/${PREFIX}`, `blobs/sha256/${PREFIX}/${HEX}`],
    (storage, run) => storage.deleteBlobs([BLOB], run),
  ],
  [
    'a manifest link',
    [
      'repositories',
      'repositories/ns',
      'repositories/ns/app',
      'repositories/ns/app/_manifests',
      'repositories/ns/app/_manifests/revisions',
      'repositories/ns/app/_manifests/revisions/sha256',
      `repositories/ns/app/_manifests/revisions/sha256/${HEX}`,
    ],
    (storage, run) => storage.deleteManifestLinks([{ repository: 'ns/app', digest: BLOB }], run),
  ],
  [
    'a layer link',
    ['repositories/ns/app/_layers', 'repositories/ns/app/_layers/sha256', `repositories/ns/app/_layers/sha256/${HEX}`],
    (storage, run) => storage.deleteLayerLinks([{ repository: 'ns/app', digest: BLOB }], run),
  ],
  [
    'an upload',
    ['repositories/ns/app/_uploads', 'repositories/ns/app/_uploads/id'],
    (storage, run) => storage.deleteUploads([{ repository: 'ns/app', id: 'id' }] as never, run),
  ],
  [
    'a repository',
    ['repositories/ns', 'repositories/ns/app', 'repositories/ns/app/_manifests/revisions'],
    (storage, run) => storage.deleteRepositories(['ns/app'], run),
  ],
];

const CASES = DELETIONS.flatMap(([name, directories, remove]) =>
  directories.map((directory) => ({ name, directory, remove })),
);

/** A storage that is listed, and another directory with the same content. */
async function aStorage(withBlob: boolean): Promise<{ root: string; outside: string; storage: Storage }> {
  const directory = temporaryDirectory();
  const root = makeStorageTree(directory, {
    blobs: withBlob ? { [BLOB]: 1 } : {},
    repositories: { 'ns/app': { manifests: [BLOB], layers: [BLOB], uploads: ['id'] } },
  });
  const outside = temporaryDirectory();
  cpSync(root, outside, { recursive: true });
  const storage = await openStorage(directory);
  await storage.list();
  return { root, outside, storage };
}

function replaceByLink(root: string, directory: string, outside: string): void {
  rmSync(path.join(root, directory), { recursive: true });
  symlinkSync(path.join(outside, directory), path.join(root, directory));
}

test.each(CASES)('$name is not deleted through a link at $directory', async ({ name, directory, remove }) => {
  const { root, outside, storage } = await aStorage(name !== 'a layer link');
  const before = filesBelow(outside);
  const link = async (): Promise<void> => replaceByLink(root, directory, outside);
  await remove(storage, { mayContinue: link });
  expect(filesBelow(outside)).toEqual(before);
});

test('a directory that is moved away while its blobs are deleted loses only those blobs', async () => {
  const { root, outside, storage } = await aStorage(true);
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
    const { storage } = await aStorage(name !== 'a layer link');
    const open = readdirSync('/proc/self/fd').length;
    expect(await remove(storage, { mayContinue: async () => undefined })).toMatchObject([{ status: 'deleted' }]);
    expect(readdirSync('/proc/self/fd')).toHaveLength(open);
  },
);
