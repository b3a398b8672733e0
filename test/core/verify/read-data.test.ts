import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { SILENT } from '../../../src/core/kit/reporter.js';
import type { DataSubset } from '../../../src/core/model/data-subset.js';
import type { Digest } from '../../../src/core/model/digest.js';
import { openStorage } from '../../../src/core/storage/open.js';
import { verifyImages } from '../../../src/core/verification/verify-images.js';
import { StorageWay } from '../../../src/core/verification/way/storage.js';
import type { Verification } from '../../../src/core/verification/plan/types.js';
import { fromRegistry, fromStorage } from '../../../src/core/verify/read-data/open-content.js';
import type { OpenContent } from '../../../src/core/verify/read-data/read-blob.js';
import { readData } from '../../../src/core/verify/read-data/read-data.js';
import { toExitStatus } from '../../../src/core/verify/report.js';
import { signal } from '../../support/storage-pruner.js';
import { StoredCluster } from '../../support/stored-cluster.js';

/** A cluster with an image, an index of two children, and an orphaned blob. */
function aCluster(): { cluster: StoredCluster; image: Digest; index: Digest; child: Digest; orphan: Digest } {
  const cluster = new StoredCluster();
  const image = cluster.push('ns/app', { layers: ['shared', 'one'] });
  const child = cluster.push('ns/index', { layers: ['shared', 'two'] });
  const index = cluster.pushIndex('ns/index', [child, cluster.push('ns/index', { layers: ['three'] })]);
  cluster.tag('ns/app', 'latest', [image]);
  cluster.tag('ns/index', 'v1', [index]);
  return { cluster, image, index, child, orphan: cluster.blob('ns/app', 'orphan').digest };
}

interface Options {
  subset?: DataSubset;
  /** Changes how blobs are opened. */
  around?: (open: OpenContent) => OpenContent;
  /** Called before data is read. */
  before?: () => void;
  signal?: AbortSignal;
}

async function read(cluster: StoredCluster, options: Options = {}): Promise<Verification> {
  const { subset, around = (open) => open, before, signal: own = signal() } = options;
  const ports = { api: cluster.api(), reporter: SILENT, signal: own };
  const storage = await openStorage(cluster.directory);
  const way = new StorageWay(storage, { reporter: SILENT, isOwn: true, signal: own });
  const verified = await verifyImages(ports, way);
  before?.();
  return readData(ports, verified, { subset, open: around(fromStorage(storage, own)), readManifest: way.readManifest });
}

/** Changes one byte of a blob. */
function damage(cluster: StoredCluster, digest: Digest): void {
  const content = readFileSync(cluster.blobFile(digest));
  content[content.length >> 1]! ^= 1;
  writeFileSync(cluster.blobFile(digest), content);
}

test('what is whole is read once, and orphans are not read', async () => {
  const { cluster } = aCluster();
  const opened: Digest[] = [];
  const found = await read(cluster, {
    around: (open) => (blob) => {
      opened.push(blob.digest);
      return open(blob);
    },
  });
  expect(found.broken).toEqual([]);
  expect([new Set(opened).size, opened.length]).toEqual([found.summary.blobs, found.summary.blobs]);
  const bytes = opened.map((digest) => readFileSync(cluster.blobFile(digest)).length);
  expect(found.summary.bytesRead).toBe(bytes.reduce((sum, each) => sum + each, 0));
  expect(toExitStatus(found)).toBe(0);
});

test('a byte that has changed in a layer is found, and named with every image and tag', async () => {
  const { cluster, image, child } = aCluster();
  const shared = cluster.blob('ns/app', 'shared').digest;
  damage(cluster, shared);
  const found = await read(cluster);
  expect(
    found.broken.map((one) => [one.image, one.problems, one.tags.map(({ name, tag }) => `${name}:${tag}`)]),
  ).toEqual(
    [
      [image, [{ what: 'corrupt', digest: shared, repository: 'ns/app' }], ['app:latest']],
      [child, [{ what: 'corrupt', digest: shared, repository: 'ns/index' }], ['index:v1']],
    ].sort(),
  );
  expect(found.summary.broken).toBe(2);
  expect(toExitStatus(found)).toBe(2);
});

