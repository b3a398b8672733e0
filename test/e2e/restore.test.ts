import type { ChildProcess } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import type { ImageRestoreDocument } from '../../src/core/restore/output/document-type.js';
import { regadm, type Outcome } from '../support/regadm.js';
import { fillShop, keepState, stateOf, type Scene, type ShopState } from '../support/restore-scene.js';
import { blobFile } from '../support/save-backup.js';
import { temporaryDirectory } from '../support/storage-tree.js';

let sandbox: Sandbox;
let scene: Scene;
let backup: string;
let before: ShopState;
let pruned: ShopState;
let prunedAgain: () => void;

const run = (...args: string[]): Promise<Outcome> => regadm([...args, '--kubeconfig', sandbox.kubeconfig.admin]);
const restore = (...args: string[]): Promise<Outcome> => run('restore', backup, ...args);

/** Restores, and returns the status and the document. */
async function restored(...args: string[]): Promise<{ status: number | null; document: ImageRestoreDocument }> {
  const { status, stdout, stderr } = await restore(...args, '--confirm', '-o', 'json');
  if (stdout === '') throw new Error(stderr);
  return { status, document: JSON.parse(stdout) as ImageRestoreDocument };
}

const PRUNE = ['prune', 'images', '--keep-tag-revisions=1', '--keep-younger-than=0', '--confirm'];

beforeAll(async () => {
  sandbox = await startSandbox({ cluster: { namespaces: [{ metadata: { name: 'shop' } }] }, storage: 'files' });
  scene = fillShop(sandbox);
  backup = temporaryDirectory();
  before = stateOf(sandbox);
  expect(await run(...PRUNE, '--backup', backup)).toMatchObject({ status: 0 });
  pruned = stateOf(sandbox);
  prunedAgain = keepState(sandbox, temporaryDirectory());
});
afterEach(() => {
  sandbox.registry.setReadOnly(undefined);
  sandbox.clearFaults();
  prunedAgain();
});
afterAll(() => sandbox.stop());

/** The images of a tag, newest first. */
function history(stream: string, tag: string): string[] {
  const { tags } = sandbox.store.get('imagestreams', 'shop', stream)!.status as {
    tags: { tag: string; items: { image: string }[] }[];
  };
  return tags.find(({ tag: name }) => name === tag)?.items.map(({ image }) => image) ?? [];
}

const latest = (): string[] => history('app', 'latest');
const revisions = (...numbers: number[]): string[] => numbers.map((number) => scene.revisions[number]!.digest);

test('after a restore, everything is as it was before the prune', async () => {
  expect(Object.keys(pruned.images)).toHaveLength(3);

  const dryRun = await restore();
  expect(dryRun).toMatchObject({ status: 0, stderr: '' });
  expect(dryRun.stdout).toContain('7 images and 7 tag items would be restored; 12 blobs');
  expect(dryRun.stdout).toMatch(/^shop\/app:latest +3 .* would-restore$/m);
  expect(stateOf(sandbox)).toEqual(pruned);

  const { status, document } = await restored();
  expect(document).toMatchObject({
    kind: 'ImageRestore',
    dryRun: false,
    summary: { images: 7, imageStreamTagItems: 7, blobs: 12, failed: 0, skipped: 0 },
    verification: { summary: { images: 7, blobs: 20, broken: 0 }, broken: [], unchecked: [] },
    failures: [],
  });
  expect(status).toBe(0);
  expect(stateOf(sandbox)).toEqual(before);

  const again = await restore('--confirm');
  expect(again).toMatchObject({ status: 0 });
  expect(again.stdout).toContain('Nothing to restore: everything is there (7 images).');
  expect(stateOf(sandbox)).toEqual(before);
});

describe('an argument selects', () => {
  test('a tag; what was pushed since stays the newest', async () => {
    const newer = sandbox.registry.push('shop/app', 'latest', { layers: ['after the prune'] });
    expect(await restored('shop/app:latest')).toMatchObject({ status: 0, document: { summary: { images: 3 } } });
    expect(latest()).toEqual([newer.digest, ...revisions(0, 1, 2, 3)]);
    expect(history('app', 'docker')).toHaveLength(1);
  });

  test('an image, with its children', async () => {
    expect(await restored(scene.index.digest)).toMatchObject({ status: 0, document: { summary: { images: 3 } } });
    expect(history('multi', 'latest')[1]).toBe(scene.index.digest);
  });

  test('nothing, which is an error', async () => {
    const outcome = await restore('shop/other', '--confirm');
    expect(outcome).toMatchObject({ status: 1 });
    expect(outcome.stderr).toContain('has nothing that "shop/other" names');
  });
});

test('--as-tag lists an image under a new tag, and leaves its former tags alone', async () => {
  const [image] = revisions(2);
  const selector = `shop/app@${image}`;
  expect(await restored(selector, '--as-tag=rescued')).toMatchObject({ status: 0 });
  expect(history('app', 'rescued')).toEqual([image]);
  expect(latest()).toEqual(revisions(0));
  expect(await restored(selector, '--as-tag=rescued')).toMatchObject({ document: { summary: { images: 0 } } });
  expect(await restore('shop/app', '--as-tag=rescued')).toMatchObject({ status: 1 });
  expect(await restore(selector, '--as-tag=latest')).toMatchObject({ status: 4 });
  expect(await restore(selector, '--as-tag=a/b')).toMatchObject({ status: 1 });
});

