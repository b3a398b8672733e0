import { rmSync } from 'node:fs';
import path from 'node:path';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { digest } from '../support/builders.js';
import { guardedState, runIn } from '../support/guarded.js';
import { filesBelow, makeStorageTree } from '../support/storage-tree.js';

const HOST = 'image-registry.openshift-image-registry.svc:5000';
const OCI = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';

const pushed = (name: string, more: object = {}): object => ({
  metadata: { name: digest(name), annotations: { 'openshift.io/image.managed': 'true' } },
  dockerImageReference: `${HOST}/shop/app@${digest(name)}`,
  dockerImageManifestMediaType: OCI,
  dockerImageMetadata: { Id: digest('config') },
  dockerImageLayers: [],
  ...more,
});
const index = pushed('index', {
  dockerImageManifestMediaType: INDEX,
  dockerImageMetadata: { Id: '' },
  dockerImageManifests: [{ digest: digest('child') }],
});
const listing = (...images: string[]): object => ({
  metadata: { namespace: 'shop', name: 'app' },
  status: {
    dockerImageRepository: `${HOST}/shop/app`,
    tags: [{ tag: 'latest', items: images.map((image) => ({ image: digest(image) })) }],
  },
});

interface Document {
  code?: string;
  message: string;
  warnings: string[];
  failures: { target: string; message: string }[];
  summary: { blobs: number };
}

let sandbox: Sandbox;
let before: object;

/** Starts a cluster whose registry has these blobs, with manifest links in shop/app. */
async function begin(cluster: Record<string, object[]>, blobs: string[], links: string[] = blobs): Promise<void> {
  sandbox = await startSandbox({ cluster, operator: true, storage: 'files' });
  before = guardedState(sandbox);
  // Replaces what the sandbox stored for these images.
  rmSync(path.join(sandbox.storageDir, 'docker'), { recursive: true, force: true });
  makeStorageTree(sandbox.storageDir, {
    blobs: Object.fromEntries(blobs.map((name) => [digest(name), 1])),
    repositories: { 'shop/app': { manifests: links.map(digest) } },
  });
}

afterEach(() => sandbox.stop());

async function prune(...more: string[]): Promise<{ status: number | null; stderr: string; document: Document }> {
  const { status, stdout, stderr } = await runIn(sandbox, ['prune', 'hard', '-o', 'json', ...more]);
  return { status, stderr, document: JSON.parse(stdout) as Document };
}

const changes = (): string[] =>
  sandbox.requests.filter(({ method, path }) => method !== 'GET' && !path.includes('reviews')).map(({ path }) => path);

/** Expects that a run refuses, and leaves the storage and the registry as they were. */
async function expectRefused(code: string, message: RegExp): Promise<void> {
  const files = filesBelow(sandbox.storageDir);
  const { status, document } = await prune('--confirm');
  expect(document).toMatchObject({ code, message: expect.stringMatching(message) as string });
  expect(status).toBe(4);
  expect(filesBelow(sandbox.storageDir)).toEqual(files);
  expect(guardedState(sandbox)).toEqual(before);
}

describe('an Image object that does not name its blobs', () => {
  const cluster = { images: [pushed('image', { dockerImageLayers: null })], imagestreams: [listing('image')] };
  const problem = /blobs that these images use, .*sha256:[0-9a-f]{64} \(in image stream shop\/app\)/;

  test('is refused before anything is changed, except with --rules registry', async () => {
    await begin(cluster, ['image', 'orphan'], ['image']);
    await expectRefused('IMAGE_BLOBS_UNKNOWN', problem);
    expect(changes()).toEqual([]);
    const { status, document } = await prune('--confirm', '--rules=registry');
    expect(status).toBe(0);
    expect(document.warnings).toContainEqual(expect.stringMatching(problem));
  });

  test('is a warning in a dry run', async () => {
    await begin(cluster, ['image', 'orphan'], ['image']);
    const { status, document, stderr } = await dryRun();
    expect(status).toBe(0);
    expect(document.warnings).toContainEqual(expect.stringMatching(problem));
    expect(stderr).toMatch(problem);
  });
});