test.each(['image', 'index', 'child'] as const)('a changed manifest is found: %s', async (which) => {
  const scene = aCluster();
  damage(scene.cluster, scene[which]);
  const { broken } = await read(scene.cluster);
  expect(broken).toMatchObject([{ image: scene[which], problems: [{ what: 'corrupt', digest: scene[which] }] }]);
});

test('shards find together what one run finds', async () => {
  const { cluster } = aCluster();
  const damaged = ['shared', 'one', 'three'].map((content) => cluster.blob('ns/app', content).digest);
  for (const digest of damaged) damage(cluster, digest);
  const all = await read(cluster);
  const shards = [];
  for (const index of [0, 1, 2]) shards.push(await read(cluster, { subset: { index, of: 3 } }));
  const problems = (found: Verification[]): string[] =>
    found.flatMap(({ broken }) => broken.flatMap((one) => one.problems.map(({ digest }) => one.image + digest))).sort();
  expect(problems(shards)).toEqual(problems([all]));
  expect(shards.reduce((sum, { summary }) => sum + summary.bytesRead, 0)).toBe(all.summary.bytesRead);
});

test('one read that differs or fails is repeated; what cannot be read is not corrupt', async () => {
  const { cluster, image } = aCluster();
  const tries = new Map<Digest, number>();
  const unreadable = cluster.blob('ns/app', 'one').digest;
  const found = await read(cluster, {
    around: (open) => async (blob) => {
      const count = (tries.get(blob.digest) ?? 0) + 1;
      tries.set(blob.digest, count);
      if (blob.digest === image && count === 1) return open({ ...blob, digest: unreadable });
      if (blob.digest === unreadable || count === 1) throw new Error('connection reset');
      return open(blob);
    },
  });
  expect(found.broken).toEqual([]);
  expect(found.unchecked).toEqual([{ target: `blob ${unreadable}`, message: 'connection reset' }]);
  expect(tries.get(unreadable)).toBe(3);
  expect(toExitStatus(found)).toBe(1);
});

test('after twenty blobs in a row that cannot be read, no other is read', async () => {
  const cluster = new StoredCluster();
  const layers = Array.from({ length: 60 }, (_, index) => `layer ${index}`);
  cluster.tag('ns/app', 'latest', [cluster.push('ns/app', { layers })]);
  const around = (): OpenContent => () => Promise.reject(new Error('status 503'));
  const { unchecked, broken } = await read(cluster, { around });
  expect(broken).toEqual([]);
  expect(unchecked.length).toBeLessThan(30);
  const other = unchecked.find(({ target }) => target.endsWith('other blobs'))!;
  expect(Number.parseInt(other.target, 10) + unchecked.length - 1).toBe(62);
});

test('a corrupt image that is no longer listed is not broken; what is not found is read again', async () => {
  const { cluster, image } = aCluster();
  damage(cluster, cluster.blob('ns/app', 'one').digest);
  const streams = cluster.objects.imagestreams!;
  const before = (): void => void streams.splice(0, 1);
  expect((await read(cluster, { before })).broken).toEqual([]);
  const other = aCluster();
  let reads = 0;
  const missingTimes =
    (times: number): Options['around'] =>
    (open) =>
    (blob) =>
      blob.digest === image && reads++ < times ? Promise.resolve(undefined) : open(blob);
  expect((await read(other.cluster, { around: missingTimes(1) })).broken).toEqual([]);
  reads = 0;
  // A look-up still finds it, as in the cache of a registry.
  expect((await read(other.cluster, { around: missingTimes(2) })).broken).toMatchObject([
    { image, problems: [{ what: 'missing-manifest', digest: image, repository: 'ns/app' }] },
  ]);
});

test('an interruption ends it', async () => {
  const controller = new AbortController();
  const before = (): void => controller.abort(new Error('interrupted'));
  await expect(read(aCluster().cluster, { before, signal: controller.signal })).rejects.toThrow('interrupted');
});

