import { createHash } from 'node:crypto';
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

type PrunerOn = Awaited<ReturnType<typeof prunerOn>>;

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

describe('an image index that names its child by another algorithm', () => {
  const SHA512 = (text: string): string => `sha512:${createHash('sha512').update(text).digest('hex')}`;
  const asDigestOf = (text: string): Digest => `sha256:${createHash('sha256').update(text).digest('hex')}` as Digest;
  const manifestOf = (...layers: string[]): string =>
    JSON.stringify({ schemaVersion: 2, config: { digest: config }, layers: layers.map((name) => ({ digest: name })) });
  const indexOf = (...children: string[]): string =>
    JSON.stringify({ schemaVersion: 2, manifests: children.map((name) => ({ digest: name })) });
  const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';

  /** Writes blobs, with a link that has another algorithm to each. */
  async function storageOf(texts: readonly string[], index: string, stated: object): Promise<PrunerOn> {
    const image = { metadata: { name: asDigestOf(index) }, dockerImageManifestMediaType: INDEX_TYPE, ...stated };
    const items = [{ image: asDigestOf(index) }];
    const made = await prunerOn(
      { ...STORAGE, blobs: { ...STORAGE.blobs, [other]: 50 } },
      {
        images: [...CLUSTER.images, image],
        imagestreams: [
          ...CLUSTER.imagestreams,
          { metadata: { namespace: 'ns', name: 'multi' }, status: { tags: [{ tag: 'v1', items }] } },
        ],
      },
    );
    for (const text of [...texts, index]) {
      mkdirSync(path.dirname(blobData(made.root, asDigestOf(text))), { recursive: true });
      writeFileSync(blobData(made.root, asDigestOf(text)), text);
    }
    for (const text of texts) {
      const revisions = path.join(made.root, 'repositories/ns/multi/_manifests/revisions');
      const link = path.join(revisions, SHA512(text).replace(':', '/'), 'link');
      mkdirSync(path.dirname(link), { recursive: true });
      writeFileSync(link, asDigestOf(text));
    }
    return made;
  }

  const CHILD = manifestOf(orphan);
  const NESTED = indexOf(SHA512(CHILD));

  test.each<[string, string, string[], object]>([
    ['only its manifest names it', indexOf(SHA512(CHILD)), [CHILD], {}],
    ['its object names it', indexOf(), [CHILD], { dockerImageManifests: [{ digest: SHA512(CHILD) }] }],
    ['its object contains its manifest', indexOf(), [CHILD], { dockerImageManifest: indexOf(SHA512(CHILD)) }],
    ['in an index in an index', indexOf(SHA512(NESTED)), [CHILD, NESTED], {}],
    ['in an index whose name has the usual algorithm', indexOf(asDigestOf(NESTED)), [CHILD, NESTED], {}],
  ])('keeps the layers of this child: %s', async (_, index, texts, stated) => {
    const { root, pruner } = await storageOf(texts, index, stated);
    const { failures } = await pruneAll(pruner);
    expect(failures).toEqual([]);
    expect([hasBlob(root, asDigestOf(CHILD)), hasBlob(root, orphan), hasBlob(root, other)]).toEqual([
      true,
      true,
      false,
    ]);
  });

  test('refuses to prune if this child cannot be read', async () => {
    const { root, pruner } = await storageOf([CHILD], indexOf(SHA512(CHILD)), {});
    writeFileSync(blobData(root, asDigestOf(CHILD)), 'damaged');
    await expect(pruneAll(pruner)).rejects.toMatchObject({ code: 'IMAGE_UNREADABLE' });
    expect([orphan, other].every((blob) => hasBlob(root, blob))).toBe(true);
  });
});
