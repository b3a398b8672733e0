import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { SILENT } from '../../../src/core/kit/reporter.js';
import type { Digest } from '../../../src/core/model/digest.js';
import { styles } from '../../../src/core/terminal/color.js';
import { verificationLines } from '../../../src/core/verification/output/table.js';
import { toExitStatus } from '../../../src/core/verify/report.js';
import { verifyRegistry } from '../../../src/core/verify/verify.js';
import type { Scope } from '../../../src/core/verification/plan/scope.js';
import type { BrokenImage, Verification } from '../../../src/core/verification/plan/types.js';
import { HOST, digest } from '../../support/builders.js';
import { StoredCluster } from '../../support/stored-cluster.js';
import { signal } from '../../support/storage-pruner.js';
import { filesBelow } from '../../support/storage-tree.js';

/** A cluster with images of every kind, as pushes leave them behind. */
function everyKind(): { cluster: StoredCluster; docker: Digest; index: Digest; children: Digest[] } {
  const cluster = new StoredCluster();
  const docker = cluster.push('ns/docker', { layers: ['base', 'docker', 'base'] });
  const oci = cluster.push('ns/oci', { oci: true, layers: ['base', 'oci'] });
  const children = [
    cluster.push('ns/index', { oci: true, layers: ['amd64'] }),
    cluster.push('ns/index', { oci: true, layers: ['arm64'], withObject: false }),
  ];
  const index = cluster.pushIndex('ns/index', children);
  cluster.tag('ns/docker', 'latest', [docker]);
  cluster.tag('ns/oci', 'latest', [oci]);
  cluster.tag('ns/index', 'latest', [index]);
  // As `oc tag ns/docker:latest prod/app:v1` does: the repository prod/app does not exist.
  cluster.tag('prod/app', 'v1', [docker], `${HOST}/ns/docker`);
  cluster.addImage('library/nginx', digest('imported'), { dockerImageMetadata: {}, dockerImageLayers: [] }, {});
  cluster.tag('ns/mirror', 'latest', [digest('imported')], 'quay.io/library/nginx');
  return { cluster, docker, index, children };
}

async function verify(cluster: StoredCluster, scopes: Scope[] = [], api = cluster.api()): Promise<Verification> {
  const request = { scopes, storage: cluster.directory, options: {} };
  return (await verifyRegistry({ api, reporter: SILENT, signal: signal() }, request)).verification;
}

const LAYOUT = { wide: true, width: 120, styles: styles(false) };

const problemsOf = ({ broken }: Verification): string[] =>
  broken.flatMap(({ problems }) => problems.map(({ what }) => what));
const find = ({ broken }: Verification, image: Digest): BrokenImage | undefined =>
  broken.find((one) => one.image === image);

test('images of every kind are whole, and are counted', async () => {
  const { cluster } = everyKind();
  const requests: string[] = [];
  const found = await verify(
    cluster,
    [],
    cluster.api((requested) => requests.push(requested)),
  );
  // Nothing seemed to be missing: the layer that one image lists twice counts once.
  expect(requests.filter((requested) => requested.endsWith('/images'))).toHaveLength(1);
  expect(found).toEqual({
    broken: [],
    unchecked: [],
    summary: {
      images: 5,
      blobs: 14,
      bytesRead: 0,
      broken: 0,
      orphanedBlobs: 0,
      danglingLinks: 0,
      unlistedImages: 0,
      importedImages: 1,
    },
  });
  expect(toExitStatus(found)).toBe(0);
});

test('the removal of any single file of the storage is found', async () => {
  const { cluster } = everyKind();
  const missed: string[] = [];
  const files = filesBelow(cluster.root);
  for (const file of files) {
    const whole = path.join(cluster.root, file);
    const content = readFileSync(whole);
    rmSync(whole);
    const found = await verify(cluster);
    const hex = /([0-9a-f]{64})\/(?:data|link)$/.exec(file)![1]!;
    const isNamed = found.broken.some(({ problems }) => problems.some((one) => one.digest === `sha256:${hex}`));
    if (!isNamed || found.broken.length === 0 || toExitStatus(found) !== 2) missed.push(file);
    writeFileSync(whole, content);
  }
  expect([files.length, missed]).toEqual([29, []]);
});