test('a tag and a stream that no longer exist return', async () => {
  for (const name of ['app', 'promoted']) sandbox.store.remove('imagestreams', 'shop', name);
  const { status, document } = await restored('shop/app', 'shop/promoted');
  expect(document).toMatchObject({ newImageStreams: ['shop/app', 'shop/promoted'], failures: [] });
  expect(status).toBe(0);
  expect(latest()).toEqual(revisions(1, 2, 3));
  expect(sandbox.store.get('imagestreams', 'shop', 'promoted')).toMatchObject({
    metadata: { labels: { team: 'shop' }, annotations: { note: 'kept' } },
    spec: { lookupPolicy: { local: true } },
  });
});

test('the items of a namespace that no longer exists fail, with the remedy', async () => {
  sandbox.store.remove('namespaces', 'shop');
  for (const name of ['app', 'multi', 'promoted']) sandbox.store.remove('imagestreams', 'shop', name);
  const { status, document } = await restored('shop/app:docker', 'shop/multi');
  expect(status).toBe(3);
  expect(document.failures[0]!.message).toContain('create it first: oc new-project shop');
});

test('an image whose layer is damaged in the backup is not restored; the others are', async () => {
  const damaged = temporaryDirectory();
  cpSync(backup, damaged, { recursive: true });
  const [layer] = scene.docker.layers.slice(1);
  const file = path.join(damaged, 'blobs/sha256', layer!.slice('sha256:'.length));
  const content = readFileSync(file);
  content[0]! ^= 1;
  writeFileSync(file, content);

  const outcome = await run('restore', damaged, '--confirm');
  expect(outcome.status).toBe(3);
  expect(outcome.stdout).toContain(`blob ${layer} in the backup is damaged`);
  const names = await run('restore', damaged, '--confirm', '-o', 'name');
  expect(names).toMatchObject({ status: 3, stdout: '' });
  expect(names.stderr).toContain(`error: image ${scene.docker.digest}: `);
  expect(history('app', 'docker')).toHaveLength(1);
  expect(latest()).toEqual(revisions(0, 1, 2, 3));
});

test('a dry run fails an image with a blob that is nowhere, even if an Image object names it', async () => {
  const damaged = temporaryDirectory();
  cpSync(backup, damaged, { recursive: true });
  const [, layer] = scene.docker.layers;
  truncateSync(path.join(damaged, 'blobs/sha256', layer!.slice('sha256:'.length)), 2);
  const [kept] = sandbox.store.list('images').filter(({ metadata }) => metadata.name === revisions(0)[0]);
  sandbox.store.put('images', { ...kept!, dockerImageLayers: [{ name: layer, size: 1, mediaType: '' }] });

  const outcome = await run('restore', damaged, 'shop/app:docker');
  expect(outcome.status).toBe(3);
  expect(outcome.stdout).toContain(`blob ${layer} is neither in the registry nor in the backup`);
});

test('a run whose description is damaged or missing does not block the others', async () => {
  const damaged = temporaryDirectory();
  cpSync(backup, damaged, { recursive: true });
  const runs = path.join(damaged, 'regadm/runs');
  const [whole] = readdirSync(runs);
  const lost = path.join(runs, '20250101T000000000Z-00000000');
  cpSync(path.join(runs, whole!), lost, { recursive: true });
  rmSync(path.join(lost, 'run.json'));

  const outcome = await run('restore', damaged, '--confirm');
  expect(outcome.status).toBe(3);
  expect(outcome.stdout).toContain(`backup file regadm/runs/${path.basename(lost)}/run.json: it does not exist`);
  expect(stateOf(sandbox)).toEqual(before);
  const other = await run('restore', damaged, 'shop/other');
  expect(other).toMatchObject({ status: 1 });
  expect(other.stderr).toContain('run.json: it does not exist');
});

