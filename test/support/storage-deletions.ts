import { cpSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import type { DeletionRun, Storage } from '../../src/core/storage/storage.js';
import { digest } from './builders.js';
import { asDigest } from './names.js';
import { makeStorageTree, temporaryDirectory } from './storage-tree.js';

export const BLOB = asDigest(digest('orphan'));
export const HEX = BLOB.slice(7);
export const PREFIX = HEX.slice(0, 2);

/** Every deletion, and the directories on its way that another user can replace by a symbolic link. */
export const DELETIONS: [
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

/** Every deletion with every directory on its way. */
export const CASES = DELETIONS.flatMap(([name, directories, remove]) =>
  directories.map((directory) => ({ name, directory, remove })),
);

/** A storage that is listed, and another directory with the same content. */
export async function aStorage(
  open: (directory: string) => Promise<Storage>,
  { withBlob }: { withBlob: boolean },
): Promise<{ root: string; outside: string; storage: Storage }> {
  const directory = temporaryDirectory();
  const root = makeStorageTree(directory, {
    blobs: withBlob ? { [BLOB]: 1 } : {},
    repositories: { 'ns/app': { manifests: [BLOB], layers: [BLOB], uploads: ['id'] } },
  });
  const outside = temporaryDirectory();
  cpSync(root, outside, { recursive: true });
  const storage = await open(directory);
  await storage.list();
  return { root, outside, storage };
}

/** Replaces a directory by a symbolic link to the other storage. */
export function replaceByLink(root: string, directory: string, outside: string): void {
  rmSync(path.join(root, directory), { recursive: true });
  symlinkSync(path.join(outside, directory), path.join(root, directory));
}
