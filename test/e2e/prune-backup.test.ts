import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { verifyBackup } from '../../src/core/backup/verify/verify.js';
import { openBackup } from '../../src/core/backup-directory/open.js';
import type { Descriptor, SavedImage, SavedStream } from '../../src/core/backup-directory/records.js';
import { SILENT } from '../../src/core/kit/reporter.js';
import type { BackupRequest } from '../../src/core/prune/backup/request.js';
import { interrupt } from '../support/cli.js';
import { falseClaims, missingParts, stateOf, type PruneDocument, type State } from '../support/cluster-checks.js';
import { requires } from '../support/jest/requires.js';
import { openFilesBelow } from '../support/open-files.js';
import { aScene, CONFIRM, DRY_RUN, prune, pruneInProcess, type Scene } from '../support/prune-scene.js';
import { mountDisk, unmountDisk } from '../support/small-disk.js';

type WithBackup = PruneDocument & { summary: { saved?: number; notSaved?: number }; backup?: object };

let scene: Scene;
let before: State;
let objects: Map<string, unknown>;
let parent: string;
let dir: string;
beforeEach(async () => {
  scene = await aScene({ storage: 'files' });
  before = stateOf(scene.sandbox);
  objects = new Map(scene.sandbox.store.list('images').map((image) => [image.metadata.name, image]));
  parent = realpathSync(mkdtempSync(path.join(tmpdir(), 'regadm-backup-')));
  dir = path.join(parent, 'backup');
});
afterEach(async () => {
  await scene.sandbox.stop();
  rmSync(parent, { recursive: true, force: true });
});

async function save(more: Partial<BackupRequest> = {}, options = {}): Promise<WithBackup> {
  const backup = { directory: dir, acceptOtherCluster: false, ...more };
  const { document } = await pruneInProcess(scene, { request: { backup }, options }).finally(() => {
    // Else the disk could not be unmounted.
    expect(openFilesBelow(parent)).toEqual([]);
  });
  expect(falseClaims(document, before, scene.sandbox)).toEqual([]);
  return document as WithBackup;
}

const indexOf = (directory = dir): Descriptor[] =>
  (JSON.parse(readFileSync(path.join(directory, 'index.json'), 'utf8')) as { manifests: Descriptor[] }).manifests;
const nameOf = ({ annotations }: Descriptor): string => annotations!['org.opencontainers.image.ref.name']!;
const blobsIn = (directory = dir): string[] => readdirSync(path.join(directory, 'blobs/sha256')).sort();

async function recordsIn(): Promise<{ images: SavedImage[]; streams: SavedStream[] }> {
  const backup = await openBackup(dir);
  const images: SavedImage[] = [];
  const streams: SavedStream[] = [];
  for (const run of await backup.runs()) {
    for await (const image of backup.records(run, 'image')) images.push(image);
    for await (const stream of backup.records(run, 'stream')) streams.push(stream);
  }
  await backup.close();
  return { images, streams };
}

/** Everything that is gone from the sandbox is in the backup, unchanged. */
async function expectAllSaved(): Promise<void> {
  const after = stateOf(scene.sandbox);
  const { images, streams } = await recordsIn();
  const saved = new Map(images.map(({ object }) => [object.metadata.name as string, object]));
  for (const name of before.images.filter((image) => !after.images.includes(image)))
    expect(saved.get(name)).toMatchObject({ metadata: (objects.get(name) as SavedImage['object']).metadata });
  const items = streams.flatMap(({ repository, items }) =>
    items.map(({ tag, image, created }) => `${repository}:${tag}@${image} ${created}`),
  );
  for (const item of before.itemTimes.filter((one) => !after.itemTimes.includes(one))) expect(items).toContain(item);
  const blobs = new Set(blobsIn());
  for (const blob of before.blobs.filter((one) => !after.blobs.includes(one))) expect(blobs).toContain(blob.slice(7));
  for (const blob of blobs) {
    const content = readFileSync(path.join(dir, 'blobs/sha256', blob));
    expect(createHash('sha256').update(content).digest('hex')).toBe(blob);
  }
}

