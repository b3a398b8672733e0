import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { digest } from '../../../support/builders.js';
import {
  CLUSTER,
  STORAGE,
  config,
  image,
  layer,
  orphan,
  other,
  pruneAll,
  prunerOn,
  signal,
} from '../../../support/storage-pruner.js';
import { filesBelow } from '../../../support/storage-tree.js';

/** A storage with a manifest link that leads nowhere. */
const DANGLING = {
  ...STORAGE,
  repositories: { 'ns/app': { manifests: [image, other], layers: [config, layer, orphan] } },
};
const linked = [{ repository: 'ns/app', digest: other }];

const listing = (...images: string[]): object => ({
  metadata: { namespace: 'ns', name: 'app' },
  status: { tags: [{ tag: 'v1', items: images.map((name) => ({ image: name })) }] },
});

test('a manifest link that nothing knows is deleted; the rules of the registry keep it', async () => {
  const { root, pruner } = await prunerOn(DANGLING);
  const before = filesBelow(root);
  const { plan, failures } = await pruneAll(pruner);
  expect(plan.manifestLinks).toEqual(linked);
  expect(failures).toEqual([]);
  const gone = before.filter((file) => !filesBelow(root).includes(file));
  expect(gone).toContain(`repositories/ns/app/_manifests/revisions/sha256/${other.slice(7)}/link`);
  expect(gone).toHaveLength(2);
  const registry = await prunerOn(DANGLING, CLUSTER, { rules: 'registry' });
  expect((await registry.pruner.find(signal())).plan.manifestLinks).toEqual([]);
});

const index = digest('index');
const INDEX = {
  metadata: { name: index },
  dockerImageManifestMediaType: 'application/vnd.oci.image.index.v1+json',
  dockerImageManifests: [{ digest: other }],
};

test.each([
  ['an Image object has its name', { ...CLUSTER, images: [...CLUSTER.images, { metadata: { name: other } }] }],
  ['the image stream lists it', { ...CLUSTER, imagestreams: [listing(image, other)] }],
  ['it is a child of a listed index', { images: [...CLUSTER.images, INDEX], imagestreams: [listing(image, index)] }],
])('it is kept if %s', async (_what, cluster) => {
  const { pruner } = await prunerOn(DANGLING, cluster);
  expect((await pruner.find(signal())).plan.manifestLinks).toEqual([]);
});

test('it is kept while it is young', async () => {
  const { pruner } = await prunerOn(DANGLING, CLUSTER, { ages: { keepYoungerThanMs: 3_600_000 } });
  const { plan } = await pruner.find(signal());
  expect(plan.manifestLinks).toEqual([]);
  expect(plan.kept).toContainEqual(expect.objectContaining({ kind: 'manifest-link', name: `ns/app@${other}` }));
});

test('it is kept if something else is in the place of its blob', async () => {
  const { root, pruner } = await prunerOn(DANGLING);
  const prefix = path.join(root, 'blobs/sha256', other.slice(7, 9));
  mkdirSync(prefix, { recursive: true });
  symlinkSync('/', path.join(prefix, other.slice(7)));
  expect((await pruner.find(signal())).plan.manifestLinks).toEqual([]);
});
