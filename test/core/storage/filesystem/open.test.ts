import { mkdirSync, renameSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { openStorage } from '../../../../src/core/storage/open.js';
import { digest } from '../../../support/builders.js';
import { makeStorageTree, temporaryDirectory } from '../../../support/storage-tree.js';

const HEX = digest('orphan').slice(7);

function directoryWith(inside: string): string {
  const directory = temporaryDirectory();
  mkdirSync(path.join(directory, inside), { recursive: true });
  return directory;
}

test('a directory without docker/registry/v2 is refused', async () => {
  await expect(openStorage(temporaryDirectory())).rejects.toMatchObject({
    code: 'STORAGE_NOT_A_REGISTRY',
    exitCode: 4,
  });
});

test.each([
  ['an unknown version of the layout', 'docker/registry/v3/blobs'],
  ['neither blobs nor repositories', 'docker/registry/v2/others'],
  ['blobs by another algorithm', 'docker/registry/v2/blobs/md5/00'],
  ['blobs without the two-digit directories', `docker/registry/v2/blobs/sha256/${HEX}`],
])('%s is refused', async (_what, inside) => {
  const error = { code: 'STORAGE_UNKNOWN_LAYOUT', exitCode: 4 };
  await expect(openStorage(directoryWith(inside))).rejects.toMatchObject(error);
});

test.each([
  'docker',
  'docker/registry',
  'docker/registry/v2',
  'docker/registry/v2/blobs',
  'docker/registry/v2/repositories',
])('a symbolic link at %s is refused', async (place) => {
  const directory = temporaryDirectory();
  makeStorageTree(directory, { blobs: { [digest('image')]: 1 }, repositories: { 'ns/app': { manifests: [] } } });
  renameSync(path.join(directory, place), path.join(directory, 'real'));
  symlinkSync(path.join(directory, 'real'), path.join(directory, place));
  await expect(openStorage(directory)).rejects.toMatchObject({ code: 'STORAGE_UNKNOWN_LAYOUT', exitCode: 4 });
});

test('a directory that does not exist is refused', async () => {
  await expect(openStorage('/nonexistent/registry')).rejects.toMatchObject({
    code: 'STORAGE_NOT_A_REGISTRY',
    message: "/nonexistent/registry is not a registry's storage: there is no such directory",
  });
});
