import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterApi } from '../../../src/core/cluster/api.js';
import { openCluster } from '../../../src/core/cluster/index.js';
import { SILENT } from '../../../src/core/kit/reporter.js';
import { toExitStatus } from '../../../src/core/verify/report.js';
import { HttpRegistry } from '../../../src/core/registry/client.js';
import { Transport } from '../../../src/core/registry/transport.js';
import { verifyRegistry } from '../../../src/core/verify/verify.js';
import type { Verification } from '../../../src/core/verification/plan/types.js';
import { verifyImages } from '../../../src/core/verification/verify-images.js';
import { RegistryWay } from '../../../src/core/verification/way/registry.js';
import { startSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import { regadm } from '../../support/regadm.js';
import { signal } from '../../support/storage-pruner.js';
import { filesBelow } from '../../support/storage-tree.js';

const REGISTRY = { workers: 5, forceInsecure: false };

let sandbox: Sandbox;
let api: ClusterApi;
let index: string;
let children: string[];
let app: { digest: string; layers: string[] };
beforeAll(async () => {
  const imagestreams = ['dev/app', 'prod/app', 'dev/multi'].map((key) => {
    const [namespace, name] = key.split('/');
    return { metadata: { namespace, name, generation: 1 }, spec: {}, status: {} };
  });
  sandbox = await startSandbox({ cluster: { imagestreams }, storage: 'files' });
  app = sandbox.registry.push('dev/app', 'v1', { layers: ['base', 'app'], format: 'docker' });
  children = ['amd64', 'arm64'].map(
    (layer) => sandbox.registry.push('dev/multi', undefined, { layers: ['base', layer] }).digest,
  );
  index = sandbox.registry.push('dev/multi', 'v1', { manifests: children }).digest;
  // As `oc tag dev/app:v1 prod/app:v1` does: the repository prod/app has no links.
  const copied = sandbox.store.get('imagestreams', 'prod', 'app')!;
  copied.status = { ...copied.status, tags: sandbox.store.get('imagestreams', 'dev', 'app')!.status!.tags };
  sandbox.store.put('imagestreams', copied);
  api = await openCluster({ kubeconfig: sandbox.kubeconfig.admin });
});
afterEach(() => sandbox.clearFaults());
afterAll(() => sandbox.stop());

const ports = () => ({ api, reporter: SILENT, signal: signal() });

/** Verifies without waits between attempts. */
async function verifyAtOnce(): Promise<Verification> {
  const transport = new Transport({ origin: sandbox.registryUrl, verify: false, workers: 5, timeoutMs: 0 });
  const retry = { sleep: async () => undefined };
  const registry = new HttpRegistry({ transport, verified: false, token: sandbox.tokens.admin, retry });
  try {
    return (await verifyImages(ports(), new RegistryWay(registry, { ...ports(), workers: 5 }))).verification;
  } finally {
    await registry.close();
  }
}

async function verify(): Promise<Verification> {
  const registry = { ...REGISTRY, registryUrl: sandbox.registryUrl };
  const request = { scopes: [], options: {}, registry };
  return (await verifyRegistry(ports(), request)).verification;
}

const sentToRegistry = (from: number): string[] =>
  sandbox.requests
    .slice(from)
    .filter(({ server }) => server === 'registry')
    .map(({ method, path }) => `${method} ${path}`);

test('asks for each manifest and blob once per repository, and finds nothing missing', async () => {
  const from = sandbox.requests.length;
  expect(await verify()).toEqual({
    broken: [],
    unchecked: [],
    summary: { images: 4, blobs: 11, bytesRead: 0, broken: 0, unlistedImages: 0, importedImages: 0 },
  });
  const asked = sentToRegistry(from).filter((line) => line.startsWith('HEAD'));
  // dev/app and prod/app: a manifest, a config, two layers. dev/multi: three manifests, two configs, three layers.
  const contents = new Set(asked);
  expect(contents.size).toBe(4 + 4 + 8);
  // One manifest of each project was asked for before, to see whether the user can pull.
  expect(asked).toHaveLength(contents.size + 2);
});

test('the removal of any blob is found, with the images that need it', async () => {
  const root = join(sandbox.storageDir, 'docker/registry/v2');
  const files = filesBelow(root).filter((file) => file.endsWith('/data'));
  const found: Record<string, string[]> = {};
  for (const file of files) {
    const content = readFileSync(join(root, file));
    rmSync(join(root, file));
    const result = await verify();
    const digest = `sha256:${/([0-9a-f]{64})\/data$/.exec(file)![1]!}`;
    const named = result.broken.filter(({ problems }) => problems.some((problem) => problem.digest === digest));
    expect([toExitStatus(result), named.length, result.unchecked]).toEqual([2, result.broken.length, []]);
    for (const { image, problems } of named)
      (found[image] ??= []).push(...problems.map(({ what, repository }) => `${what} ${repository}`));
    writeFileSync(join(root, file), content);
  }
  expect(files).toHaveLength(11);
  const both = (what: string): string[] => [`${what} dev/app`, `${what} prod/app`];
  const child = ['missing-child', 'missing-config', 'missing-layer', 'missing-layer'].map(
    (what) => `${what} dev/multi`,
  );
  expect(Object.fromEntries(Object.entries(found).map(([image, problems]) => [image, problems.sort()]))).toEqual({
    [app.digest]: [
      ...both('missing-config'),
      ...both('missing-layer').flatMap((problem) => [problem, problem]),
      ...both('missing-manifest'),
    ],
    [children[0]!]: child,
    [children[1]!]: child,
    [index]: ['missing-manifest dev/multi'],
  });
});

test('a blob of another size is found', async () => {
  const hex = app.layers[1]!.slice('sha256:'.length);
  const file = join(sandbox.storageDir, 'docker/registry/v2/blobs/sha256', hex.slice(0, 2), hex, 'data');
  const content = readFileSync(file);
  truncateSync(file, 1);
  const { broken } = await verify();
  writeFileSync(file, content);
  expect(broken.map(({ image, problems }) => [image, problems.map(({ what }) => what)])).toEqual([
    [app.digest, ['wrong-size', 'wrong-size']],
  ]);
});

test.each([
  ['a web page', 'HEAD,GET /blobs/ => html', /answered with an HTML page/],
  ['500', 'HEAD,GET /blobs/ => 500', /unexpected status 500/],
  ['a broken connection', 'HEAD,GET /blobs/ => reset', /connection closed|unavailable/],
  ['404 without the words of the registry', 'HEAD,GET /blobs/ => 404', /unexpected status 404: UNKNOWN/],
])('what cannot be asked is not called broken: %s', async (_name, rule, words) => {
  sandbox.addFault(rule);
  const found = await verifyAtOnce();
  expect([found.broken, toExitStatus(found)]).toEqual([[], 1]);
  expect(found.unchecked.length).toBeGreaterThan(0);
  for (const { target, message } of found.unchecked) {
    expect(target).toMatch(/^blob sha256:[0-9a-f]{64} in (dev|prod)\/\w+$|^all that was not asked yet$/);
    expect(message).toMatch(words);
  }
});

describe('regadm registry verify', () => {
  const run = (args: string[], kubeconfig = sandbox.kubeconfig.admin) =>
    regadm(['registry', 'verify', '--registry-url', sandbox.registryUrl, ...args], { kubeconfig });

  test('states what it checked', async () => {
    const whole = await run([]);
    expect([whole.status, whole.stdout]).toEqual([0, 'Checked 4 images and 11 blobs: nothing is missing\n']);
  });

  test('names the role to grant before anything is checked', async () => {
    const { pruner } = sandbox.kubeconfig;
    const { status, stderr } = await run([], pruner);
    expect(status).toBe(1);
    expect(stderr).toMatch(/error: the registry does not let the user pull from 2 projects: dev, prod\n/);
    expect(stderr).toMatch(
      /oc policy add-role-to-user registry-viewer USER -n dev \(or the role system:image-puller\)/,
    );
    expect(stderr).toMatch(/or let the user pull from every project: oc adm policy add-cluster-role-to-user/);
    // Its token is valid.
    expect(stderr).not.toContain('log in again');
  });

  test('refuses flags that do not fit', async () => {
    expect((await run(['--storage', 'cluster'])).stderr).toMatch(/--registry-url cannot be specified with --storage/);
    const fromSettings = await regadm(['registry', 'verify', '--storage', sandbox.storageDir], {
      kubeconfig: sandbox.kubeconfig.admin,
      env: { REGADM_REGISTRY_URL: sandbox.registryUrl },
    });
    expect(fromSettings.stdout).toMatch(/^Checked 4 images and 11 blobs/);
    expect((await run(['--storage-region', 'x'])).stderr).toMatch(/--storage-region works only with --storage/);
  });

  test('cannot check a registry that cannot be reached', async () => {
    const away = await regadm(['registry', 'verify', '--registry-url', 'https://127.0.0.1:9'], {
      kubeconfig: sandbox.kubeconfig.admin,
    });
    expect([away.status, away.stdout]).toEqual([1, '']);
    expect(away.stderr).toMatch(/error: error communicating with registry: https:\/\/127\.0\.0\.1:9/);
  });
});
