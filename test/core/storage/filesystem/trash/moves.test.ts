import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { openStorage } from '../../../../../src/core/storage/open.js';
import type { LinkFile, StorageTrash } from '../../../../../src/core/storage/trash.js';
import { digest } from '../../../../support/builders.js';
import { requires } from '../../../../support/jest/requires.js';
import { asDigest } from '../../../../support/names.js';
import { mountDisk, unmountDisk } from '../../../../support/small-disk.js';
import { filesBelow, makeStorageTree, temporaryDirectory } from '../../../../support/storage-tree.js';

const HEX = digest('orphan').slice(7);
const DATE = '2026-11-26';
const BLOB = { hex: HEX, date: DATE };
const DIRECTORY = `blobs/sha256/${HEX.slice(0, 2)}/${HEX}`;
const PLACE = `docker/registry/v2/${DIRECTORY}`;
const TRASH = `regadm/trash/${DATE}/${DIRECTORY}`;
const run = { mayContinue: async (): Promise<void> => undefined };

interface Scene {
  directory: string;
  trash: StorageTrash;
  at(file: string): string;
}

async function aScene(directory = temporaryDirectory()): Promise<Scene> {
  makeStorageTree(directory, { blobs: { [digest('orphan')]: 7 }, repositories: {} });
  const trash = (await openStorage(directory)).trash();
  return { directory, trash, at: (file) => path.join(directory, file) };
}

/** Acts as a user who owns nothing that was created so far. */
async function asNobody<T>(act: () => Promise<T>): Promise<T> {
  process.seteuid!(65_534);
  try {
    return await act();
  } finally {
    process.seteuid!(0);
  }
}

test('only the data of a blob moves, and empty directories are deleted', async () => {
  const { directory, trash, at } = await aScene();
  writeFileSync(at(`${PLACE}/notes`), 'not of the registry');
  expect(await trash.moveBlobs([HEX], DATE, run)).toEqual([{ status: 'moved', bytes: 7 }]);
  expect(filesBelow(directory)).toEqual([`${PLACE}/notes`, `${TRASH}/data`]);
  expect(await trash.moveBlobsBack([BLOB], run)).toEqual([{ status: 'restored', bytes: 7 }]);
  expect(filesBelow(directory)).toEqual([`${PLACE}/data`, `${PLACE}/notes`]);
  expect(readdirSync(at('regadm/trash'))).toEqual([]);
  rmSync(at(`${PLACE}/notes`));
  expect(await trash.moveBlobs([HEX], DATE, run)).toEqual([{ status: 'moved', bytes: 7 }]);
  expect(existsSync(at(PLACE))).toBe(false);
  expect(await trash.deleteBlobs([BLOB], run)).toEqual([{ status: 'deleted' }]);
  expect(readdirSync(at('regadm/trash'))).toEqual([]);
});

test('what a killed run leaves is used', async () => {
  const { directory, trash, at } = await aScene();
  mkdirSync(at(TRASH), { recursive: true });
  expect(await trash.moveBlobs([HEX], DATE, run)).toEqual([{ status: 'moved', bytes: 7 }]);
  mkdirSync(at(PLACE));
  linkSync(at(`${TRASH}/data`), at(`${PLACE}/data`));
  expect(await trash.moveBlobsBack([BLOB], run)).toEqual([{ status: 'restored', bytes: 7 }]);
  expect(filesBelow(directory)).toEqual([`${PLACE}/data`]);
  mkdirSync(at(TRASH), { recursive: true });
  writeFileSync(at(`${TRASH}/data`), 'an earlier copy');
  expect(await trash.moveBlobs([HEX], DATE, run)).toEqual([{ status: 'moved', bytes: 7 }]);
  expect(filesBelow(directory)).toEqual([`${TRASH}/data`]);
  mkdirSync(at(`${PLACE}/data`), { recursive: true });
  expect(await trash.moveBlobsBack([BLOB], run)).toEqual([
    { status: 'failed', message: expect.stringContaining('something other than a blob has its name') },
  ]);
});

