import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { StoragePruner, type StoragePrunerOptions } from '../../../../src/core/hard-prune/pruner/storage-pruner.js';
import type { Findings, Removals } from '../../../../src/core/hard-prune/report.js';
import { openStorage } from '../../../../src/core/storage/filesystem/open.js';
import { requires } from '../../../support/jest/requires.js';
import { fakeUsageApi, silentReporter } from '../../../support/hard-prune.js';
import { digest } from '../../../support/builders.js';
import {
  filesBelow,
  makeStorageTree,
  temporaryFolder,
  type StorageDescription,
} from '../../../support/storage-tree.js';

const HOUR = 3_600_000;
const [image, config, layer, orphan, other] = ['image', 'config', 'layer', 'orphan', 'other'].map(digest) as [
  string,
  string,
  string,
  string,
  string,
];

const CLUSTER = {
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

const STORAGE: StorageDescription = {
  blobs: { [image]: 10, [config]: 20, [layer]: 30, [orphan]: 40 },
  repositories: { 'ns/app': { manifests: [image], layers: [config, layer, orphan] } },
};

const signal = (): AbortSignal => new AbortController().signal;
const data = (root: string, name: string): string =>
  path.join(root, 'blobs/sha256', name.slice(7, 9), name.slice(7), 'data');
const goOn = async (): Promise<void> => {};

async function storageOf(
  description: StorageDescription = STORAGE,
  cluster: Record<string, unknown[]> = CLUSTER,
  options: Partial<StoragePrunerOptions> = {},
) {
  const folder = temporaryFolder();
  chmodSync(folder, 0o755);
  const root = makeStorageTree(folder, description);
  const pruner = new StoragePruner(
    root,
    fakeUsageApi(cluster),
    { rules: 'safe', danglingLinks: false, keepYoungerThanMs: 0, ...options },
    silentReporter,
  );
  return { root, pruner };
}

async function prune(pruner: StoragePruner): Promise<Findings & Removals> {
  const findings = await pruner.check(signal());
  return { ...findings, ...(await pruner.remove(findings.plan, goOn, signal())) };
}

describe('what is not a registry is refused, nothing touched', () => {
  const refused = async (folder: string): Promise<{ code: string; exitCode: number }> =>
    openStorage(folder).then(
      () => Promise.reject(new Error('accepted')),
      (error: { code: string; exitCode: number }) => error,
    );

  test('a folder without docker/registry/v2', async () => {
    expect(await refused(temporaryFolder())).toMatchObject({ code: 'STORAGE_NOT_A_REGISTRY', exitCode: 4 });
  });

  test('an unknown version of the layout', async () => {
    const folder = temporaryFolder();
    mkdirSync(path.join(folder, 'docker/registry/v3/blobs'), { recursive: true });
    expect(await refused(folder)).toMatchObject({ code: 'STORAGE_UNKNOWN_LAYOUT', exitCode: 4 });
  });

  test('neither blobs nor repositories; blobs by another algorithm; blobs without the two-digit folders', async () => {
    for (const inside of ['others', 'blobs/md5/00', `blobs/sha256/${orphan.slice(7)}`]) {
      const folder = temporaryFolder();
      mkdirSync(path.join(folder, 'docker/registry/v2', inside), { recursive: true });
      expect(await refused(folder)).toMatchObject({ code: 'STORAGE_UNKNOWN_LAYOUT', exitCode: 4 });
    }
  });

  test.each([
    'docker',
    'docker/registry',
    'docker/registry/v2',
    'docker/registry/v2/blobs',
    'docker/registry/v2/repositories',
  ])('a symbolic link at %s', async (place) => {
    const folder = temporaryFolder();
    makeStorageTree(folder, STORAGE);
    renameSync(path.join(folder, place), path.join(folder, 'real'));
    symlinkSync(path.join(folder, 'real'), path.join(folder, place));
    expect(await refused(folder)).toMatchObject({ code: 'STORAGE_UNKNOWN_LAYOUT', exitCode: 4 });
  });

  test('no folder at all is bad usage', async () => {
    expect(await refused('/nonexistent/registry')).toMatchObject({ code: 'USAGE', exitCode: 1 });
  });

  test("another cluster's storage", async () => {
    const { root, pruner } = await storageOf({ ...STORAGE, blobs: { [orphan]: 1 } });
    const before = filesBelow(root);
    await expect(pruner.check(signal())).rejects.toMatchObject({ code: 'OTHER_STORAGE', exitCode: 4 });
    expect(filesBelow(root)).toEqual(before);
  });

  test('an empty storage has nothing to prune', async () => {
    const { pruner } = await storageOf({ blobs: {}, repositories: {} }, { images: [], imagestreams: [] });
    expect((await pruner.check(signal())).plan.blobs).toEqual([]);
  });
});

describe('symbolic links and what is not of the layout', () => {
  test('are neither followed nor deleted', async () => {
    const outside = temporaryFolder();
    writeFileSync(path.join(outside, 'precious'), 'x');
    const { root, pruner } = await storageOf({
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
    const { failures, warnings } = await prune(pruner);
    expect(failures).toEqual([]);
    expect(filesBelow(outside)).toEqual(['precious']);
    for (const [place] of links) expect(lstatSync(path.join(root, place)).isSymbolicLink()).toBe(true);
    expect(existsSync(path.join(root, 'blobs/sha256/README'))).toBe(true);
    expect(existsSync(path.join(root, 'repositories/gone/app/notes.txt'))).toBe(true);
    expect(existsSync(path.join(root, 'repositories/gone/app/_layers/sha256', orphan.slice(7)))).toBe(false);
    expect(warnings.join()).toContain('left alone');
  });

  test('a data file that is a symbolic link stays', async () => {
    const { root, pruner } = await storageOf();
    const file = data(root, orphan);
    renameSync(file, `${file}.real`);
    symlinkSync(`${file}.real`, file);
    expect((await prune(pruner)).plan.blobs).toEqual([]);
    expect(lstatSync(file).isSymbolicLink()).toBe(true);
  });
});

describe('rules beyond the original', () => {
  test('a repository that goes whole leaves the one below it', async () => {
    const { root, pruner } = await storageOf({
      ...STORAGE,
      repositories: { ns: { manifests: [image], layers: [image] }, ...STORAGE.repositories },
    });
    const { plan } = await prune(pruner);
    expect(plan.repositories).toEqual([{ name: 'ns', reason: 'its name is not that of an image stream' }]);
    expect(filesBelow(path.join(root, 'repositories'))).toEqual(
      filesBelow(path.join(root, 'repositories/ns/app')).map((name) => `ns/app/${name}`),
    );
    expect(filesBelow(path.join(root, 'repositories/ns/app'))).toHaveLength(4);
  });

  test('blobs are swept without a repositories folder', async () => {
    const { root, pruner } = await storageOf({ ...STORAGE, repositories: {} });
    rmSync(path.join(root, 'repositories'), { recursive: true });
    expect((await prune(pruner)).plan.blobs).toEqual([{ digest: orphan, bytes: 40 }]);
  });

  test('children of a listed index keep their links, with the safe rules only', async () => {
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
    const safe = await storageOf(storage, cluster);
    expect((await safe.pruner.check(signal())).plan.manifestLinks).toEqual([]);
    const recorded = await storageOf(storage, cluster, { rules: 'registry' });
    expect((await recorded.pruner.check(signal())).plan.manifestLinks).toEqual([
      { repository: 'ns/app', digest: image },
    ]);
  });

  test('what has just been written stays: blobs, the links to them, repositories with them', async () => {
    const young = digest('young');
    const { root, pruner } = await storageOf(
      {
        blobs: { ...STORAGE.blobs, [young]: 50 },
        repositories: {
          'ns/app': { manifests: [image, young, orphan] },
          'new/app': { manifests: null, layers: [young] },
          'gone/app': { manifests: [], layers: [orphan] },
        },
      },
      CLUSTER,
      { keepYoungerThanMs: HOUR },
    );
    const old = new Date(Date.now() - 2 * HOUR);
    utimesSync(data(root, orphan), old, old);
    const { plan } = await pruner.check(signal());
    expect(plan.blobs.map(({ digest }) => digest)).toEqual([orphan]);
    expect(plan.manifestLinks).toEqual([{ repository: 'ns/app', digest: orphan }]);
    expect(plan.repositories.map(({ name }) => name)).toEqual(['gone/app']);
    expect(plan.kept.map(({ kind, name }) => `${kind} ${name}`).sort()).toEqual([
      `blob ${young}`,
      `manifest-link ns/app@${young}`,
      'repository new/app',
    ]);
  });

  test('--dangling-links removes layer links to blobs that are gone, also in this run, and no other', async () => {
    const { root, pruner } = await storageOf(
      { ...STORAGE, repositories: { 'ns/app': { manifests: [image], layers: [config, layer, orphan, other] } } },
      CLUSTER,
      { danglingLinks: true },
    );
    const { plan } = await prune(pruner);
    expect(plan.layerLinks.map(({ digest }) => digest)).toEqual([orphan, other].sort());
    const left = filesBelow(path.join(root, 'repositories/ns/app/_layers'));
    expect(left.map((name) => `sha256:${name.split('/')[1]}`).sort()).toEqual([config, layer].sort());
  });

  test('uploads are counted, and go when they are old enough', async () => {
    const { root, pruner } = await storageOf(
      { ...STORAGE, repositories: { 'ns/app': { manifests: [image], uploads: ['old', 'resumed'] } } },
      CLUSTER,
      { uploadsOlderThanMs: HOUR },
    );
    writeFileSync(path.join(root, 'repositories/ns/app/_uploads/resumed/data'), 'written just now');
    const { plan } = await prune(pruner);
    expect(plan.abandonedUploads).toBe(2);
    expect(plan.uploads).toEqual([{ repository: 'ns/app', id: 'old' }]);
    expect(filesBelow(path.join(root, 'repositories/ns/app/_uploads'))).toEqual(['resumed/data', 'resumed/startedat']);
  });

  test('what is pushed between the walk and the listing is seen', async () => {
    const cluster = { images: [...CLUSTER.images] as unknown[], imagestreams: CLUSTER.imagestreams };
    const root = makeStorageTree(temporaryFolder(), STORAGE);
    const api = fakeUsageApi(cluster);
    const { request } = api;
    // The first request comes after the walk: until then, nothing used the orphan.
    api.request = (...args) => {
      if (cluster.images.length === 1) cluster.images.push({ metadata: { name: orphan }, dockerImageLayers: [] });
      return request(...args);
    };
    const pruner = new StoragePruner(
      root,
      api,
      { rules: 'safe', danglingLinks: false, keepYoungerThanMs: 0 },
      silentReporter,
    );
    expect((await pruner.check(signal())).plan.blobs).toEqual([]);
  });
});

describe('faults of the file system', () => {
  test('a file that has vanished is gone, not failed', async () => {
    const { root, pruner } = await storageOf();
    const { plan } = await pruner.check(signal());
    rmSync(path.dirname(data(root, orphan)), { recursive: true });
    const { outcomes, failures } = await pruner.remove(plan, goOn, signal());
    expect(outcomes.blobs).toEqual([{ status: 'gone' }]);
    expect(failures).toEqual([]);
  });

  test('an interrupted removal leaves a storage that the next run finishes', async () => {
    const blobs = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [digest(`orphan ${index}`), 1]));
    const storage: StorageDescription = {
      blobs: { ...STORAGE.blobs, ...blobs },
      repositories: {
        ...STORAGE.repositories,
        'gone/app': { manifests: Object.keys(blobs).slice(0, 50), layers: Object.keys(blobs) },
      },
    };
    const { root, pruner } = await storageOf(storage);
    const stop = new AbortController();
    const { plan } = await pruner.check(signal());
    let asked = 0;
    const first = await pruner.remove(plan, async () => void (++asked === 40 && stop.abort()), stop.signal);
    expect(first.outcomes.blobs.filter(({ status }) => status === 'deleted').length).toBeLessThan(100);
    expect(first.outcomes.blobs.filter(({ status }) => status === 'skipped').length).toBeGreaterThan(0);
    const second = await prune(pruner);
    expect(second.failures).toEqual([]);
    expect(filesBelow(root).filter((name) => name.includes('data'))).toHaveLength(3);
    expect((await pruner.check(signal())).plan).toMatchObject({ blobs: [], repositories: [], manifestLinks: [] });
  });

  test('when going on is no longer safe, nothing more is deleted', async () => {
    const { root, pruner } = await storageOf();
    const { plan } = await pruner.check(signal());
    const { outcomes } = await pruner.remove(plan, () => Promise.reject(new Error('lost')), signal());
    expect(outcomes.blobs).toEqual([{ status: 'skipped', reason: 'lost' }]);
    expect(existsSync(data(root, orphan))).toBe(true);
  });

  /** Root may do everything: as nobody, what is not ours can be made unreadable or undeletable. */
  async function asNobody<T>(work: () => Promise<T>): Promise<T> {
    if (process.getuid!() !== 0) return work();
    process.seteuid!(65_534);
    try {
      return await work();
    } finally {
      process.seteuid!(0);
    }
  }

  test('a link that cannot be removed is reported, and holds back its blob', async () => {
    const { root, pruner } = await storageOf({
      ...STORAGE,
      repositories: { 'ns/app': { manifests: [image, orphan] } },
    });
    const { plan } = await pruner.check(signal());
    const folder = path.join(root, 'repositories/ns/app/_manifests/revisions/sha256', orphan.slice(7));
    for (const writable of [path.dirname(data(root, orphan)), path.dirname(path.dirname(data(root, orphan)))])
      chmodSync(writable, 0o777);
    chmodSync(folder, 0o555);
    const { failures, outcomes } = await asNobody(() => pruner.remove(plan, goOn, signal()));
    chmodSync(folder, 0o755);
    expect(failures).toEqual([{ target: `ns/app@${orphan}`, message: expect.stringContaining('EACCES') as string }]);
    expect(outcomes.blobs).toEqual([{ status: 'skipped', reason: 'a manifest link to it could not be removed' }]);
    expect(existsSync(data(root, orphan))).toBe(true);
  });

  test.each(['repositories/ns', 'repositories/ns/app/_manifests/revisions', 'blobs/sha256'])(
    'a folder that may not be read (%s) ends the run before anything is deleted',
    async (place) => {
      const { root, pruner } = await storageOf();
      const folder = path.join(root, place);
      chmodSync(folder, 0);
      await expect(asNobody(() => pruner.check(signal()))).rejects.toMatchObject({
        code: 'STORAGE_UNREADABLE',
        exitCode: 1,
        message: expect.stringContaining(folder) as string,
      });
      chmodSync(folder, 0o755);
    },
  );

  requires('mount').test('a full disk does not keep anything from being deleted', async () => {
    const disk = temporaryFolder();
    expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk]).status).toBe(0);
    try {
      const root = makeStorageTree(disk, STORAGE);
      expect(() => writeFileSync(path.join(disk, 'filler'), Buffer.alloc(1 << 20))).toThrow('ENOSPC');
      const pruner = new StoragePruner(
        root,
        fakeUsageApi(CLUSTER),
        { rules: 'safe', danglingLinks: false, keepYoungerThanMs: 0 },
        silentReporter,
      );
      const { failures, outcomes } = await prune(pruner);
      expect(failures).toEqual([]);
      expect(outcomes.blobs).toEqual([{ status: 'deleted' }]);
    } finally {
      spawnSync('umount', [disk]);
    }
  });
});
