import { appendFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { SILENT } from '../../../src/core/kit/reporter.js';
import { readStored, type StoredSpace } from '../../../src/core/status/stored.js';
import type { Unavailable } from '../../../src/core/operator/state.js';
import { digest } from '../../support/builders.js';
import { fakeUsageApi } from '../../support/hard-prune.js';
import { CLUSTER, STORAGE, blobData, image, signal } from '../../support/storage-pruner.js';
import {
  filesBelow,
  makeStorageTree,
  temporaryDirectory,
  type StorageDescription,
} from '../../support/storage-tree.js';

interface Result {
  stored: StoredSpace;
  unavailable: Unavailable[];
  warnings: string[];
}

/** Measures a described storage that was written long ago. @param change changes it before */
async function read(
  description: StorageDescription,
  cluster: Record<string, unknown[]> = CLUSTER,
  change: (root: string) => void = () => {},
): Promise<Result> {
  const directory = temporaryDirectory();
  const root = makeStorageTree(directory, description);
  for (const file of filesBelow(root)) utimesSync(`${root}/${file}`, 1e9, 1e9);
  change(root);
  const warnings: string[] = [];
  const reporter = { ...SILENT, warning: (line: string) => void warnings.push(line) };
  const request = { choice: directory, text: directory, flags: `--storage ${directory}` };
  const result = await readStored({ api: fakeUsageApi(cluster), reporter, signal: signal() }, request);
  return { ...result, warnings };
}

test('blobs are in use, orphaned or young', async () => {
  const { stored, unavailable, warnings } = await read(STORAGE, CLUSTER, (root) => {
    makeStorageTree(root.replace('/docker/registry/v2', ''), { blobs: { [digest('young')]: 5 }, repositories: {} });
  });
  expect(stored).toMatchObject({
    blobs: { count: 5, bytes: 105 },
    usage: {
      inUse: { count: 3, bytes: 60 },
      orphaned: { count: 1, bytes: 40 },
      young: { count: 1, bytes: 5 },
    },
    uploads: { count: 0, bytes: 0 },
  });
  expect([unavailable, warnings]).toEqual([[], []]);
});

test('an image whose manifest cannot be read: what is stored is known, what is in use is not', async () => {
  const incomplete = { metadata: { name: image } };
  const { stored, unavailable } = await read(STORAGE, { ...CLUSTER, images: [incomplete] }, (root) =>
    writeFileSync(blobData(root, image), 'no manifest'),
  );
  expect(stored).toMatchObject({ blobs: { count: 4, bytes: 101 } });
  expect(stored.usage).toBeUndefined();
  expect(unavailable).toEqual([
    {
      what: 'what of the storage is in use',
      message: expect.stringContaining(`cannot find out which blobs image ${image}`),
    },
  ]);
});

test('manifests that are newer than all images: etcd was restored, so nothing is called orphaned', async () => {
  const unknown = Array.from({ length: 10 }, (_, at) => digest(`unknown ${at}`));
  const blobs = { ...STORAGE.blobs, ...Object.fromEntries(unknown.map((name) => [name, 100])) };
  const repositories = { ...STORAGE.repositories, 'ns/other': { manifests: unknown } };
  const [first] = CLUSTER.images as { metadata: object }[];
  const images = [{ ...first, metadata: { ...first!.metadata, creationTimestamp: '2000-01-01T00:00:00Z' } }];
  const { stored, unavailable } = await read({ blobs, repositories }, { ...CLUSTER, images });
  expect(stored).toMatchObject({ blobs: { count: 14, bytes: 1100 } });
  expect(stored.usage).toBeUndefined();
  expect(unavailable[0]!.message).toMatch(/etcd was restored.*nothing is counted as orphaned/);
});

test('files that are not part of the layout are named, and not counted', async () => {
  const { stored, warnings } = await read(STORAGE, CLUSTER, (root) => appendFileSync(`${root}/blobs/file`, 'x'));
  expect(stored.blobs).toEqual({ count: 4, bytes: 100 });
  expect(warnings).toEqual(["1 entry of the storage, not part of the registry's layout, not counted: blobs/file"]);
});

test('a storage that is not a registry is an error', async () => {
  await expect(read(STORAGE, CLUSTER, (root) => rmSync(root, { recursive: true }))).rejects.toMatchObject({
    code: 'STORAGE_NOT_A_REGISTRY',
    exitCode: 4,
  });
});
