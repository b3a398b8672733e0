import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { ClusterApi } from '../../../src/core/cluster/api.js';
import { SILENT } from '../../../src/core/kit/reporter.js';
import type { Digest } from '../../../src/core/model/digest.js';
import type { KubeObject } from '../../../src/core/model/kube.js';
import type { Recovery } from '../../../src/core/verify/recover-images/types.js';
import { toExitStatus } from '../../../src/core/verify/report.js';
import { verifyRegistry } from '../../../src/core/verify/verify.js';
import type { Scope } from '../../../src/core/verification/plan/scope.js';
import { aResponse } from '../../support/fake-api.js';
import { signal } from '../../support/storage-pruner.js';
import { StoredCluster } from '../../support/stored-cluster.js';

/** A cluster whose etcd is older than its storage: an image, an index and a whole stream were pushed since. */
function olderEtcd() {
  const cluster = new StoredCluster();
  const kept = cluster.push('ns/app', { layers: ['base', 'kept'] });
  cluster.tag('ns/app', 'latest', [kept]);
  const before = structuredClone(cluster.objects);
  const lost = cluster.push('ns/app', { layers: ['base', 'lost'] });
  const child = cluster.push('ns/app', { oci: true, layers: ['child'] });
  const index = cluster.pushIndex('ns/app', [child]);
  const other = cluster.push('new/stream', { layers: ['other'] });
  Object.assign(cluster.objects, before);
  return { cluster, lost, child, index, other };
}

interface Server {
  api: ClusterApi;
  /** `NAMESPACE/STREAM:TAG DIGEST` of each mapping. */
  mapped: string[];
  created: string[];
  images: KubeObject[];
}