describe('saves everything before it is deleted', () => {
  test('through the registry; an image that no stream lists is kept', async () => {
    const document = await save();
    await expectAllSaved();
    const { summary, images, warnings, failures } = document;
    expect(summary).toMatchObject({ saved: 13, notSaved: 1, failed: 0 });
    expect(failures).toEqual([]);
    expect(images.find(({ name }) => name === scene.loose)).toMatchObject({
      status: 'skipped',
      reason: expect.stringContaining('not saved: no image stream lists it') as string,
    });
    expect(warnings).toEqual([expect.stringContaining('add --storage')]);
    expect(stateOf(scene.sandbox).images).toContain(scene.loose);
    expect(missingParts(scene.sandbox)).toEqual([]);
    const named = indexOf().map((descriptor) => [nameOf(descriptor), descriptor.annotations!['regadm/positions']]);
    expect(named).toContainEqual([`shop/web@${scene.web[3]}`, '3']);
    expect(named).toContainEqual([`multi/tool@${scene.indexes[4]}`, '4']);
    const docker = indexOf().filter(({ digest }) => digest === scene.web[4]);
    expect(docker.map(({ mediaType }) => mediaType)).toEqual([
      'application/vnd.docker.distribution.manifest.v2+json',
      'application/vnd.oci.image.manifest.v1+json',
    ]);
  });

  test('from the storage, images that no stream lists included', async () => {
    const document = await save({ storage: scene.sandbox.storageDir });
    await expectAllSaved();
    expect(document.failures).toEqual([]);
    expect(document.summary).toMatchObject({ saved: 14, notSaved: 0, failed: 0 });
    expect(stateOf(scene.sandbox).images).not.toContain(scene.loose);
    expect(indexOf().map(nameOf)).toContain(`ops/batch@${scene.loose}`);
  });

  test('only objects with --prune-registry=false', async () => {
    const { summary } = await save({}, { pruneRegistry: false });
    expect(summary).toMatchObject({ saved: 14, notSaved: 0 });
    expect(existsSync(path.join(dir, 'blobs'))).toBe(false);
    expect(indexOf()).toEqual([]);
    expect((await recordsIn()).images.every(({ hasContent }) => !hasContent)).toBe(true);
  });

  test('what an interrupted run has saved is the source of what it has deleted', async () => {
    scene.sandbox.addFault('DELETE ^/apis/image.openshift.io/v1/images/ => 409');
    const { summary } = await save();
    expect(summary.images).toBe(0);
    scene.sandbox.clearFaults();
    before = stateOf(scene.sandbox);
    expect((await save()).summary).toMatchObject({ images: 11, notSaved: 1, failed: 0 });
  });
});

test('a connection that breaks within a blob is not the end: the blob is read again', async () => {
  const cut = new Set<string>();
  scene.sandbox.onRequest(({ server, method, path: url }) => {
    if (server !== 'registry' || method !== 'GET' || !url.includes('/blobs/') || cut.has(url)) return undefined;
    cut.add(url);
    return { do: 'cut' };
  });
  expect((await save()).failures).toEqual([]);
  expect(cut.size).toBeGreaterThan(0);
  await expectAllSaved();
});