test('the registry serves manifests apart from blobs', async () => {
  const { cluster, index } = aCluster();
  const asked: string[] = [];
  const content = (digest: Digest): Buffer => readFileSync(cluster.blobFile(digest));
  const registry = {
    async readManifest(repository: string, digest: Digest) {
      asked.push(`${repository} ${digest}`);
      return { content: content(digest), mediaType: '' };
    },
    async readBlob(_repository: string, digest: Digest) {
      return {
        bytes: undefined,
        content: (async function* () {
          yield content(digest);
        })(),
      };
    },
  };
  const found = await read(cluster, { around: () => fromRegistry(registry, signal()) });
  expect(found.broken).toEqual([]);
  expect(asked).toHaveLength(4);
  expect(asked).toContain(`ns/index ${index}`);
});

/** Changes the layers that the Image object of an image states. */
function restate(cluster: StoredCluster, image: Digest, change: (layers: object[]) => object[]): void {
  const object = cluster.objects.images!.find(({ metadata }) => metadata.name === image)!;
  object.dockerImageLayers = change(object.dockerImageLayers as object[]);
}

test('a layer that only the manifest names is read; one that is not found is missing', async () => {
  const { cluster, image } = aCluster();
  restate(cluster, image, (layers) => layers.slice(0, 1));
  expect((await read(cluster)).broken).toEqual([]);
  const layer = cluster.blob('ns/app', 'one').digest;
  damage(cluster, layer);
  expect((await read(cluster)).broken).toMatchObject([{ image, problems: [{ what: 'corrupt', digest: layer }] }]);
  rmSync(cluster.blobFile(layer));
  const parts = [0, 1, 2].map((index) => read(cluster, { subset: { index, of: 3 } }));
  const found = [await read(cluster), ...(await Promise.all(parts))].filter(({ broken }) => broken.length > 0);
  expect(found).toHaveLength(2);
  const problems = [{ what: 'missing-layer', digest: layer, repository: 'ns/app' }];
  for (const { broken, unchecked } of found) expect([broken, unchecked]).toMatchObject([[{ image, problems }], []]);
});

test('a layer that only the Image object names, or that is downloaded from elsewhere, is not missing', async () => {
  const { cluster, image } = aCluster();
  const more = { name: `sha256:${'b'.repeat(64)}`, size: 1, mediaType: 'application/octet-stream' };
  restate(cluster, image, (layers) => [...layers, more]);
  const foreign = [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', urls: ['https://example.com'], size: 1 }];
  const layers = foreign.map((one) => ({ ...one, digest: `sha256:${'c'.repeat(64)}` as Digest }));
  const other = cluster.push('ns/other', { layers: ['other'], foreign: layers });
  cluster.tag('ns/other', 'latest', [other]);
  for (const subset of [undefined, ...[0, 1, 2].map((index) => ({ index, of: 3 }))])
    expect(await read(cluster, { subset })).toMatchObject({ broken: [], unchecked: [] });
  restate(cluster, other, (stated) => stated.slice(0, 1));
  expect(await read(cluster)).toMatchObject({ broken: [], unchecked: [] });
  // What is really damaged is still found beside it.
  damage(cluster, cluster.blob('ns/app', 'one').digest);
  expect((await read(cluster)).broken).toMatchObject([{ image, problems: [{ what: 'corrupt' }] }]);
});

test('a layer with a digest of another algorithm is not checked, and not called broken', async () => {
  const { cluster } = aCluster();
  const digest = `sha512:${'5'.repeat(128)}` as Digest;
  const mediaType = 'application/vnd.docker.image.rootfs.diff.tar.gzip';
  const image = cluster.push('ns/other', { layers: ['other'], foreign: [{ mediaType, digest, size: 1 }] });
  cluster.tag('ns/other', 'latest', [image]);
  const found = await read(cluster);
  const message = 'the storage contains blobs only by their sha256 digests';
  expect([found.broken, found.unchecked]).toEqual([[], [{ target: `blob ${digest}`, message }]]);
});
