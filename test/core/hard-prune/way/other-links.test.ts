import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { StoragePruner } from '../../../../src/core/hard-prune/way/storage-pruner.js';
import type { Digest } from '../../../../src/core/model/digest.js';
import { fakeUsageApi } from '../../../support/hard-prune.js';
import {
  CLUSTER,
  STORAGE,
  blobData,
  config,
  layer,
  image,
  orphan,
  other,
  pruneAll,
  prunerOn,
  signal,
} from '../../../support/storage-pruner.js';

const NAME = `sha512:${'5'.repeat(128)}`;
/** The image names its layer by another algorithm. */
const NAMING = { ...CLUSTER, images: [{ ...CLUSTER.images[0]!, dockerImageLayers: [{ name: NAME }] }] };

const linkFile = (root: string, repository: string): string =>
  path.join(root, 'repositories', repository, '_layers', NAME.replace(':', '/'), 'link');

/** A storage in which only `repository` states which blob the name means. */
async function storageWithLink(
  repository: string,
  cluster: Record<string, unknown[]> = NAMING,
  options: Parameters<typeof prunerOn>[2] = {},
): Promise<{ root: string; pruner: StoragePruner }> {
  const made = await prunerOn(
    { ...STORAGE, repositories: { ...STORAGE.repositories, 'gone/app': { manifests: [other], layers: [layer] } } },
    cluster,
    options,
  );
  const link = linkFile(made.root, repository);
  mkdirSync(path.dirname(link), { recursive: true });
  writeFileSync(link, layer);
  return made;
}

const hasBlob = (root: string, blob: Digest): boolean => existsSync(blobData(root, blob));

test.each([
  ['the repository of its image stream', 'ns/app'],
  ['a repository without an image stream', 'gone/app'],
])('a layer that only a link of another algorithm leads to is kept: %s', async (_, repository) => {
  const { root, pruner } = await storageWithLink(repository);
  const { failures } = await pruneAll(pruner);
  expect(failures).toEqual([]);
  expect([hasBlob(root, layer), hasBlob(root, orphan)]).toEqual([true, false]);
  expect(existsSync(linkFile(root, repository))).toBe(true);
  expect(existsSync(path.join(root, 'repositories/gone/app'))).toBe(repository === 'gone/app');
});

test('so is a layer that an image names in this way only after the scan', async () => {
  let images = CLUSTER.images.map((one) => ({ ...one, dockerImageLayers: [] as object[] }));
  const { api } = {
    api: fakeUsageApi({
      ...CLUSTER,
      get images() {
        return images;
      },
    }),
  };
  const { root, pruner } = await storageWithLink('gone/app', NAMING, { api });
  const before = await pruner.scan(signal());
  expect(before.plan.blobs.map(({ digest }) => digest).sort()).toEqual([layer, orphan].sort());
  images = NAMING.images;
  const { plan } = await pruner.find(signal());
  pruner.close();
  expect(plan.blobs.map(({ digest }) => digest)).toEqual([orphan]);
  expect(plan.repositories).toEqual([]);
  expect(hasBlob(root, layer)).toBe(true);
});

test('a repository whose links of other algorithms no image names is deleted', async () => {
  const { root, pruner } = await storageWithLink('gone/app', CLUSTER);
  await pruneAll(pruner);
  expect(existsSync(path.join(root, 'repositories/gone/app'))).toBe(false);
  expect([image, config, layer].every((blob) => hasBlob(root, blob))).toBe(true);
});

test('the rules of the registry do not know such links', async () => {
  const { root, pruner } = await storageWithLink('gone/app', NAMING, { rules: 'registry' });
  await pruneAll(pruner);
  expect(hasBlob(root, layer)).toBe(false);
});