describe('an Image object that states a size, but no layers', () => {
  const size = { dockerImageMetadata: { Id: digest('config'), Size: 10 } };
  const manifest = (...layers: string[]): string =>
    JSON.stringify({
      schemaVersion: 2,
      config: { digest: digest('config') },
      layers: layers.map((name) => ({ digest: digest(name) })),
    });
  const problem = /blobs that these images use, .*sha256:[0-9a-f]{64} \(in image stream shop\/app\)/;

  test.each([
    ['is refused', size],
    ['is refused if its manifest names a layer', { ...size, dockerImageManifest: manifest('layer') }],
    ['is refused without a size, too, if its manifest names a layer', { dockerImageManifest: manifest('layer') }],
  ])('%s', async (_what, more) => {
    await begin({ images: [pushed('image', more)], imagestreams: [listing('image')] }, ['image', 'layer'], ['image']);
    await expectRefused('IMAGE_BLOBS_UNKNOWN', problem);
    expect(changes()).toEqual([]);
  });

  test('is not refused if its manifest names no layers', async () => {
    const image = pushed('image', { ...size, dockerImageManifest: manifest() });
    await begin({ images: [image], imagestreams: [listing('image')] }, ['image', 'orphan'], ['image']);
    const { status, document } = await prune('--confirm');
    expect(document).toMatchObject({ warnings: [], summary: { blobs: 1 } });
    expect(status).toBe(0);
  });
});