describe('nothing is changed', () => {
  test('while the registry is read-only', async () => {
    sandbox.registry.setReadOnly(true);
    const outcome = await restore('--confirm');
    expect(outcome).toMatchObject({ status: 1 });
    expect(outcome.stderr).toContain('read-only');
    expect(stateOf(sandbox)).toEqual(pruned);
  });

  test('if the backup is of another cluster, unless that is accepted', async () => {
    const { metadata } = sandbox.store.get('namespaces', 'kube-system')!;
    sandbox.store.remove('namespaces', 'kube-system');
    sandbox.store.put('namespaces', { metadata: { ...metadata, uid: 'another' } });
    const outcome = await restore('--confirm', '-o', 'json');
    expect(outcome).toMatchObject({ status: 4 });
    expect(JSON.parse(outcome.stdout)).toMatchObject({ code: 'BACKUP_OF_ANOTHER_CLUSTER' });
    expect(stateOf(sandbox)).toEqual(pruned);
    expect(await restored('--accept-other-cluster')).toMatchObject({ status: 0 });
  });

  test('if the user may not do all of it', async () => {
    const { kubeconfig } = sandbox.addUser('reader', [
      { apiGroups: ['image.openshift.io'], resources: ['images', 'imagestreams'], verbs: ['get', 'list'] },
      { apiGroups: ['image.openshift.io'], resources: ['imagestreams/layers'], verbs: ['get'] },
      { apiGroups: [''], resources: ['namespaces'], verbs: ['get'] },
    ]);
    const outcome = await regadm(['restore', backup, '--confirm', '--kubeconfig', kubeconfig]);
    expect(outcome).toMatchObject({ status: 1 });
    expect(outcome.stderr).toContain('oc policy add-role-to-user system:image-pusher USER -n shop');
    expect(outcome.stderr).toContain('patch images.image.openshift.io');
    const pruner = await regadm(['restore', backup, '--confirm', '--kubeconfig', sandbox.kubeconfig.pruner]);
    expect(pruner).toMatchObject({ status: 1 });
    for (const role of ['registry-viewer', 'system:image-pusher'])
      expect(pruner.stderr).toContain(`oc policy add-role-to-user ${role} USER -n shop`);
    expect(pruner.stderr).toContain('patch images.image.openshift.io');
    expect(stateOf(sandbox)).toEqual(pruned);
  });
});

test('a refused push fails its image; the next run continues', async () => {
  const [, layer] = scene.docker.layers;
  sandbox.addFault(`PUT /v2/shop/app/blobs/uploads/.*${layer!.slice(7)} => 403`);
  expect(await restored()).toMatchObject({ status: 3, document: { summary: { images: 6, failed: 1 } } });
  sandbox.clearFaults();
  expect(await restored()).toMatchObject({ status: 0, document: { summary: { images: 1 } } });
  expect(stateOf(sandbox)).toEqual(before);
});

test('what is missing after the restore, or cannot be looked up, is reported', async () => {
  const [, layer] = scene.docker.layers;
  let isOver = false;
  sandbox.onRequest(({ method, path: url }) => {
    const isMade = !isOver && method === 'HEAD' && history('app', 'docker').length === 2;
    if (isMade && url.endsWith(`/blobs/${layer}`)) rmSync(blobFile(sandbox.storageDir, layer!), { force: true });
    return isMade && url.endsWith(`/manifests/${scene.revisions[1]!.digest}`)
      ? { do: 'status', status: 403 }
      : undefined;
  });
  const { status, document } = await restored();
  isOver = true;
  expect(status).toBe(3);
  expect(document.verification).toMatchObject({
    broken: [
      {
        image: scene.docker.digest,
        problems: [{ what: 'missing-layer', digest: layer }],
        tags: [{ namespace: 'shop', name: 'app', tag: 'docker', position: 1 }],
        remedies: expect.arrayContaining([expect.stringContaining('regadm restore')]) as string[],
      },
    ],
    unchecked: [
      { target: `manifest ${scene.revisions[1]!.digest} in shop/app` },
      { target: `manifest ${scene.revisions[1]!.digest} in shop/promoted` },
    ],
  });
  expect(document.failures).toEqual([]);
});

test('a restore that is killed continues, and two at once do not disturb each other', async () => {
  let child: ChildProcess | undefined;
  const killed = regadm(['restore', backup, '--confirm', '--num-workers=1', '--kubeconfig', sandbox.kubeconfig.admin], {
    started: (process) => void (child = process),
  });
  let manifests = 0;
  sandbox.onRequest(({ method, path: url }) => {
    if (method === 'PUT' && url.includes('/manifests/') && ++manifests === 3) child!.kill('SIGKILL');
  });
  expect(await killed).toMatchObject({ signal: 'SIGKILL' });
  expect(latest()).toEqual(revisions(0));
  expect(Object.keys(stateOf(sandbox).images).length).toBeGreaterThan(Object.keys(pruned.images).length);

  const both = await Promise.all([restored(), restored()]);
  expect(both.map(({ status }) => status)).toEqual([0, 0]);
  expect(stateOf(sandbox)).toEqual(before);
});

test('a backup of API objects alone restores what is still in the registry', async () => {
  const objects = temporaryDirectory();
  expect(await restored()).toMatchObject({ status: 0 });
  expect(await run(...PRUNE, '--prune-registry=false', '--backup', objects)).toMatchObject({ status: 0 });
  expect(stateOf(sandbox).images).toEqual(pruned.images);

  expect(await run('restore', objects, '--confirm')).toMatchObject({ status: 0 });
  expect(stateOf(sandbox)).toEqual(before);

  prunedAgain();
  const lost = await run('restore', objects, '--confirm');
  expect(lost).toMatchObject({ status: 3 });
  expect(lost.stdout).toContain('its manifest is neither in the registry nor in the backup');
  expect(stateOf(sandbox)).toEqual(pruned);
});