/** Answers to mappings, and to the creation of streams, as the API server does. */
function serve(cluster: StoredCluster, { denied = '', failing = '' } = {}): Server {
  const api = cluster.api();
  const server: Server = { api, mapped: [], created: [], images: [] };
  const read = api.request.bind(api);
  const streams = new Set(
    cluster.objects.imagestreams!.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`),
  );
  const status = (code: number, more: object): ReturnType<typeof aResponse> =>
    aResponse(code, { kind: 'Status', status: code < 400 ? 'Success' : 'Failure', code, ...more });
  api.request = async (method, path, options) => {
    if (method === 'GET') return read(method, path, options);
    const body = options!.body as KubeObject & { image: KubeObject; tag: string; spec: never };
    if (path.endsWith('/selfsubjectaccessreviews')) {
      const { resource } = (body.spec as { resourceAttributes: { resource: string } }).resourceAttributes;
      return aResponse(201, { kind: 'SelfSubjectAccessReview', status: { allowed: resource !== denied } });
    }
    if (path.endsWith('/images')) {
      if (body.metadata.name === failing) return status(500, { message: 'etcd is read-only', reason: 'InternalError' });
      server.created.push(body.metadata.name);
      cluster.objects.images!.push(body);
      return aResponse(201, body);
    }
    const { namespace, name } = body.metadata;
    const key = `${namespace}/${name}`;
    if (path.endsWith('/imagestreams')) {
      server.created.push(key);
      streams.add(key);
      return aResponse(201, body);
    }
    if (body.image.metadata.name === failing)
      return status(500, { message: 'etcd is read-only', reason: 'InternalError' });
    if (!streams.has(key))
      return status(404, { reason: 'NotFound', details: { group: 'image.openshift.io', kind: 'imagestreams', name } });
    server.mapped.push(`${key}:${body.tag} ${body.image.metadata.name}`);
    server.images.push(body.image);
    cluster.objects.images!.push(body.image);
    return status(201, {});
  };
  return server;
}

async function recover(
  cluster: StoredCluster,
  { api }: Pick<Server, 'api'>,
  { how = 'write', scopes = [] }: { how?: 'plan' | 'write'; scopes?: Scope[] } = {},
) {
  const request = { scopes, storage: cluster.directory, recoverImages: how, options: {} };
  return verifyRegistry({ api, reporter: SILENT, signal: signal() }, request);
}

const statusOf = (images: Recovery[], digest: Digest): string | undefined =>
  images.find((image) => image.digest === digest)?.status;

test('what no Image object names is listed with its size and its tags, and nothing is changed', async () => {
  const { cluster, lost, child, index, other } = olderEtcd();
  const tag = cluster.linkFile('ns/app', 'manifest', lost).replace(/revisions.*/, 'tags/v2/current');
  mkdirSync(tag, { recursive: true });
  writeFileSync(`${tag}/link`, lost);
  const server = serve(cluster);
  const { lostImages, verification } = await recover(cluster, server, { how: 'plan' });
  expect(lostImages.map(({ digest }) => digest).sort()).toEqual([lost, child, index, other].sort());
  const found = lostImages.find(({ digest }) => digest === lost)!;
  const size = readFileSync(cluster.blobFile(lost)).length;
  expect(found).toMatchObject({ repository: 'ns/app', tags: ['v2'], missing: [], status: 'would-recover' });
  expect(found.bytes).toBeGreaterThan(size + 'base'.length + 'lost'.length);
  expect(lostImages.find(({ digest }) => digest === child)).toMatchObject({ status: 'would-recover', index });
  expect([server.mapped, server.created, toExitStatus(verification, lostImages)]).toEqual([[], [], 0]);
  const scopes = [{ namespace: 'ns', name: 'app', text: 'ns/app' }];
  expect((await recover(cluster, server, { how: 'plan', scopes })).lostImages).toHaveLength(3);
});

test('complete ones are listed under tags of their own, and a second run finds nothing', async () => {
  const { cluster, lost, child, index, other } = olderEtcd();
  const server = serve(cluster);
  const { lostImages } = await recover(cluster, server);
  expect(server.mapped.sort()).toEqual(
    [
      `new/stream:lost-found-${other.slice(7)} ${other}`,
      ...[lost, index].map((digest) => `ns/app:lost-found-${digest.slice(7)} ${digest}`),
    ].sort(),
  );
  // A child gets its Image object, as after a push.
  expect(server.created.sort()).toEqual(['new/stream', child]);
  expect(lostImages.map(({ status }) => status)).toEqual(Array(4).fill('recovered'));
  expect(server.images.find(({ metadata }) => metadata.name === index)).toMatchObject({
    dockerImageManifests: [{ digest: child, mediaType: 'application/vnd.oci.image.manifest.v1+json' }],
  });
  const image = server.images.find(({ metadata }) => metadata.name === lost)!;
  expect(image).toMatchObject({
    metadata: { annotations: { 'openshift.io/image.managed': 'true' } },
    dockerImageManifest: readFileSync(cluster.blobFile(lost), 'utf8'),
    dockerImageManifestMediaType: 'application/vnd.docker.distribution.manifest.v2+json',
    dockerImageConfig: expect.stringContaining('amd64'),
    dockerImageLayers: [{ size: 4 }, { size: 4 }],
  });
  expect(String(image.dockerImageReference)).toMatch(new RegExp(`/ns/app@${lost}$`));
  const again = await recover(cluster, server);
  expect(again.lostImages).toEqual([]);
  expect(server.mapped).toHaveLength(3);
});

test('a listed image that was recovered is verified again: whole, or without a link', async () => {
  const cluster = new StoredCluster();
  const others = ['one', 'two', 'three'].map((layer) => cluster.push('ns/app', { layers: [layer] }));
  const kept = cluster.push('ns/app', { layers: ['base', 'kept'] });
  cluster.tag('ns/app', 'latest', [kept, ...others]);
  cluster.objects.images = cluster.objects.images!.filter(({ metadata }) => metadata.name !== kept);
  const before = await recover(cluster, serve(cluster), { how: 'plan' });
  expect(toExitStatus(before.verification, before.lostImages)).toBe(2);
  const images = structuredClone(cluster.objects.images);
  const { lostImages, verification } = await recover(cluster, serve(cluster));
  expect([statusOf(lostImages, kept), verification.broken, verification.summary.broken]).toEqual(['recovered', [], 0]);
  expect(toExitStatus(verification, lostImages)).toBe(0);
  cluster.objects.images = images;
  const layer = cluster.blob('ns/x', 'kept').digest;
  rmSync(cluster.linkFile('ns/app', 'layer', layer));
  const damaged = await recover(cluster, serve(cluster));
  expect(damaged.verification.broken).toMatchObject([
    { image: kept, problems: [{ what: 'missing-layer-link', digest: layer }] },
  ]);
  expect(toExitStatus(damaged.verification, damaged.lostImages)).toBe(2);
});

test('an incomplete image is left alone, and so is an index with an incomplete child', async () => {
  const { cluster, lost, child, index } = olderEtcd();
  const layer = cluster.blob('ns/x', 'lost').digest;
  const childLayer = cluster.blob('ns/x', 'child').digest;
  for (const digest of [layer, childLayer]) rmSync(cluster.blobFile(digest));
  const server = serve(cluster);
  const { lostImages } = await recover(cluster, server);
  const missing = (digest: Digest): object[] => lostImages.find((image) => image.digest === digest)!.missing;
  expect(missing(lost)).toEqual([{ what: 'missing-layer', digest: layer }]);
  expect(missing(child)).toEqual([{ what: 'missing-layer', digest: childLayer }]);
  expect(missing(index)).toEqual([{ what: 'missing-child', digest: child }]);
  expect([lost, child, index].map((digest) => statusOf(lostImages, digest))).toEqual(Array(3).fill('incomplete'));
  expect(server.mapped).toHaveLength(1);
});

test('a failure concerns one image; a missing permission stops everything before', async () => {
  const { cluster, lost, other } = olderEtcd();
  const refused = serve(cluster, { denied: 'imagestreammappings' });
  await expect(recover(cluster, refused)).rejects.toMatchObject({
    code: 'FORBIDDEN',
    suggestions: expect.arrayContaining([expect.stringContaining('registry-editor USER -n ns')]),
  });
  expect(refused.mapped).toEqual([]);
  const { lostImages, verification } = await recover(cluster, serve(cluster, { failing: lost }));
  expect([lost, other].map((digest) => statusOf(lostImages, digest))).toEqual(['failed', 'recovered']);
  expect(toExitStatus(verification, lostImages)).toBe(3);
});

test('an index without the object of a child is not recovered, so that the next run finds both', async () => {
  const { cluster, child, index } = olderEtcd();
  const denied = serve(cluster, { denied: 'images' });
  await expect(recover(cluster, denied)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  expect([denied.mapped, denied.created]).toEqual([[], []]);
  const { lostImages } = await recover(cluster, serve(cluster, { failing: child }));
  expect([child, index].map((digest) => statusOf(lostImages, digest))).toEqual(['failed', 'failed']);
  const again = await recover(cluster, serve(cluster));
  expect(again.lostImages.map(({ digest, status }) => [digest, status]).sort()).toEqual(
    [child, index].map((digest) => [digest, 'recovered']).sort(),
  );
});

test('an image of two repositories is listed in the streams of both', async () => {
  const { cluster, lost } = olderEtcd();
  const { images } = structuredClone(cluster.objects);
  cluster.push('ns/copy', { layers: ['base', 'lost'] });
  cluster.objects.images = images!;
  const server = serve(cluster);
  await recover(cluster, server);
  const tag = `lost-found-${lost.slice(7)} ${lost}`;
  expect(server.mapped).toEqual(expect.arrayContaining([`ns/app:${tag}`, `ns/copy:${tag}`]));
});

test('what a stream still lists is recovered, too, with the children of an index', async () => {
  const { cluster, lost, child, index, other } = olderEtcd();
  cluster.tag('ns/app', 'v2', [lost, index]);
  const { lostImages } = await recover(cluster, serve(cluster));
  expect(lostImages.map(({ digest, status }) => [digest, status]).sort()).toEqual(
    [lost, child, index, other].map((digest) => [digest, 'recovered']).sort(),
  );
});