test('a broken image is reported with its tags, its users and what to do', async () => {
  const { cluster, docker } = everyKind();
  cluster.objects.pods!.push({
    metadata: { namespace: 'prod', name: 'web', uid: 'u' },
    spec: { containers: [{ name: 'c', image: `${HOST}/prod/app:v1` }] },
    status: { phase: 'Running' },
  });
  rmSync(cluster.blobFile(docker));
  const found = await verify(cluster);
  expect(found.broken).toEqual([
    {
      image: docker,
      problems: [{ what: 'missing-manifest', digest: docker, repository: 'ns/docker' }],
      tags: [
        { namespace: 'ns', name: 'docker', tag: 'latest', position: 0 },
        { namespace: 'prod', name: 'app', tag: 'v1', position: 0 },
      ],
      uses: [{ kind: 'Pod', namespace: 'prod', name: 'web' }],
      remedies: [
        `restore it from a backup: regadm restore DIRECTORY ${docker} --confirm`,
        'or push the same image again',
        'or, if nobody needs it, delete the tag items that list it: regadm prune images removes them by its rules',
      ],
    },
  ]);
});

test('a child of an index is reported with the tags that list the index', async () => {
  const { cluster, index, children } = everyKind();
  const [withObject, withoutObject] = children as [Digest, Digest];
  for (const child of children) rmSync(cluster.blobFile(child));
  const found = await verify(cluster);
  expect(find(found, index)).toBeUndefined();
  const tags = [{ namespace: 'ns', name: 'index', tag: 'latest', position: 0 }];
  for (const child of [withObject, withoutObject])
    expect(find(found, child)).toMatchObject({
      problems: [{ what: 'missing-child', digest: child, repository: 'ns/index' }],
      tags,
    });
});

test('a listed image without an Image object is broken; one that lives elsewhere is not', async () => {
  const { cluster, docker } = everyKind();
  cluster.objects.images = cluster.objects.images!.filter(({ metadata }) => metadata.name !== docker);
  cluster.tag('ns/mirror', 'gone', [digest('gone')], 'quay.io/library/gone');
  const found = await verify(cluster);
  expect(problemsOf(found)).toEqual(['missing-image']);
  expect(found.summary).toMatchObject({ importedImages: 2, orphanedBlobs: 0, blobs: 14 });
});

test('what a listed image without an Image object needs is checked, and nothing advises to delete it', async () => {
  const { cluster, index, children } = everyKind();
  const lost = new Set<string>([index, ...children]);
  cluster.objects.images = cluster.objects.images!.filter(({ metadata }) => !lost.has(metadata.name));
  cluster.blob('ns/app', 'orphan');
  const layer = cluster.blob('ns/index', 'arm64').digest;
  rmSync(cluster.blobFile(layer));
  const found = await verify(cluster);
  expect(problemsOf(found).sort()).toEqual(['missing-image', 'missing-layer']);
  expect(find(found, children[1]!)?.problems).toMatchObject([{ digest: layer, repository: 'ns/index' }]);
  expect(found.summary).toMatchObject({ images: 5, blobs: 14, orphanedBlobs: 1, danglingLinks: 0 });
  const text = [...verificationLines(found, LAYOUT)].join('');
  expect(text).toContain('Orphaned: 1 blob that no Image object names\n');
  const whole = everyKind().cluster;
  whole.blob('ns/app', 'orphan');
  expect([...verificationLines(await verify(whole), LAYOUT)].join('')).toContain('(regadm prune hard deletes them)');
});

test('a blob of another size is broken; sizes that only Image objects state are not enough', async () => {
  const { cluster } = everyKind();
  const images = cluster.objects.images as unknown as { dockerImageLayers: { name: string; size: number }[] }[];
  const [base] = images[0]!.dockerImageLayers;
  base!.size = 77;
  expect(problemsOf(await verify(cluster))).toEqual([]);
  truncateSync(cluster.blobFile(base!.name), 0);
  // The layer of three images: docker, oci, and no other.
  expect(problemsOf(await verify(cluster))).toEqual(['wrong-size', 'wrong-size']);
});

test('an empty manifest is corrupt', async () => {
  const { cluster, docker } = everyKind();
  truncateSync(cluster.blobFile(docker), 0);
  expect(problemsOf(await verify(cluster))).toEqual(['corrupt']);
});

