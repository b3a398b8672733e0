import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openStorage } from '../../../../../src/core/storage/open.js';
import { makeStorageTree, temporaryDirectory } from '../../../../support/storage-tree.js';

test('what does not belong in the trash is named, and is not listed', async () => {
  const directory = temporaryDirectory();
  makeStorageTree(directory, { blobs: {}, repositories: {} });
  const trash = (await openStorage(directory)).trash();
  expect(await trash.warnings()).toEqual([]);
  const day = path.join(directory, 'regadm/trash/2026-11-25');
  const blob = path.join(day, 'blobs/sha256/aa', 'a'.repeat(64));
  mkdirSync(blob, { recursive: true });
  writeFileSync(path.join(blob, 'data'), 'x');
  writeFileSync(path.join(day, '.regadm-1.tmp'), '');
  expect(await trash.warnings()).toEqual([]);

  symlinkSync(day, path.join(directory, 'regadm/trash/2026-11-24'));
  symlinkSync(path.join(day, 'blobs/sha256/aa'), path.join(day, 'blobs/sha256/bb'));
  mkdirSync(path.join(directory, 'regadm/trash/2026-99-99'));
  const found: string[] = [];
  await trash.listBlobs(({ date }) => void found.push(date));
  expect(found).toEqual(['2026-11-25']);
  expect(await trash.warnings()).toEqual([
    'the trash contains what does not belong there, and ignores it: regadm/trash/2026-11-24 (a symbolic link, which is not followed) and 2 more',
  ]);
});
