import type { ChildProcess } from 'node:child_process';
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { startSandbox, type PushedImage, type Sandbox } from '../../src/sandbox/index.js';
import type { RegistryVerificationDocument } from '../../src/core/verify/output/document-type.js';
import type { HardPruneDocument } from '../../src/core/hard-prune/output/document-type.js';
import { interrupt, runCli } from '../support/cli.js';
import { schemaProblems } from '../support/json-schema.js';
import { regadm, type Outcome } from '../support/regadm.js';
import { filesBelow } from '../support/storage-tree.js';

const FAIL_AT_CHANGE = pathToFileURL(path.join(import.meta.dirname, '../support/preload/fail-at-change.js')).href;

let sandbox: Sandbox;
let app: PushedImage;
let index: PushedImage;
let children: PushedImage[];
beforeAll(async () => {
  const streams = ['shop/app', 'shop/multi', 'prod/app'].map((key) => {
    const [namespace, name] = key.split('/');
    return { metadata: { namespace, name, generation: 1 }, spec: {}, status: {} };
  });
  sandbox = await startSandbox({ cluster: { imagestreams: streams }, storage: 'files' });
  const { registry, store } = sandbox;
  app = registry.push('shop/app', 'v1', { layers: ['base', 'app'], format: 'docker' });
  children = ['amd64', 'arm64'].map((name) =>
    registry.push('shop/multi', undefined, { layers: [`os ${name}`], config: { architecture: name } }),
  );
  index = registry.push('shop/multi', 'v1', { manifests: children.map(({ digest }) => digest) });
  // As `oc tag shop/app:v1 prod/app:v1` does.
  const copied = store.get('imagestreams', 'prod', 'app')!;
  store.put('imagestreams', {
    ...copied,
    status: { ...copied.status, tags: store.get('imagestreams', 'shop', 'app')!.status!.tags },
  });
  store.put('pods', {
    metadata: { namespace: 'prod', name: 'web' },
    spec: { containers: [{ name: 'main', image: `${new URL(sandbox.registryUrl).host}/shop/app@${app.digest}` }] },
    status: { phase: 'Running' },
  });
});
afterEach(() => sandbox.clearFaults());
afterAll(() => sandbox.stop());

const cli = (...args: string[]): Promise<Outcome> => regadm(args, { kubeconfig: sandbox.kubeconfig.admin });
const verify = (...args: string[]): Promise<Outcome> => cli('registry', 'verify', ...args);
const onStorage = (...args: string[]): Promise<Outcome> => verify('--storage', sandbox.storageDir, ...args);

/** Runs with `-o json`, and compares the document with its schema. */
async function document(...args: string[]): Promise<{ status: number | null; document: RegistryVerificationDocument }> {
  const { status, stdout, stderr } = await verify(...args, '-o', 'json');
  if (stdout === '') throw new Error(stderr);
  const parsed = JSON.parse(stdout) as RegistryVerificationDocument;
  expect(schemaProblems('registry-verification', parsed)).toEqual([]);
  return { status, document: parsed };
}
const storageDocument = (...args: string[]): ReturnType<typeof document> =>
  document('--storage', sandbox.storageDir, ...args);

const blobFile = (digest: string): string =>
  path.join(sandbox.storageDir, 'docker/registry/v2/blobs/sha256', digest.slice(7, 9), digest.slice(7), 'data');

/** Changes one bit of blobs for the time of `run`. */
async function withDamage<T>(digests: string[], run: () => Promise<T>): Promise<T> {
  const files = digests.map(blobFile);
  const whole = files.map((file) => readFileSync(file));
  for (const [at, file] of files.entries()) {
    const damaged = Buffer.from(whole[at]!);
    damaged[damaged.length >> 1]! ^= 1;
    writeFileSync(file, damaged);
  }
  try {
    return await run();
  } finally {
    for (const [at, file] of files.entries()) writeFileSync(file, whole[at]!);
  }
}

/** Returns the width of a table. */
const columns = ({ stdout }: Outcome): number => Math.max(...stdout.split('\n').map((line) => line.length));