describe('keeps what cannot be saved', () => {
  const web = (): string => scene.web[4]!;

  function expectKept(document: WithBackup, image: string, reason: string): void {
    const after = stateOf(scene.sandbox);
    expect(document.failures).toContainEqual(
      expect.objectContaining({ target: `image ${image}`, message: expect.stringContaining(reason) as string }),
    );
    expect(after.images).toContain(image);
    expect(after.items.filter((item) => item.includes(image))).toEqual(
      before.items.filter((item) => item.includes(image)),
    );
    expect(missingParts(scene.sandbox)).toEqual([]);
    expect(document.summary.images).toBeGreaterThan(0);
  }

  test.each([
    ['a manifest that cannot be read', '/manifests/', '=> 500', 'cannot be read'],
    ['a manifest that is missing', '/manifests/', 'missing', 'is missing in the registry'],
  ])('%s', async (_, part, fault, reason) => {
    scene.sandbox.onRequest(({ server, method, path: url }) => {
      if (server !== 'registry' || method !== 'GET' || !url.includes(`${part}${web()}`)) return undefined;
      const body = JSON.stringify({ errors: [{ code: 'MANIFEST_UNKNOWN', message: 'unknown' }] });
      return { do: 'respond', status: fault === 'missing' ? 404 : 500, body };
    });
    const document = await save();
    expectKept(document, web(), reason);
    expect(document.images.find(({ name }) => name === web())).toMatchObject({ status: 'skipped' });
  });

  test('a manifest that was altered on the way: it is not even parsed', async () => {
    scene.sandbox.onRequest(({ server, method, path: url }) =>
      server === 'registry' && method === 'GET' && url.includes(`/manifests/${web()}`)
        ? { do: 'rewrite', change: (text) => text.replaceAll(/sha256:./g, 'sha256:0') }
        : undefined,
    );
    expectKept(await save(), web(), `the content of its manifest ${web()} does not match its digest`);
  });

  test('a blob whose content is not that of its digest', async () => {
    const { layers } = JSON.parse(readFileSync(blobFile(web()), 'utf8')) as { layers: { digest: string }[] };
    writeFileSync(blobFile(layers.at(-1)!.digest), readFileSync(blobFile(layers.at(-1)!.digest)).fill('x'));
    expectKept(await save(), web(), 'its content does not match its digest');
  });

  test('an index with all its children, if one of them cannot be saved', async () => {
    const [first, second] = scene.children[4]!;
    rmSync(blobFile(first!));
    before = stateOf(scene.sandbox);
    const document = await save();
    const index = scene.indexes[4]!;
    for (const kept of [index, first!, second!])
      expect(document.images.find(({ name }) => name === kept)).toMatchObject({ status: 'skipped' });
    expect(stateOf(scene.sandbox).items).toContain(`multi/tool:v1@${index}`);
  });

  test('everything of a stream whose tag items cannot be read', async () => {
    scene.sandbox.onRequest(({ server, method, path: url }) =>
      server === 'api' && method === 'GET' && url.endsWith('/namespaces/ops/imagestreams/batch')
        ? { do: 'respond', status: 403, body: '{"kind":"Status","apiVersion":"v1","status":"Failure","code":403}' }
        : undefined,
    );
    const document = await save();
    expect(document.failures).toContainEqual(expect.objectContaining({ target: 'image stream ops/batch' }));
    expect(stateOf(scene.sandbox).items.filter((item) => item.startsWith('ops/'))).toEqual(
      before.items.filter((item) => item.startsWith('ops/')),
    );
  });

  function blobFile(digest: string): string {
    const hex = digest.slice('sha256:'.length);
    return path.join(scene.sandbox.storageDir, 'docker/registry/v2/blobs/sha256', hex.slice(0, 2), hex, 'data');
  }
});