test('layers that a manifest says are elsewhere are not expected', async () => {
  const cluster = new StoredCluster();
  const foreign = [
    { mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', digest: digest('f'), size: 9 },
    {
      mediaType: 'application/vnd.oci.image.layer.v1.tar',
      digest: digest('g'),
      size: 9,
      urls: ['https://example.com'],
    },
  ];
  cluster.tag('ns/app', 'latest', [cluster.push('ns/app', { layers: ['a'], foreign })]);
  expect(problemsOf(await verify(cluster))).toEqual([]);
});

test('what the Image object does not name is found in the manifest', async () => {
  const { cluster, docker } = everyKind();
  const object = cluster.objects.images!.find(({ metadata }) => metadata.name === docker)!;
  delete object.dockerImageMetadata;
  const before = await verify(cluster);
  expect([before.broken, before.summary.orphanedBlobs]).toEqual([[], 0]);
  const config = filesBelow(cluster.root).find((file) =>
    readFileSync(path.join(cluster.root, file)).includes('"docker"'),
  )!;
  rmSync(path.join(cluster.root, config));
  expect(problemsOf(await verify(cluster))).toEqual(['missing-config']);
});

test('an image that a prune deletes meanwhile is not called broken', async () => {
  const { cluster, docker } = everyKind();
  let lists = 0;
  const api = cluster.api((requested) => {
    if (!requested.endsWith('/images') || ++lists !== 2) return;
    const streams = cluster.objects.imagestreams as unknown as { status: { tags: { items: { image: string }[] }[] } }[];
    for (const { status } of streams)
      for (const tag of status.tags) tag.items = tag.items.filter(({ image }) => image !== docker);
  });
  rmSync(cluster.blobFile(docker));
  expect([await verify(cluster, [], api), lists]).toMatchObject([{ broken: [] }, 2]);
});

test('arguments limit what is verified; one that names nothing is an error', async () => {
  const { cluster, docker } = everyKind();
  rmSync(cluster.blobFile(docker));
  const [namespace, name] = ['ns', 'oci'];
  expect(await verify(cluster, [{ namespace, name, text: 'ns/oci' }])).toMatchObject({
    broken: [],
    summary: { images: 1, blobs: 4, orphanedBlobs: 0, unlistedImages: 0 },
  });
  expect(await verify(cluster, [{ namespace: 'prod', text: 'prod' }])).toMatchObject({ summary: { broken: 1 } });
  const tag = verify(cluster, [{ namespace, name, tag: 'v9', text: 'ns/oci:v9' }]);
  await expect(tag).rejects.toThrow('there is no tag "ns/oci:v9"');
  const stream = verify(cluster, [{ namespace, name: 'none', text: 'ns/none' }]);
  await expect(stream).rejects.toThrow('there is no image stream "ns/none"');
  const project = verify(cluster, [{ namespace: 'none', text: 'none' }]);
  await expect(project).rejects.toThrow('there is no image stream in the namespace "none"');
});

test("another cluster's storage is not checked; what is left of its own after a disaster is", async () => {
  const [one, other] = [everyKind(), new StoredCluster()];
  const foreign = other.push('their/app', { layers: ['theirs'] });
  other.tag('their/app', 'latest', [foreign]);
  const wrong = verify(one.cluster, [], other.api());
  await expect(wrong).rejects.toMatchObject({ code: 'OTHER_STORAGE', exitCode: 1 });
  for (const file of filesBelow(path.join(one.cluster.root, 'blobs')))
    rmSync(path.join(one.cluster.root, 'blobs', file));
  const lost = await verify(one.cluster);
  expect(lost.summary).toMatchObject({ images: 5, broken: 5 });
  rmSync(path.join(one.cluster.root, 'repositories'), { recursive: true });
  expect((await verify(one.cluster)).summary.broken).toBe(5);
});

test('counts orphaned blobs and dangling links', async () => {
  const { cluster } = everyKind();
  cluster.push('ns/old', { layers: ['old'], withObject: false });
  const { digest: gone } = cluster.blob('ns/old', 'gone');
  rmSync(cluster.blobFile(gone));
  expect((await verify(cluster)).summary).toMatchObject({ broken: 0, orphanedBlobs: 3, danglingLinks: 1 });
});
