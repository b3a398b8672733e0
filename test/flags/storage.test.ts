import { storageFlag } from '../../src/flags/storage.js';
import { temporaryDirectory } from '../support/storage-tree.js';

test('--storage names a directory', async () => {
  const directory = temporaryDirectory();
  expect(await storageFlag(directory)).toBe(directory);
});

test.each([
  ['/nonexistent/registry', '--storage /nonexistent/registry: no such directory'],
  ['/dev/null/registry', expect.stringMatching(/^--storage \/dev\/null\/registry: ENOTDIR/)],
])('--storage %s is bad usage', async (directory, message) => {
  await expect(storageFlag(directory)).rejects.toMatchObject({ code: 'USAGE', exitCode: 1, message });
});
