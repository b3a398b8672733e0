import { createHash } from 'node:crypto';
import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { openBackup, openBackupForWriting } from '../../../src/core/backup-directory/open.js';
import type { SavedImage } from '../../../src/core/backup-directory/records.js';
import { Tree } from '../../../src/core/backup-directory/tree.js';
import { verifyBackup } from '../../../src/core/backup/verify/verify.js';
import { SILENT } from '../../../src/core/kit/reporter.js';
import { sha256Digest, type Digest } from '../../../src/core/model/digest.js';
import { RegadmError } from '../../../src/core/model/errors.js';
import { requires } from '../../support/jest/requires.js';
import { openFilesBelow } from '../../support/open-files.js';
import { mountDisk, unmountDisk } from '../../support/small-disk.js';
import { temporaryDirectory } from '../../support/storage-tree.js';

const HEADER = { startedAt: '2026-01-01T00:00:00Z', server: 'https://api', cluster: { uid: 'c1', streams: ['s1'] } };
const digestOf = (content: Buffer): Digest => sha256Digest(createHash('sha256').update(content).digest('hex'));
const image = (name: Digest): SavedImage => ({
  object: { kind: 'Image', apiVersion: 'image.openshift.io/v1', metadata: { name } },
  hasContent: true,
});
const newDirectory = (): string => join(realpathSync(temporaryDirectory()), 'backup');

/** Saves images with a blob each. @returns the digests */
async function save(directory: string, blobs: Buffer[]): Promise<Digest[]> {
  const backup = await openBackupForWriting(directory);
  try {
    const run = await backup.startRun(HEADER);
    try {
      for (const blob of blobs) {
        await backup.blobs.write(digestOf(blob), [blob], blob.length);
        await run.add('image', image(digestOf(blob)));
      }
      await backup.commit(run);
    } finally {
      await run.close();
    }
  } finally {
    await backup.close();
  }
  return blobs.map(digestOf);
}

test('directories that are looked for while they are made are open once', async () => {
  const directory = realpathSync(temporaryDirectory());
  const tree = await Tree.open(directory);
  let isMade = false;
  const look = async (): Promise<void> => {
    while (!isMade) await tree.find(['a', 'b']);
  };
  const looks = [look(), look(), look()];
  await tree.make(['a', 'b']);
  isMade = true;
  await Promise.all(looks);
  expect(openFilesBelow(directory).sort()).toEqual([join(directory, 'a'), join(directory, 'a/b')]);
  await tree.close();
  expect(openFilesBelow(directory)).toEqual([]);
});

test('a look-up after the end opens nothing', async () => {
  const directory = realpathSync(temporaryDirectory());
  mkdirSync(join(directory, 'a'));
  const tree = await Tree.open(directory);
  await tree.close();
  await expect(tree.find(['a'])).rejects.toThrow('closed');
  expect(openFilesBelow(directory)).toEqual([]);
});

test('a blob or a list of records that is not read to its end is closed', async () => {
  const directory = newDirectory();
  const [digest] = await save(directory, [Buffer.alloc(1 << 20), Buffer.from('two')]);
  const backup = await openBackup(directory);
  const blob = (await backup.blobs.open(digest!))!;
  for await (const chunk of blob.content) if (chunk.length > 0) break;
  expect(openFilesBelow(directory).filter((file) => file.includes(digest!.slice(7)))).toEqual([]);
  const [run] = await backup.runs();
  for await (const record of backup.records(run!, 'image')) if (record.hasContent) break;
  expect(openFilesBelow(directory).filter((file) => file.includes(run!.id))).toEqual([]);
  await backup.close();
  expect(openFilesBelow(directory)).toEqual([]);
});

test('an interrupted verification leaves no file open', async () => {
  const directory = newDirectory();
  await save(
    directory,
    ['a', 'b', 'c', 'd'].map((text) => Buffer.alloc(4 << 20, text)),
  );
  const abort = new AbortController();
  const reporter = { ...SILENT, tick: () => abort.abort(new RegadmError('interrupted', { code: 'INTERRUPTED' })) };
  await expect(verifyBackup(directory, { reporter, signal: abort.signal })).rejects.toThrow('interrupted');
  expect(openFilesBelow(directory)).toEqual([]);
});

requires('mount').test('a backup that ends because the disk is full leaves no file open', async () => {
  const disk = realpathSync(temporaryDirectory());
  const errors: unknown[] = [];
  let isSaved = false;
  for (let files = 2; !isSaved; files++) {
    mountDisk(disk, '4m', files);
    try {
      const error: unknown = await save(join(disk, 'backup'), [Buffer.alloc(1024)]).then(
        () => void (isSaved = true),
        (cause: unknown) => cause,
      );
      if (!isSaved) errors.push(error);
      expect([files, openFilesBelow(disk)]).toEqual([files, []]);
    } finally {
      unmountDisk(disk);
    }
  }
  // Directories, the lock, the files of the run and the blob are each the first that does not fit.
  expect(errors.length).toBeGreaterThan(8);
});
