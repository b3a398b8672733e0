import type { Digest } from '../../src/core/model/digest.js';
import { chmodSync } from 'node:fs';
import path from 'node:path';
import { SILENT } from '../../src/core/kit/reporter.js';
import { StoragePruner, type StoragePrunerOptions } from '../../src/core/hard-prune/way/storage-pruner.js';
import type { Deletions, Findings } from '../../src/core/hard-prune/report.js';
import { openStorage } from '../../src/core/storage/open.js';
import { digest } from './builders.js';
import { fakeUsageApi } from './hard-prune.js';
import { makeStorageTree, temporaryDirectory, type StorageDescription } from './storage-tree.js';

const names = ['image', 'config', 'layer', 'orphan', 'other'].map(digest);
export const [image, config, layer, orphan, other] = names as [Digest, Digest, Digest, Digest, Digest];

/** A cluster with one image, which stream ns/app lists. */
export const CLUSTER = {
  images: [
    {
      metadata: { name: image },
      dockerImageManifestMediaType: 'application/vnd.oci.image.manifest.v1+json',
      dockerImageMetadata: { Id: config },
      dockerImageLayers: [{ name: layer }],
    },
  ],
  imagestreams: [{ metadata: { namespace: 'ns', name: 'app' }, status: { tags: [{ tag: 'v1', items: [{ image }] }] } }],
};

/** Its storage, with one orphan. */
export const STORAGE: StorageDescription = {
  blobs: { [image]: 10, [config]: 20, [layer]: 30, [orphan]: 40 },
  repositories: { 'ns/app': { manifests: [image], layers: [config, layer, orphan] } },
};

export const signal = (): AbortSignal => new AbortController().signal;
export const mayContinue = async (): Promise<void> => {};

/** Path of a blob's data. */
export const blobData = (root: string, name: string): string =>
  path.join(root, 'blobs/sha256', name.slice(7, 9), name.slice(7), 'data');

type Options = Partial<
  Pick<StoragePrunerOptions, 'rules' | 'acceptPartial' | 'danglingLinks' | 'ages' | 'api' | 'reporter'>
> & {
  directory?: string;
};

/** Writes a storage and opens a pruner on it that ignores ages unless `options` say otherwise. */
export async function prunerOn(
  description: StorageDescription = STORAGE,
  cluster: Record<string, unknown[]> = CLUSTER,
  options: Options = {},
): Promise<{ root: string; pruner: StoragePruner }> {
  const { directory = temporaryDirectory(), ...others } = options;
  chmodSync(directory, 0o755);
  const root = makeStorageTree(directory, description);
  const pruner = new StoragePruner({
    storage: await openStorage(directory),
    api: fakeUsageApi(cluster),
    reporter: SILENT,
    rules: 'safe',
    danglingLinks: false,
    ages: { keepYoungerThanMs: 0 },
    ...others,
  });
  return { root, pruner };
}

/** Finds and deletes. */
export async function pruneAll(pruner: StoragePruner): Promise<Findings & Deletions> {
  const findings = await pruner.find(signal());
  return { ...findings, ...(await pruner.delete(findings.plan, mayContinue, signal())) };
}
