import { existsSync, lstatSync, mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { SILENT } from '../../../../src/core/kit/reporter.js';
import { digest } from '../../../support/builders.js';
import { fakeUsageApi } from '../../../support/hard-prune.js';
import {
  CLUSTER,
  STORAGE,
  blobData,
  config,
  image,
  layer,
  orphan,
  other,
  pruneAll,
  prunerOn,
  signal,
} from '../../../support/storage-pruner.js';
import { filesBelow, temporaryDirectory, type StorageDescription } from '../../../support/storage-tree.js';

const HOUR = 3_600_000;

test("another cluster's storage is refused", async () => {
  const { root, pruner } = await prunerOn({ ...STORAGE, blobs: { [orphan]: 1 } });
  const before = filesBelow(root);
  await expect(pruner.find(signal())).rejects.toMatchObject({ code: 'OTHER_STORAGE', exitCode: 4 });
  expect(filesBelow(root)).toEqual(before);
});

test("another cluster's storage is refused, also with an empty directory in place of an image", async () => {
  const { root, pruner } = await prunerOn();
  rmSync(blobData(root, image));
  await expect(pruner.find(signal())).rejects.toMatchObject({ code: 'OTHER_STORAGE', exitCode: 4 });
  expect(filesBelow(root).filter((file) => file.startsWith('blobs/'))).toHaveLength(3);
});

test('repositories are refused if the cluster has no image streams, except with --rules registry', async () => {
  const cluster = { ...CLUSTER, imagestreams: [] };
  const { root, pruner } = await prunerOn(STORAGE, cluster);
  const before = filesBelow(root);
  await expect(pruner.find(signal())).rejects.toMatchObject({
    code: 'OTHER_STORAGE',
    exitCode: 4,
    message: expect.stringContaining(
      'the cluster has no image streams: every repository in this storage would be deleted (1)',
    ) as string,
  });
  expect(filesBelow(root)).toEqual(before);
  const asRegistry = await prunerOn(STORAGE, cluster, { rules: 'registry' });
  expect((await asRegistry.pruner.find(signal())).plan.repositories).toHaveLength(1);
});

test('an empty storage has nothing to prune', async () => {
  const { pruner } = await prunerOn({ blobs: {}, repositories: {} }, { images: [], imagestreams: [] });
  expect((await pruner.find(signal())).plan.blobs).toEqual([]);
});

test('progress tells the listing of the storage from those of the cluster', async () => {
  const phases: string[] = [];
  let entries = 0;
  const reporter = { ...SILENT, phase: (name: string) => phases.push(name), tick: (count = 1) => (entries += count) };
  const { pruner } = await prunerOn(STORAGE, CLUSTER, { reporter });
  await pruner.find(signal());
  expect(phases).toEqual([
    "listing entries of the registry's storage",
    'listing images and image streams',
    'comparing with the cluster',
  ]);
  expect(entries).toBeGreaterThan(0);
});

describe('symbolic links and files outside the layout', () => {
  test('are neither followed nor deleted', async () => {
    const outside = temporaryDirectory();
    writeFileSync(path.join(outside, 'precious'), 'x');
    const { root, pruner } = await prunerOn({
      ...STORAGE,
      repositories: { ...STORAGE.repositories, 'gone/app': { manifests: [], layers: [orphan] } },
    });
    const linked = digest('linked').slice(7);
    mkdirSync(path.join(root, 'blobs/sha256', linked.slice(0, 2)), { recursive: true });
    const links: [string, string][] = [
      ['blobs/sha256/zz', outside],
      [`blobs/sha256/${linked.slice(0, 2)}/${linked}`, outside],
      ['repositories/elsewhere', outside],
      ['repositories/gone/app/_layers/sha256/link', path.join(outside, 'precious')],
      ['repositories/gone/app/_uploads', outside],
      [`repositories/ns/app/_manifests/revisions/sha256/${linked}`, outside],
    ];
    for (const [place, target] of links) symlinkSync(target, path.join(root, place));
    writeFileSync(path.join(root, 'blobs/sha256/README'), 'x');
    writeFileSync(path.join(root, 'repositories/gone/app/notes.txt'), 'x');
    const { failures, warnings } = await pruneAll(pruner);
    expect(failures).toEqual([]);
    expect(filesBelow(outside)).toEqual(['precious']);
    for (const [place] of links) expect(lstatSync(path.join(root, place)).isSymbolicLink()).toBe(true);
    expect(existsSync(path.join(root, 'blobs/sha256/README'))).toBe(true);
    expect(existsSync(path.join(root, 'repositories/gone/app/notes.txt'))).toBe(true);
    expect(existsSync(path.join(root, 'repositories/gone/app/_layers/sha256', orphan.slice(7)))).toBe(false);
    expect(warnings.join()).toContain('ignored');
  });

  test('a data file that is a symbolic link is kept', async () => {
    const { root, pruner } = await prunerOn();
    const file = blobData(root, orphan);
    renameSync(file, `${file}.real`);
    symlinkSync(`${file}.real`, file);
    expect((await pruneAll(pruner)).plan.blobs).toEqual([]);
    expect(lstatSync(file).isSymbolicLink()).toBe(true);
  });
});

describe('rules beyond the original', () => {
  test('deleting a whole repository keeps the one nested below it', async () => {
    const { root, pruner } = await prunerOn({
      ...STORAGE,
      repositories: { ns: { manifests: [image], layers: [image] }, ...STORAGE.repositories },
    });
    const { plan } = await pruneAll(pruner);
    expect(plan.repositories).toEqual([{ name: 'ns', reason: 'its name cannot be that of an image stream' }]);
    expect(filesBelow(path.join(root, 'repositories'))).toEqual(
      filesBelow(path.join(root, 'repositories/ns/app')).map((name) => `ns/app/${name}`),
    );
    expect(filesBelow(path.join(root, 'repositories/ns/app'))).toHaveLength(4);
  });

  test('deletes blobs without a directory for repositories', async () => {
    const { root, pruner } = await prunerOn({ ...STORAGE, repositories: {} });
    rmSync(path.join(root, 'repositories'), { recursive: true });
    expect((await pruneAll(pruner)).plan.blobs).toEqual([{ digest: orphan, bytes: 40 }]);
  });

  test('children of a listed index keep their links with the safe rules only', async () => {
    const index = digest('index');
    const child = CLUSTER.images[0]!;
    const cluster = {
      images: [
        child,
        {
          metadata: { name: index },
          dockerImageManifestMediaType: 'application/vnd.oci.image.index.v1+json',
          dockerImageManifests: [{ digest: image }],
        },
      ],
      imagestreams: [
        { metadata: { namespace: 'ns', name: 'app' }, status: { tags: [{ tag: 'v1', items: [{ image: index }] }] } },
      ],
    };
    const storage: StorageDescription = {
      blobs: { ...STORAGE.blobs, [index]: 5 },
      repositories: { 'ns/app': { manifests: [index, image], layers: [] } },
    };
    const safe = await prunerOn(storage, cluster);
    expect((await safe.pruner.find(signal())).plan.manifestLinks).toEqual([]);
    const recorded = await prunerOn(storage, cluster, { rules: 'registry' });
    expect((await recorded.pruner.find(signal())).plan.manifestLinks).toEqual([
      { repository: 'ns/app', digest: image },
    ]);
  });

  test('keeps recently written blobs, the links to them, and repositories with them', async () => {
    const young = digest('young');
    const { root, pruner } = await prunerOn(
      {
        blobs: { ...STORAGE.blobs, [young]: 50 },
        repositories: {
          'ns/app': { manifests: [image, young, orphan] },
          'new/app': { manifests: null, layers: [young] },
          'gone/app': { manifests: [], layers: [orphan] },
        },
      },
      CLUSTER,
      { ages: { keepYoungerThanMs: HOUR } },
    );
    const old = new Date(Date.now() - 2 * HOUR);
    utimesSync(blobData(root, orphan), old, old);
    for (const place of ['ns/app/_manifests/revisions', 'gone/app/_layers'])
      utimesSync(path.join(root, 'repositories', place, 'sha256', orphan.slice(7), 'link'), old, old);
    // A file that is not part of the layout has no age that counts.
    writeFileSync(path.join(root, 'repositories/gone/app/_layers/sha256/README'), 'x');
    const { plan } = await pruner.find(signal());
    expect(plan.blobs.map(({ digest }) => digest)).toEqual([orphan]);
    expect(plan.manifestLinks).toEqual([{ repository: 'ns/app', digest: orphan }]);
    expect(plan.repositories.map(({ name }) => name)).toEqual(['gone/app']);
    expect(plan.kept.map(({ kind, name }) => `${kind} ${name}`).sort()).toEqual([
      `blob ${young}`,
      `manifest-link ns/app@${young}`,
      'repository new/app',
    ]);
  });

  test('--dangling-links deletes layer links to blobs that no longer exist, also since this run, and no others', async () => {
    const { root, pruner } = await prunerOn(
      { ...STORAGE, repositories: { 'ns/app': { manifests: [image], layers: [config, layer, orphan, other] } } },
      CLUSTER,
      { danglingLinks: true },
    );
    const { plan } = await pruneAll(pruner);
    expect(plan.layerLinks.map(({ digest }) => digest)).toEqual([orphan, other].sort());
    const left = filesBelow(path.join(root, 'repositories/ns/app/_layers'));
    expect(left.map((name) => `sha256:${name.split('/')[1]}`).sort()).toEqual([config, layer].sort());
  });

  test('counts uploads, and deletes those that are old enough', async () => {
    const { root, pruner } = await prunerOn(
      { ...STORAGE, repositories: { 'ns/app': { manifests: [image], uploads: ['old', 'resumed'] } } },
      CLUSTER,
      { ages: { keepYoungerThanMs: 0, uploadsOlderThanMs: HOUR } },
    );
    writeFileSync(path.join(root, 'repositories/ns/app/_uploads/resumed/data'), 'written just now');
    const { plan } = await pruneAll(pruner);
    expect(plan.abandonedUploads).toBe(2);
    expect(plan.uploads).toEqual([{ repository: 'ns/app', id: 'old' }]);
    expect(filesBelow(path.join(root, 'repositories/ns/app/_uploads'))).toEqual(['resumed/data', 'resumed/startedat']);
  });

  test('an image that is pushed after the storage was listed is in use', async () => {
    const cluster = { images: [...CLUSTER.images] as unknown[], imagestreams: CLUSTER.imagestreams };
    const api = fakeUsageApi(cluster);
    const { request } = api;
    // The first request comes after the storage was listed: until then, nothing used the orphan.
    api.request = (...args) => {
      if (cluster.images.length === 1) cluster.images.push({ ...CLUSTER.images[0], metadata: { name: orphan } });
      return request(...args);
    };
    const { pruner } = await prunerOn(STORAGE, cluster, { api });
    expect((await pruner.find(signal())).plan.blobs).toEqual([]);
  });
});