test('directories that many need at once are made once', async () => {
  const directory = temporaryDirectory();
  const digests = Array.from({ length: 60 }, (_, number) => asDigest(digest(`blob ${number}`)));
  const blobs = Object.fromEntries(digests.map((name) => [name, 1]));
  makeStorageTree(directory, { blobs, repositories: {} });
  const trash = (await openStorage(directory)).trash();
  const moved = await trash.moveBlobs(
    digests.map((name) => name.slice(7)),
    DATE,
    run,
  );
  expect(new Set(moved.map(({ status }) => status))).toEqual(new Set(['moved']));
  const links = digests.map((name): LinkFile => ({ repository: 'a/b/c', kind: 'layer', path: name, digest: name }));
  const written = await trash.restoreLinks(links, run);
  expect(new Set(written.map(({ status }) => status))).toEqual(new Set(['written']));
  expect(filesBelow(directory)).toHaveLength(2 * digests.length);
});

test('what a killed run has not finished does not keep a day in the trash', async () => {
  const { trash, at } = await aScene();
  const journal = `trash/${DATE}/journal/1.json.gz`;
  await trash.replaceFile(journal, Buffer.from('1'), undefined);
  writeFileSync(at(`regadm/trash/${DATE}/journal/.regadm-${'0'.repeat(36)}.tmp`), '');
  expect(await trash.listFiles('trash')).toEqual([journal]);
  await trash.deleteFiles([journal]);
  expect(readdirSync(at('regadm/trash'))).toEqual([]);
});

const parentsOf = (file: string): string[] => file.split('/').map((_, at, names) => names.slice(0, at + 1).join('/'));

test.each([...parentsOf(PLACE).slice(3), ...parentsOf(TRASH)])('no symbolic link at %s is followed', async (place) => {
  const { directory, trash, at } = await aScene();
  const outside = temporaryDirectory();
  const open = readdirSync('/proc/self/fd').length;
  await trash.moveBlobs([HEX], DATE, run);
  await trash.replaceFile('marks.json.gz', Buffer.from('1'), undefined);
  const replaceByLink = (): void => {
    if (existsSync(at(place))) renameSync(at(place), path.join(outside, 'real'));
    else mkdirSync(path.join(outside, 'real/data'), { recursive: true });
    mkdirSync(path.dirname(at(place)), { recursive: true });
    symlinkSync(path.join(outside, 'real'), at(place));
  };
  replaceByLink();
  const before = [filesBelow(directory), filesBelow(outside)];
  const back = await trash.moveBlobsBack([BLOB], run);
  expect(['failed', 'gone']).toContain(back[0]!.status);
  expect(await trash.deleteBlobs([BLOB], run)).toEqual([{ status: place.startsWith('docker') ? 'deleted' : 'gone' }]);
  const moved = await trash.moveBlobs([HEX], DATE, run);
  expect(moved[0]!.status).toBe('gone');
  if (place === 'regadm') {
    await expect(trash.readFile('marks.json.gz')).rejects.toThrow('regadm is not a directory');
    await expect(trash.replaceFile('marks.json.gz', Buffer.from('x'), undefined)).rejects.toThrow(/marks\.json\.gz: /);
    await expect(trash.now()).rejects.toThrow(/regadm: a directory on the way is a symbolic link or a file$/);
  }
  if (!place.startsWith('docker')) expect([filesBelow(directory), filesBelow(outside)]).toEqual(before);
  expect(readdirSync('/proc/self/fd')).toHaveLength(open);
});

test.each(parentsOf(TRASH))('no blob moves through a symbolic link at %s', async (place) => {
  const { trash, at } = await aScene();
  const outside = temporaryDirectory();
  mkdirSync(path.dirname(at(place)), { recursive: true });
  symlinkSync(outside, at(place));
  expect(await trash.moveBlobs([HEX], DATE, run)).toEqual([
    { status: 'failed', message: expect.stringContaining(`cannot move blob sha256:${HEX} to the trash: `) },
  ]);
  expect([filesBelow(outside), existsSync(at(`${PLACE}/data`))]).toEqual([[], true]);
});

test('a file that cannot be deleted is named', async () => {
  const { trash, at } = await aScene();
  mkdirSync(at('regadm/links/second.json.gz'), { recursive: true });
  writeFileSync(at('regadm/links/first.json.gz'), '');
  await expect(trash.deleteFiles(['links/first.json.gz', 'links/second.json.gz'])).rejects.toMatchObject({
    code: 'STORAGE_ERROR',
    message: expect.stringContaining(`cannot delete ${at('regadm/links/second.json.gz')}: `),
  });
  expect(existsSync(at('regadm/links/first.json.gz'))).toBe(false);
});