/** A dry run; the registry's service account needs the pruner role for it. */
async function dryRun(...more: string[]): ReturnType<typeof prune> {
  sandbox.store.put('clusterrolebindings', {
    metadata: { name: 'registry-prunes' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:image-pruner' },
    subjects: [{ kind: 'ServiceAccount', name: 'registry', namespace: 'openshift-image-registry' }],
  });
  return prune(...more);
}

describe('a listed image index', () => {
  test('is refused if a manifest link of a child would be deleted', async () => {
    await begin({ images: [index, pushed('child')], imagestreams: [listing('index')] }, ['index', 'child', 'config']);
    await expectRefused('INDEX_CHILDREN', /children in: shop\/app/);
    const { document } = await dryRun();
    expect(document.warnings).toContainEqual(expect.stringContaining('children in: shop/app'));
    expect(document.warnings).toContainEqual(
      expect.stringMatching(/^--confirm is refused because of this: .*--storage/),
    );
    const { stdout } = await runIn(sandbox, ['prune', 'hard']);
    expect(stdout).toContain('With --confirm, this is refused: see the warnings.');
  });

  test('is not refused if the stream lists the children too, or the repository has no links to them', async () => {
    await begin({ images: [index, pushed('child')], imagestreams: [listing('index', 'child')] }, ['index', 'child']);
    expect((await prune('--confirm')).status).toBe(0);
    await sandbox.stop();
    const cluster = { images: [index, pushed('child')], imagestreams: [listing('index')] };
    await begin(cluster, ['index', 'child', 'orphan'], ['index']);
    const { status, document } = await prune('--confirm');
    expect(status).toBe(0);
    expect(document.summary.blobs).toBe(1);
  });
});

describe("another cluster's storage", () => {
  const images = ['a', 'b', 'c'];
  const cluster = { images: images.map((name) => pushed(name)), imagestreams: [listing(...images)] };

  test.each([
    ['most pushed images are elsewhere', ['a', 'orphan'], /only 1 of 3 images/],
    ['no image is here', ['orphan'], /none of the cluster's 3 images is in this storage/],
  ])('%s: refused, unless --accept-partial-storage is given', async (_what, blobs, message) => {
    await begin(cluster, blobs);
    await expectRefused('OTHER_STORAGE', message);
    const refused = await dryRun();
    expect(refused).toMatchObject({ status: 4, document: { code: 'OTHER_STORAGE' } });
    const accepted = await prune('--confirm', '--accept-partial-storage');
    expect(accepted.status).toBe(0);
    expect(accepted.document.warnings).toContainEqual(expect.stringMatching(message));
    expect(accepted.document.summary.blobs).toBe(1);
  });

  test('most pushed images are here', async () => {
    await begin(cluster, ['a', 'b', 'orphan']);
    const { status, document } = await prune('--confirm');
    expect(status).toBe(0);
    expect(document).toMatchObject({ summary: { blobs: 1 }, warnings: [] });
  });

  test('no image streams', async () => {
    await begin({ ...cluster, imagestreams: [] }, ['a', 'b', 'c']);
    await expectRefused('OTHER_STORAGE', /the cluster has no image streams: every repository .* \(1\)/);
    expect((await prune('--confirm', '--rules=registry')).status).toBe(0);
  });
});

describe('a pruner that does not tell what it did', () => {
  const isStatus = (message: string): boolean => message.startsWith('{');
  const ends = (status: object) => (message: string) => (isStatus(message) ? JSON.stringify(status) : message);
  const LIES: [string, (message: string) => string, RegExp][] = [
    ['prints nothing', (message) => (isStatus(message) ? message : '\n'), /without its summary/],
    [
      'prints no summary',
      (message) => message.replace(/^(Would delete|Deleted) \d+ blobs?$/gm, ''),
      /without its summary/,
    ],
    [
      'fails with exit status 0',
      ends({ status: 'Failure', details: { causes: [{ reason: 'ExitCode', message: '0' }] } }),
      /a failure with exit status 0/,
    ],
  ];
  const lie = (mode: 'check' | 'delete', change: (message: string) => string): void =>
    sandbox.onRequest(({ path }) => (path.includes(`prune%3D${mode}`) ? { do: 'rewrite', change } : undefined));
  const cluster = { images: [pushed('image')], imagestreams: [listing('image')] };

  test.each(LIES)('a check that %s is an error, and nothing is deleted', async (_what, change, message) => {
    await begin(cluster, ['image', 'config', 'orphan'], ['image']);
    const files = filesBelow(sandbox.storageDir);
    lie('check', change);
    const expectError = ({ status, document }: Awaited<ReturnType<typeof prune>>): void => {
      expect(status).not.toBe(0);
      expect(document.message).toMatch(message);
      expect(filesBelow(sandbox.storageDir)).toEqual(files);
    };
    expectError(await prune('--confirm'));
    expect(guardedState(sandbox)).toEqual(before);
    expectError(await dryRun());
  });

  test.each(LIES)('a deletion that %s is a failure', async (_what, change, message) => {
    await begin(cluster, ['image', 'config', 'orphan'], ['image']);
    lie('delete', change);
    const { status, document } = await prune('--confirm');
    expect(status).toBe(3);
    expect(document.failures.map((failure) => failure.message).join()).toMatch(message);
    expect(guardedState(sandbox)).toEqual(before);
  });

  test('nothing is deleted after a check that logs an error, and a dry run fails too', async () => {
    await begin(cluster, ['image', 'config', 'orphan'], ['image']);
    const files = filesBelow(sandbox.storageDir);
    lie('check', (message) =>
      message.replace(/^(?=Would delete \d+ blob)/m, 'time="2026-01-01T00:00:00Z" level=error msg="cannot read x"\n'),
    );
    const { status, document } = await dryRun();
    expect(status).toBe(3);
    expect(document.failures).toEqual([{ target: 'pruner', message: 'cannot read x' }]);
    const confirmed = await prune('--confirm');
    expect(confirmed.status).toBe(3);
    expect(confirmed.document.message).toContain('logged an error: cannot read x');
    expect(filesBelow(sandbox.storageDir)).toEqual(files);
  });
});

test('without repositories, the blobs are not searched: a failure, and the warning of the pruner is shown', async () => {
  await begin({ images: [pushed('a')], imagestreams: [listing('a')] }, ['a', 'orphan']);
  rmSync(path.join(sandbox.storageDir, 'docker/registry/v2/repositories'), { recursive: true });
  for (const run of [await dryRun(), await prune('--confirm')]) {
    expect(run.status).toBe(3);
    expect(run.document.failures).toEqual([
      {
        target: 'pruner',
        message: expect.stringContaining('did not search the blobs: No repositories found') as string,
      },
    ]);
    expect(run.document.warnings).toContainEqual(expect.stringMatching(/^No repositories found: /));
    expect(run.stderr).toContain('warning: No repositories found');
  }
});

test('imports that preserve image indexes are a warning', async () => {
  await begin({ images: [pushed('a')], imagestreams: [listing('a')] }, ['a']);
  const config = sandbox.store.get('images.config.openshift.io', 'cluster') ?? { metadata: { name: 'cluster' } };
  sandbox.store.put('images.config.openshift.io', { ...config, status: { imageStreamImportMode: 'PreserveOriginal' } });
  const { document } = await dryRun();
  expect(document.warnings).toContainEqual(expect.stringContaining('imageStreamImportMode: PreserveOriginal'));
});

describe('a run whose service account has the role looks before the registry is rolled out', () => {
  const cluster = { images: [index, pushed('child')], imagestreams: [listing('index')] };
  const configChanges = (): string[] => changes().filter((path) => path.includes('/configs/'));

  test('nothing is changed if there is nothing to delete', async () => {
    await begin({ images: [pushed('image')], imagestreams: [listing('image')] }, ['image', 'config'], ['image']);
    await dryRun();
    const { status, stderr, document } = await prune('--confirm');
    expect([status, stderr]).toEqual([0, expect.stringContaining('there is nothing to delete')]);
    expect(document.summary.blobs).toBe(0);
    expect(configChanges()).toEqual([]);
  });

  test.each([
    ['INDEX_CHILDREN', []],
    ['MAX_DELETE', ['--rules=registry', '--max-delete=0']],
  ])('nothing is changed if it is refused: %s', async (code, flags) => {
    await begin(cluster, ['index', 'child', 'config', 'orphan'], ['index', 'child', 'config']);
    await dryRun();
    const { status, document } = await prune('--confirm', ...flags);
    expect([status, document.code]).toEqual([4, code]);
    expect(configChanges()).toEqual([]);
  });
});
