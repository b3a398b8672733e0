import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openStorage } from '../../../../../src/core/storage/open.js';
import { digest } from '../../../../support/builders.js';
import { requires } from '../../../../support/jest/requires.js';
import { makeStorageTree, temporaryDirectory } from '../../../../support/storage-tree.js';

const identityOf = async (directory: string): Promise<string> => (await openStorage(directory)).trash().identify();

function aStorage(): { directory: string; root: string } {
  const directory = path.join(temporaryDirectory(), 'registry');
  mkdirSync(directory);
  return { directory, root: makeStorageTree(directory, { blobs: { [digest('a')]: 1 }, repositories: {} }) };
}

test('a storage keeps its identity when it changes or moves, and a copy has another one', async () => {
  const { directory, root } = aStorage();
  const identity = await identityOf(directory);
  expect(identity).toMatch(/^directory \d+\.\d+\.\d+ created \d+$/);
  mkdirSync(path.join(root, 'repositories/ns'));
  utimesSync(root, 1, 1);
  expect(await identityOf(directory)).toBe(identity);
  renameSync(directory, `${directory}-moved`);
  expect(await identityOf(`${directory}-moved`)).toBe(identity);
  cpSync(`${directory}-moved`, directory, { recursive: true, preserveTimestamps: true });
  expect(await identityOf(directory)).not.toBe(identity);
});

requires('mount').test('a storage has the same identity where it is mounted elsewhere', async () => {
  const { directory } = aStorage();
  const elsewhere = temporaryDirectory();
  expect(spawnSync('mount', ['--bind', directory, elsewhere]).status).toBe(0);
  try {
    expect(await identityOf(elsewhere)).toBe(await identityOf(directory));
  } finally {
    spawnSync('umount', [elsewhere]);
  }
});

test('a dry run writes nothing to learn the time', async () => {
  const { directory } = aStorage();
  const trash = (await openStorage(directory)).trash();
  expect(Math.abs((await trash.estimateNow()) - Date.now())).toBeLessThan(60_000);
  expect(await trash.readFile('marks.json.gz')).toBeUndefined();
  expect(readdirSync(directory)).toEqual(['docker']);
  expect(Math.abs((await trash.now()) - Date.now())).toBeLessThan(60_000);
  expect(readdirSync(path.join(directory, 'regadm'))).toEqual([]);
});

test('a file that an administrator changed or deleted is read as it is, and can be replaced', async () => {
  const { directory } = aStorage();
  const trash = (await openStorage(directory)).trash();
  const file = path.join(directory, 'regadm/marks.json.gz');
  mkdirSync(path.dirname(file));
  writeFileSync(file, 'of another storage');
  const copied = await trash.readFile('marks.json.gz');
  expect(copied!.content.toString()).toBe('of another storage');
  const version = await trash.replaceFile('marks.json.gz', Buffer.from('1'), copied!.version);
  writeFileSync(file, 'damaged');
  expect(await trash.readFile('marks.json.gz')).toEqual({ content: Buffer.from('damaged'), version });
  renameSync(file, `${file}.old`);
  expect(await trash.readFile('marks.json.gz')).toBeUndefined();
  expect(await trash.replaceFile('marks.json.gz', Buffer.from('x'), version)).toBeUndefined();
  expect(await trash.replaceFile('marks.json.gz', Buffer.from('2'), undefined)).toEqual(expect.any(String));
  expect((await trash.readFile('marks.json.gz'))!.content.toString()).toBe('2');
});