describe('refuses before anything is changed', () => {
  async function expectRefused(code: string, more: Partial<BackupRequest> = {}): Promise<void> {
    await expect(save(more)).rejects.toMatchObject({ code });
    expect(stateOf(scene.sandbox)).toEqual(before);
  }

  test('a directory in which another cluster is', async () => {
    await save();
    await scene.sandbox.stop();
    scene = await aScene({ storage: 'files' });
    before = stateOf(scene.sandbox);
    await expectRefused('BACKUP_OF_ANOTHER_CLUSTER');
    expect((await save({ acceptOtherCluster: true })).summary).toMatchObject({ failed: 0 });
  });

  test('a directory of which no run can be read; one readable run shows the cluster', async () => {
    await save();
    before = stateOf(scene.sandbox);
    const names = indexOf().map(nameOf);
    const runs = path.join(dir, 'regadm/runs');
    rmSync(path.join(runs, readdirSync(runs)[0]!, 'run.json'));
    await expectRefused('BACKUP_OF_ANOTHER_CLUSTER');
    const warning = expect.stringContaining('run.json: it does not exist') as string;
    expect((await save({ acceptOtherCluster: true })).warnings).toContainEqual(warning);
    expect(readdirSync(runs)).toHaveLength(2);
    expect((await save({ storage: scene.sandbox.storageDir })).warnings).toEqual([warning]);
    expect(indexOf().map(nameOf)).toEqual(expect.arrayContaining([...names, `ops/batch@${scene.loose}`]));
    expect(stateOf(scene.sandbox).images).not.toContain(scene.loose);
  });

  test('a directory inside the storage, and one that is a file', async () => {
    await expectRefused('USAGE', { directory: path.join(scene.sandbox.storageDir, 'docker/registry/v2/backup') });
    await expectRefused('USAGE', {
      directory: path.join(scene.sandbox.storageDir, 'x'),
      storage: scene.sandbox.storageDir,
    });
    writeFileSync(dir, '');
    await expectRefused('BACKUP_DIRECTORY');
  });

  test('without the permission to pull, which the message names', async () => {
    const user = scene.sandbox.kubeconfig.pruner;
    const result = await prune(scene, [...CONFIRM, '--backup', dir], { kubeconfig: user });
    expect(result.status).toBe(1);
    expect(result.stderr).toContain('the user may not pull images');
    expect(result.stderr).toContain('system:image-puller');
    expect(stateOf(scene.sandbox)).toEqual(before);
    expect(existsSync(dir)).toBe(false);
  });
});

requires('mount').describe('on a small disk', () => {
  let disk: string;
  beforeEach(() => {
    disk = path.join(parent, 'disk');
    mkdirSync(disk);
    mountDisk(disk, '512k');
    dir = disk;
  });
  afterEach(() => unmountDisk(disk));

  test('a backup that needs more than the free space is refused', async () => {
    mkdirSync(path.join(disk, 'lost+found'));
    writeFileSync(path.join(disk, 'lost+found/filler'), Buffer.alloc(508 * 1024));
    await expect(save()).rejects.toMatchObject({
      ...{ code: 'BACKUP_SPACE', exitCode: 4 },
      suggestions: [expect.stringContaining('--keep-younger-than')],
    });
    expect(stateOf(scene.sandbox)).toEqual(before);
    expect(readdirSync(disk)).toEqual(['lost+found']);
  });

  test('a disk that fills up while saving: what is saved is deleted, everything else is kept whole', async () => {
    const filler = path.join(disk, 'lost+found/filler');
    mkdirSync(path.dirname(filler));
    let isHeld = false;
    // A manifest is written last.
    const isSaved = (name: string): boolean => existsSync(path.join(dir, 'blobs/sha256', name.slice(7)));
    scene.sandbox.onRequest(async ({ server, method, path: url }) => {
      if (server === 'registry' && method === 'GET' && url.startsWith('/v2/multi/tool/blobs/') && !isHeld) {
        isHeld = true;
        while (!scene.web.some(isSaved)) await setTimeout(5);
        expect(() => writeFileSync(filler, Buffer.alloc(1 << 20))).toThrow('ENOSPC');
      }
      // Tag items are saved after the images. Others use the disk, too: there is space again.
      if (server === 'api' && method === 'GET' && /\/imagestreams\/[^/?]+$/.test(url)) rmSync(filler, { force: true });
      return undefined;
    });
    const document = await save();
    expect(isHeld).toBe(true);
    expect(document.failures.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/^not saved, and therefore kept: .*(no space|ENOSPC|disk of the backup is full)/),
    );
    expect(document.summary.saved).toBeGreaterThan(0);
    expect(document.summary.images).toBeGreaterThan(0);
    await expectAllSaved();
    expect(missingParts(scene.sandbox)).toEqual([]);
    const reading = { reporter: SILENT, signal: new AbortController().signal };
    expect(await verifyBackup(dir, reading)).toMatchObject({ damaged: [] });
  });
});