test('a changed byte of a layer, a config and a manifest is named with the image, its tags and users', async () => {
  const damaged = [app.layers[0]!, app.config, app.digest].sort();
  const ways = [
    ['--storage', sandbox.storageDir],
    ['--registry-url', sandbox.registryUrl],
  ];
  for (const way of ways) {
    const found = await withDamage(damaged, () => document(...way, '--read-data'));
    expect([found.status, found.document.broken.length]).toEqual([2, 1]);
    const [broken] = found.document.broken;
    expect(broken!.problems.toSorted((one, other) => (one.digest < other.digest ? -1 : 1))).toEqual(
      damaged.map((digest) => ({ what: 'corrupt', digest, repository: 'shop/app' })),
    );
    expect(broken).toMatchObject({
      image: app.digest,
      tags: [
        { namespace: 'prod', name: 'app', tag: 'v1', position: 0 },
        { namespace: 'shop', name: 'app', tag: 'v1', position: 0 },
      ],
      uses: [{ kind: 'Pod', namespace: 'prod', name: 'web' }],
    });
  }
  const table = await withDamage(damaged, () => onStorage('--read-data'));
  expect([table.status, table.stdout]).toEqual([2, expect.stringContaining(`\n    ${app.layers[0]!}\n`)]);
});

test('seven subsets read every blob exactly once, as one run does', async () => {
  const all = await storageDocument('--read-data');
  expect([all.status, all.document.broken]).toEqual([0, []]);
  let bytes = 0;
  for (let at = 1; at <= 7; at++)
    bytes += (await storageDocument('--read-data-subset', `${at}/7`)).document.summary.bytesRead;
  expect(bytes).toBe(all.document.summary.bytesRead);
  const viaRegistry = await document('--registry-url', sandbox.registryUrl, '--read-data');
  expect([viaRegistry.status, viaRegistry.document.summary.bytesRead]).toEqual([0, bytes]);
});

test('links: a dry run lists them, a confirmed run writes them, another one finds nothing', async () => {
  const repository = path.join(sandbox.storageDir, 'docker/registry/v2/repositories/shop');
  const before = filesBelow(repository).map((file) => [file, readFileSync(path.join(repository, file), 'utf8')]);
  rmSync(repository, { recursive: true });
  const plan = await storageDocument('--repair-links');
  expect([plan.status, new Set(plan.document.links.map(({ status }) => status))]).toEqual([
    2,
    new Set(['would-write']),
  ]);
  const table = await onStorage('--repair-links');
  expect(table.stdout).toContain(`Write ${before.length} links: run the same command with --confirm\n`);
  for (const { digest } of plan.document.links) expect(table.stdout).toContain(`\n    ${digest}\n`);
  const written = await storageDocument('--repair-links', '--confirm');
  expect([written.status, written.document.links.length]).toEqual([0, before.length]);
  expect(filesBelow(repository).map((file) => [file, readFileSync(path.join(repository, file), 'utf8')])).toEqual(
    before,
  );
  const again = await storageDocument('--repair-links', '--confirm');
  expect([again.status, again.document.links]).toEqual([0, []]);
});

