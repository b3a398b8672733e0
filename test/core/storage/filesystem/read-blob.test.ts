import { randomBytes } from 'node:crypto';
import {
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { openStorage } from '../../../../src/core/storage/open.js';
import type { Storage } from '../../../../src/core/storage/storage.js';
import { digest } from '../../../support/builders.js';
import { readAll } from '../../../support/store-contract.js';
import { makeStorageTree, temporaryDirectory } from '../../../support/storage-tree.js';

const BLOB = digest('blob');
const HEX = BLOB.slice(7);
const DIRECTORY = `blobs/sha256/${HEX.slice(0, 2)}/${HEX}`;

let root: string;
let storage: Storage;

beforeEach(async () => {
  const directory = temporaryDirectory();
  root = makeStorageTree(directory, { blobs: { [BLOB]: 3 }, repositories: {} });
  storage = await openStorage(directory);
});

test('reads a blob up to the limit, and leaves no descriptor open', async () => {
  const open = readdirSync('/proc/self/fd').length;
  expect((await storage.readBlob(BLOB, 3))?.toString()).toBe('xxx');
  await expect(storage.readBlob(BLOB, 2)).rejects.toThrow(/data: it is longer than 2 bytes/);
  expect(await storage.readBlob(digest('absent'), 3)).toBeUndefined();
  expect(readdirSync('/proc/self/fd')).toHaveLength(open);
});

test('reads an opened blob to its end or up to any point, and leaves no descriptor open', async () => {
  const data = path.join(root, DIRECTORY, 'data');
  const content = randomBytes(1_000_000);
  writeFileSync(data, content);
  const open = readdirSync('/proc/self/fd').length;
  const opened = (await storage.openBlob(BLOB))!;
  expect(opened.bytes).toBe(1_000_000);
  expect((await readAll(opened.content)).equals(content)).toBe(true);
  for await (const chunk of (await storage.openBlob(BLOB))!.content) {
    expect(chunk.length).toBeLessThan(1_000_000);
    break;
  }
  const controller = new AbortController();
  const interrupted = (await storage.openBlob(BLOB, { signal: controller.signal }))!;
  controller.abort(new Error('interrupted'));
  await expect(readAll(interrupted.content)).rejects.toThrow('interrupted');
  const truncated = (await storage.openBlob(BLOB))!;
  truncateSync(data, 10);
  await expect(readAll(truncated.content)).rejects.toThrow('data: it has 10 bytes instead of 1000000');
  expect(await storage.openBlob(digest('absent'))).toBeUndefined();
  expect(readdirSync('/proc/self/fd')).toHaveLength(open);
});

test('a blob without data does not exist', async () => {
  rmSync(path.join(root, DIRECTORY, 'data'));
  expect(await storage.readBlob(BLOB, 3)).toBeUndefined();
});

test('a listed blob that disappears is not absent: with its directory, or only its data', async () => {
  await storage.list();
  rmSync(path.join(root, DIRECTORY, 'data'));
  await expect(storage.readBlob(BLOB, 3)).rejects.toThrow(
    `blob ${BLOB} during this run, and does not find it now, twice`,
  );
  rmSync(path.join(root, DIRECTORY), { recursive: true });
  await expect(storage.readBlob(BLOB, 3)).rejects.toThrow('does not find it now, twice');
  await storage.deleteBlobs([BLOB], { mayContinue: async () => {} });
  expect(await storage.readBlob(BLOB, 3)).toBeUndefined();
});

test('a blob that was read and disappears is not absent', async () => {
  await storage.readBlob(BLOB, 3);
  rmSync(path.join(root, DIRECTORY), { recursive: true });
  await expect(storage.readBlob(BLOB, 3)).rejects.toThrow('does not find it now, twice');
});

test('a directory that an interrupted deletion left without data does not count as listed', async () => {
  rmSync(path.join(root, DIRECTORY, 'data'));
  const before = new Date(Date.now() - 60_000);
  utimesSync(path.join(root, DIRECTORY), before, before);
  expect((await storage.list()).blobs).toEqual([HEX]);
  expect(await storage.readBlob(BLOB, 3)).toBeUndefined();
});

test('follows no link, and reads only a file', async () => {
  const file = path.join(root, DIRECTORY, 'data');
  renameSync(file, `${file}.real`);
  symlinkSync(`${file}.real`, file);
  await expect(storage.readBlob(BLOB, 3)).rejects.toThrow(/data: ELOOP/);
  rmSync(file);
  mkdirSync(file);
  await expect(storage.readBlob(BLOB, 3)).rejects.toThrow(/data: it is not a file/);
  renameSync(path.join(root, DIRECTORY), path.join(root, 'moved'));
  symlinkSync(path.join(root, 'moved'), path.join(root, DIRECTORY));
  expect(await storage.readBlob(BLOB, 3)).toBeUndefined();
});