requires('mount').test('a trash on another file system, and a full disk, are named', async () => {
  const disk = temporaryDirectory();
  mountDisk(disk, '256k');
  try {
    const { trash, at } = await aScene(disk);
    mkdirSync(at('regadm/trash'), { recursive: true });
    mountDisk(at('regadm/trash'));
    expect(await trash.moveBlobs([HEX], DATE, run)).toEqual([
      { status: 'failed', message: expect.stringMatching(/to the trash: it is on another file system/) },
    ]);
    unmountDisk(at('regadm/trash'));
    const version = await trash.replaceFile('marks.json.gz', Buffer.from('1'), undefined);
    expect(() => writeFileSync(at('filler'), Buffer.alloc(1 << 20))).toThrow('ENOSPC');
    const large = Buffer.alloc(1 << 20);
    await expect(trash.replaceFile('marks.json.gz', large, version)).rejects.toMatchObject({
      code: 'STORAGE_ERROR',
      message: `cannot write ${disk}/regadm/marks.json.gz: the file system is full`,
    });
    expect(await trash.readFile('marks.json.gz')).toEqual({ content: Buffer.from('1'), version });
    expect(await trash.moveBlobs([HEX], DATE, run)).toEqual([{ status: 'moved', bytes: 7 }]);
    expect(await trash.moveBlobsBack([BLOB], run)).toEqual([{ status: 'restored', bytes: 7 }]);
    expect(filesBelow(disk).filter((file) => file.includes('.tmp') || file.includes('content'))).toEqual([]);
  } finally {
    unmountDisk(disk);
  }
});

requires('root').describe('without hard links', () => {
  // Linux refuses a hard link to a file of another user (fs.protected_hardlinks).
  async function trashed(): Promise<Scene> {
    const scene = await aScene();
    await scene.trash.moveBlobs([HEX], DATE, run);
    for (const directory of filesBelow(scene.directory)
      .concat(PLACE + '/x')
      .flatMap(parentsOf))
      if (existsSync(scene.at(directory)) && statSync(scene.at(directory)).isDirectory())
        chmodSync(scene.at(directory), 0o777);
    chmodSync(scene.directory, 0o777);
    chmodSync(scene.at(`${TRASH}/data`), 0o600);
    return scene;
  }

  test('blobs move back', async () => {
    const { directory, trash, at } = await trashed();
    expect(await asNobody(() => trash.moveBlobsBack([BLOB], run))).toEqual([{ status: 'restored', bytes: 7 }]);
    expect(filesBelow(directory)).toEqual([`${PLACE}/data`]);
    expect(readdirSync(at('regadm/trash'))).toEqual([]);
  });

  test('a blob in place is not replaced', async () => {
    const { trash, at } = await trashed();
    mkdirSync(at(PLACE), { mode: 0o777 });
    writeFileSync(at(`${PLACE}/data`), 'pushed');
    expect(await asNobody(() => trash.moveBlobsBack([BLOB], run))).toEqual([{ status: 'exists' }]);
    expect([readFileSync(at(`${PLACE}/data`), 'utf8'), statSync(at(`${TRASH}/data`)).size]).toEqual(['pushed', 7]);
  });
});

requires('root').test('what regadm makes belongs to whom the registry belongs', async () => {
  const { directory, trash, at } = await aScene();
  const docker = at('docker');
  chownSync(docker, 1234, 5678);
  chmodSync(docker, 0o2775);
  await trash.moveBlobs([HEX], DATE, run);
  const version = await trash.replaceFile('marks.json.gz', Buffer.from('1'), undefined);
  await trash.replaceFile('marks.json.gz', Buffer.from('2'), version);
  const facts = (file: string): number[] => {
    const { uid, gid, mode } = statSync(path.join(directory, file));
    return [uid, gid, mode & 0o7777];
  };
  for (const made of ['regadm', `regadm/trash/${DATE}`, path.dirname(TRASH), 'regadm/versions/marks.json.gz'])
    expect(facts(made)).toEqual([1234, 5678, 0o2775]);
  expect(facts('regadm/marks.json.gz')).toEqual([1234, 5678, 0o664]);
});
