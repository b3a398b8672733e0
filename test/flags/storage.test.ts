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

test('--storage cluster names the storage of the registry', async () => {
  expect(await storageFlag('cluster', { 'storage-concurrency': '4' })).toEqual({ kind: 'cluster', concurrency: 4 });
});

test.each(['storage-endpoint', 'storage-region', 'storage-credentials'])(
  '--%s is bad usage with --storage cluster',
  async (name) => {
    await expect(storageFlag('cluster', { [name]: 'https://x' })).rejects.toMatchObject({
      code: 'USAGE',
      message: `--${name} cannot be specified with --storage cluster: the registry's settings state it`,
    });
  },
);