test('links: a run that is killed while it writes them leaves nothing next to them, and the next one writes them', async () => {
  const repository = path.join(sandbox.storageDir, 'docker/registry/v2/repositories/shop');
  const before = filesBelow(repository);
  rmSync(repository, { recursive: true });
  const temporaries = (): string[] =>
    readdirSync(sandbox.storageDir, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.tmp'));
  const args = ['registry', 'verify', '--storage', sandbox.storageDir, '--repair-links', '--confirm'];
  for (const like of ['rename .* docker/.*/_layers$', 'rename .* docker/.*/link$']) {
    const env = {
      ...{ NODE_OPTIONS: `--import=${FAIL_AT_CHANGE}`, CHANGES_BELOW: sandbox.storageDir },
      ...{ CHANGE_LIKE: like, CHANGE_NUMBER: '1' },
    };
    const { signal } = await runCli(args, { kubeconfig: sandbox.kubeconfig.admin, env });
    expect([like, signal]).toEqual([like, 'SIGKILL']);
    expect(temporaries()).not.toEqual([]);
    expect(temporaries().filter((file) => !file.startsWith('regadm/tmp/'))).toEqual([]);
  }
  expect((await storageDocument('--repair-links', '--confirm')).status).toBe(0);
  expect(filesBelow(repository)).toEqual(before);
});

test('lost images: a dry run lists them, a confirmed run makes the registry whole', async () => {
  const { store } = sandbox;
  const lost = [index, ...children].map(({ digest }) => digest);
  for (const digest of lost) store.remove('images', digest);
  store.remove('imagestreams', 'shop', 'multi');
  const planned = await onStorage('--recover-images');
  expect([planned.status, planned.stdout]).toEqual([0, expect.stringContaining('Recover 3 images: run the same')]);
  expect(columns(planned)).toBeLessThanOrEqual(80);
  expect(store.get('images', index.digest)).toBeUndefined();

  const recovered = await storageDocument('--recover-images', '--confirm');
  expect(recovered.status).toBe(0);
  expect(recovered.document.lostImages.map(({ digest, status }) => [digest, status]).sort()).toEqual(
    lost.map((digest) => [digest, 'recovered']).sort(),
  );
  const stream = store.get('imagestreams', 'shop', 'multi')!;
  expect(stream.status!.tags).toMatchObject([
    { tag: `lost-found-${index.digest.slice(7)}`, items: [{ image: index.digest }] },
  ]);
  const whole = await storageDocument('--recover-images');
  expect([whole.status, whole.document.lostImages]).toEqual([0, []]);
  expect(whole.document.summary).toMatchObject({ broken: 0, orphanedBlobs: 0, images: 4 });
  const prune = await cli(
    'prune',
    'hard',
    '--storage',
    sandbox.storageDir,
    '--keep-blobs-younger-than=0',
    '-o',
    'json',
  );
  const { blobs, manifestLinks, repositories } = JSON.parse(prune.stdout) as HardPruneDocument;
  expect([prune.status, blobs, manifestLinks, repositories]).toEqual([0, [], [], []]);
});

test.each(['SIGKILL', 'SIGINT'] as const)(
  'after %s while images are recovered, the next run recovers the rest',
  async (by) => {
    const { store } = sandbox;
    const tagged = store.get('imagestreams', 'shop', 'multi')!;
    store.put('imagestreams', { ...tagged, status: { ...tagged.status, tags: [] } });
    for (const { digest } of [index, ...children]) store.remove('images', digest);
    const args = ['registry', 'verify', '--storage', sandbox.storageDir, '--recover-images', '--confirm', '-o', 'json'];
    let child: ChildProcess | undefined;
    sandbox.onRequest(async ({ method, path: requested }) => {
      // The first child has its object by then, and the index has none.
      if (!child || method !== 'POST' || !requested.endsWith('/images') || created() === 0) return undefined;
      const running = child;
      child = undefined;
      if (by === 'SIGINT') await interrupt(running, by);
      else running.kill(by);
      return undefined;
    });
    const created = (): number => children.filter(({ digest }) => store.get('images', digest)).length;
    const { kubeconfig } = { kubeconfig: sandbox.kubeconfig.admin };
    const killed = await runCli(args, { kubeconfig, started: (process) => (child = process) });
    expect([killed.status, killed.signal]).toEqual(by === 'SIGKILL' ? [null, by] : [130, null]);
    expect(created()).toBeGreaterThan(0);
    expect(store.get('images', index.digest)).toBeUndefined();
    expect((await storageDocument('--recover-images', '--confirm')).status).toBe(0);
    const whole = await storageDocument('--recover-images');
    expect([whole.document.lostImages, whole.document.summary.orphanedBlobs, created()]).toEqual([[], 0, 2]);
  },
);

test('what cannot be read is neither corrupt nor missing: exit status 1', async () => {
  const layer = app.layers[1]!;
  sandbox.addFault(`GET /blobs/${layer} => 403`);
  const served = await document('--registry-url', sandbox.registryUrl, '--read-data');
  expect([served.status, served.document.broken]).toEqual([1, []]);
  expect(served.document.unchecked).toMatchObject([{ target: `blob ${layer}` }]);
});

test.each([
  [['--confirm'], '--confirm needs --repair-links or --recover-images'],
  [['--repair-links'], '--storage'],
  [['--recover-images', '--confirm'], '--storage'],
  [['--read-data-subset', '0/7'], '"0/7"'],
  [['--read-data-subset', '8/7'], '"8/7"'],
  [['--read-data-subset', 'x'], '"x"'],
  [['--read-data-subset', '120%'], '"120%"'],
  [['--read-data-subset', 'job/4'], 'JOB_COMPLETION_INDEX'],
  [['--server', 'https://127.0.0.1:1', '--token', 'x'], 'cannot reach'],
])('%j: exit status 1', async (flags, message) => {
  const { status, stdout, stderr } = await regadm(['registry', 'verify', ...flags]);
  expect([status, stdout, stderr]).toEqual([1, '', expect.stringContaining(message)]);
});