describe('the command', () => {
  const backup = (): string[] => ['--backup', dir];

  test('a dry run shows what it would save, and writes nothing', async () => {
    const { status, stdout } = await prune(scene, [...DRY_RUN, ...backup()]);
    expect(status).toBe(0);
    const { summary, backup: entry } = JSON.parse(stdout) as WithBackup;
    expect(summary).toMatchObject({ saved: 13, notSaved: 1 });
    expect(entry).toMatchObject({ directory: dir, bytes: 0 });
    expect(existsSync(dir)).toBe(false);
    const table = await prune(scene, ['prune', 'images', ...backup()]);
    expect(table.stdout).toMatch(/Backup: would save 13 images, about .* in .*backup \(.* free\)/);
  });

  test('an interruption while saving deletes nothing; the next run continues', async () => {
    let ended = false;
    const result = await prune(scene, [...CONFIRM, ...backup()], {
      started: (child) =>
        scene.sandbox.onRequest(async ({ server, method, path: url }) => {
          if (ended || server !== 'registry' || method !== 'GET' || !url.includes('/blobs/')) return undefined;
          ended = true;
          await interrupt(child, 'SIGINT');
          return undefined;
        }),
    });
    expect(result.status).toBe(130);
    expect(stateOf(scene.sandbox)).toEqual(before);
    await save();
    await expectAllSaved();
  });

  test('a kill while saving deletes nothing; the next run continues and cleans up', async () => {
    const ending = new AbortController();
    scene.sandbox.onRequest(({ server, method, path: url }) => {
      if (server === 'registry' && method === 'GET' && url.includes('/blobs/')) ending.abort();
      return undefined;
    });
    await prune(scene, [...CONFIRM, ...backup()], { signal: ending.signal });
    expect(stateOf(scene.sandbox)).toEqual(before);
    expect(existsSync(path.join(dir, 'regadm/lock'))).toBe(true);
    await save();
    await expectAllSaved();
    expect(readdirSync(path.join(dir, 'regadm/tmp'))).toEqual([]);
  });

  test.each([
    [['--storage', 'cluster'], '--storage works only with --backup'],
    [['--accept-other-cluster'], '--accept-other-cluster works only with --backup'],
    [['--backup', 'x', '--storage-region', 'eu'], '--storage-region works only with --storage'],
    [['--backup', 'x', '--from', '.'], '--from cannot be specified with --backup'],
  ])('%j is a usage error', async (flags, message) => {
    const { status, stderr } = await prune(scene, ['prune', 'images', ...flags]);
    expect([status, stderr]).toEqual([1, expect.stringContaining(message)]);
  });
});

requires('skopeo').test('skopeo copies every image by its name', async () => {
  await save();
  const names = new Set(indexOf().map(nameOf));
  expect(names.size).toBeGreaterThan(5);
  for (const name of names) {
    const digest = name.slice(name.indexOf('@') + 1);
    const isIndex = indexOf().some(({ digest: one, mediaType }) => one === digest && /index|list/.test(mediaType));
    const target = path.join(parent, digest.slice(7));
    const args = ['--insecure-policy', 'copy', ...(isIndex ? ['--all'] : []), `oci:${dir}:${name}`, `dir:${target}`];
    const { status, stderr } = spawnSync('skopeo', args, { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
    const manifest = readFileSync(path.join(target, 'manifest.json'));
    expect(`sha256:${createHash('sha256').update(manifest).digest('hex')}`).toBe(digest);
  }
});
