import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox, type KubeObject, type Sandbox } from '../../src/sandbox/index.js';
import type { PruneDocument } from '../support/cluster-checks.js';
import { runCli, type CliResult } from '../support/cli.js';
import { aRunningPod, HOST } from '../support/prune-scene.js';
import { regadm } from '../support/regadm.js';

/** Size of an annotation that leaves room for a few tags: the API server allows 256 KiB for all of them. */
const ALMOST_FULL = 255 * 1024 - 1200;
const OLD = '2025-01-01T00:00:00Z';
const FROM = { kind: 'DockerImage', name: 'quay.io/shop/web:1' };
const directory = mkdtempSync(join(tmpdir(), 'regadm-policy-'));

/** Writes a policy by which tags `pr-*` expire, and returns its file. */
function policy(more = ''): string {
  const file = join(directory, `policy${more.length}.yaml`);
  const rule = `{ name: pull requests, match: { tags: ["pr-*"] }, expireTag: { olderThan: 14d${more} } }`;
  writeFileSync(file, `apiVersion: regadm/v1\nkind: RetentionPolicy\nrules: [${rule}]\n`);
  return file;
}

let sandbox: Sandbox;
let digests: Record<string, string>;

beforeAll(async () => {
  sandbox = await startSandbox({ cluster: {} });
});
afterAll(() => sandbox.stop());

/** shop/web: `latest`, and pull requests of which only the status, or the spec as well, has the tag. */
beforeEach(() => {
  sandbox.clearFaults();
  sandbox.store.remove('pods', 'shop', 'user');
  sandbox.store.put('imagestreams', {
    metadata: { namespace: 'shop', name: 'web', creationTimestamp: OLD },
    spec: { tags: [{ name: 'pr-2' }, { name: 'pr-3', from: FROM }, { name: 'pr-9', from: FROM }] },
    status: { dockerImageRepository: `${HOST}/shop/web` },
  });
  digests = Object.fromEntries(
    ['latest', 'pr-1', 'pr-2', 'pr-3'].map((tag) => [
      tag,
      sandbox.registry.push('shop/web', tag, { created: OLD, layers: ['base', tag] }).digest,
    ]),
  );
});

const stream = (): KubeObject => sandbox.store.get('imagestreams', 'shop', 'web')!;
const inStatus = (): string[] => (stream().status!.tags as { tag: string }[]).map(({ tag }) => tag).sort();
const inSpec = (): string[] => (stream().spec!.tags as { name: string }[]).map(({ name }) => name);

function args(file: string, ...more: string[]): string[] {
  const { registryUrl } = sandbox;
  return ['prune', 'images', '--policy', file, '--registry-url', registryUrl, '--confirm', '-o', 'json', ...more];
}

const run = (file: string, more: string[] = [], kubeconfig = sandbox.kubeconfig.admin): Promise<CliResult> =>
  regadm(args(file, ...more), { kubeconfig });

const documentOf = ({ stdout }: CliResult): PruneDocument => JSON.parse(stdout) as PruneDocument;
const expiredTags = (result: CliResult): unknown =>
  documentOf(result).imageStreams.flatMap((entry) => (entry as { expiredTags?: object[] }).expiredTags ?? []);

test('tags of the status and of the spec are removed with their images; one with a source only with `tracked: true`', async () => {
  const file = policy();
  const result = await run(file);
  expect(result.status).toBe(0);
  expect(JSON.parse(result.stdout)).toMatchObject({ options: { policyFile: file } });
  expect(inStatus()).toEqual(['latest', 'pr-3']);
  expect(inSpec()).toEqual(['pr-3', 'pr-9']);
  expect(expiredTags(result)).toEqual([
    { tag: 'pr-1', rule: 'pull requests', inSpec: false, status: 'deleted' },
    { tag: 'pr-2', rule: 'pull requests', inSpec: true, status: 'deleted' },
  ]);
  expect(documentOf(result).summary).toMatchObject({ imageStreamTags: 2, imageStreamTagItems: 2, images: 2 });
  expect(stream().metadata.annotations).toBeUndefined();
  const tracked = await run(policy(', tracked: true'));
  expect(tracked.status).toBe(0);
  expect(inStatus()).toEqual(['latest']);
  // A tag that was never imported has no items, and stays.
  expect(inSpec()).toEqual(['pr-9']);
});

test('a dry run lists the tags, and changes nothing', async () => {
  const lines = ['prune', 'images', '--policy', policy(), '--registry-url', sandbox.registryUrl];
  const { stdout, status } = await regadm(lines, { kubeconfig: sandbox.kubeconfig.admin });
  expect(status).toBe(0);
  expect(stdout).toContain('Tags that expire\nTAG             RULE            STATUS\n');
  expect(stdout).toContain('shop/web:pr-2   pull requests   would-delete\n');
  expect(stdout).toMatch(/tags \(expired\) +2/);
  expect(inSpec()).toEqual(['pr-2', 'pr-3', 'pr-9']);
});

test('a tag that a pod uses stays; so does one of which an item is in use by its digest', async () => {
  sandbox.store.put('pods', aRunningPod('shop/user', `${HOST}/shop/web:pr-2`));
  expect(expiredTags(await run(policy()))).toMatchObject([{ tag: 'pr-1', status: 'deleted' }]);
  expect(inSpec()).toContain('pr-2');
  const old = digests['pr-2']!;
  sandbox.registry.push('shop/web', 'pr-2', { created: '2025-02-01T00:00:00Z', layers: ['base', 'newer'] });
  sandbox.store.put('pods', aRunningPod('shop/user', `${HOST}/shop/web@${old}`));
  const result = await run(policy());
  expect(expiredTags(result)).toMatchObject([
    { tag: 'pr-2', status: 'skipped', reason: expect.stringContaining('used by pod shop/user') },
  ]);
  expect(JSON.stringify(stream().status!.tags)).toContain(old);
  expect(inSpec()).toContain('pr-2');
});

test('a push during the run keeps the tag and its items', async () => {
  let isPushed = false;
  sandbox.onRequest(({ method, path }) => {
    if (isPushed || method !== 'PUT' || !path.endsWith('/imagestreams/web/status')) return;
    isPushed = true;
    sandbox.registry.push('shop/web', 'pr-2', { layers: ['base', 'pushed'] });
  });
  const result = await run(policy());
  expect(expiredTags(result)).toMatchObject([{ tag: 'pr-1' }, { tag: 'pr-2', status: 'skipped' }]);
  expect(inStatus()).toContain('pr-2');
  expect(inSpec()).toContain('pr-2');
});

test('what is pushed between the last read and the deletion is restored', async () => {
  let isPushed = false;
  sandbox.onRequest(({ method, path }) => {
    if (isPushed || method !== 'DELETE' || !path.endsWith('/imagestreamtags/web:pr-2')) return;
    isPushed = true;
    sandbox.registry.push('shop/web', 'pr-2', { layers: ['base', 'pushed'] });
  });
  const result = await run(policy());
  expect(expiredTags(result)).toMatchObject([
    { tag: 'pr-1', status: 'deleted' },
    { tag: 'pr-2', status: 'skipped', reason: expect.stringContaining('what was pushed was restored') },
  ]);
  expect(inStatus()).toContain('pr-2');
  expect(JSON.stringify(stream().status!.tags)).toContain('"tag":"pr-2","items":[{');
  expect(result.status).toBe(0);
});

test('a push that was deleted and cannot be restored is an error that names its image', async () => {
  let pushed = '';
  sandbox.onRequest(({ method, path }) => {
    if (pushed || method !== 'DELETE' || !path.endsWith('/imagestreamtags/web:pr-2')) return;
    pushed = sandbox.registry.push('shop/web', 'pr-2', { layers: ['base', 'pushed'] }).digest;
    sandbox.addFault('PUT imagestreams => 403');
  });
  const result = await run(policy());
  expect(result.status).toBe(3);
  const lost = `${pushed} was pushed to the tag while it was deleted, and could not be restored`;
  expect(expiredTags(result)).toMatchObject([
    { tag: 'pr-1' },
    { tag: 'pr-2', status: 'failed', message: expect.stringContaining(lost) },
  ]);
});

test('the next run finishes after kill -9 between the two steps', async () => {
  let kill: (() => void) | undefined;
  sandbox.onRequest(({ method, path }) => {
    if (method === 'DELETE' && path.includes('/imagestreamtags/')) kill?.();
  });
  sandbox.addFault('DELETE imagestreamtags nth=1 => reset');
  await runCli(args(policy()), {
    kubeconfig: sandbox.kubeconfig.admin,
    started: (child) => (kill = () => void child.kill('SIGKILL')),
  });
  kill = undefined;
  expect(inStatus()).toEqual(['latest', 'pr-3']);
  expect(inSpec()).toEqual(['pr-2', 'pr-3', 'pr-9']);
  expect((await run(policy())).status).toBe(0);
  expect(inSpec()).toEqual(['pr-3', 'pr-9']);
  expect(stream().metadata.annotations).toBeUndefined();
});

test('a server that reports success and keeps the tag makes the exit status 3, and the next run finishes', async () => {
  sandbox.addFault('DELETE imagestreamtags => 200');
  const result = await run(policy());
  expect(result.status).toBe(3);
  expect(expiredTags(result)).toMatchObject([
    { tag: 'pr-1', status: 'deleted' },
    { tag: 'pr-2', status: 'failed' },
  ]);
  sandbox.clearFaults();
  const plain = await regadm(['prune', 'images', '--registry-url', sandbox.registryUrl], {
    kubeconfig: sandbox.kubeconfig.admin,
  });
  expect(plain.stderr).toContain('tag shop/web:pr-2 is still to be deleted from spec.tags');
  const next = await run(policy());
  expect(next.status).toBe(0);
  expect(next.stderr).not.toContain('still to be deleted');
  expect(inSpec()).toEqual(['pr-3', 'pr-9']);
});

test('with --prune-registry=false, the tags are removed, and nothing is deleted in the registry', async () => {
  const earlier = sandbox.requests.length;
  const result = await run(policy(), ['--prune-registry=false']);
  expect(result.status).toBe(0);
  expect(inStatus()).toEqual(['latest', 'pr-3']);
  expect(inSpec()).toEqual(['pr-3', 'pr-9']);
  expect(stream().metadata.annotations).toBeUndefined();
  const deletions = sandbox.requests.slice(earlier).filter(({ method }) => method === 'DELETE');
  expect(deletions.filter(({ path }) => !path.startsWith('/apis/image.openshift.io/'))).toEqual([]);
});

test.each(['true', 'false'])(
  'tags that do not fit into the annotation go in batches (--prune-registry=%s)',
  async (on) => {
    const names = Array.from({ length: 12 }, (_, index) => `pr-b${index}`);
    const before = stream();
    sandbox.store.put('imagestreams', {
      ...before,
      metadata: { ...before.metadata, annotations: { padding: 'x'.repeat(ALMOST_FULL) } },
      spec: { tags: [...(before.spec!.tags as object[]), ...names.map((name) => ({ name }))] },
    });
    for (const name of names) sandbox.registry.push('shop/web', name, { created: OLD, layers: ['base', name] });
    const earlier = sandbox.requests.length;
    const result = await run(policy(), [`--prune-registry=${on}`]);
    expect(result.status).toBe(0);
    expect(inStatus()).toEqual(['latest', 'pr-3']);
    expect(inSpec()).toEqual(['pr-3', 'pr-9']);
    expect(documentOf(result).summary).toMatchObject({ imageStreamTags: 14, failed: 0 });
    expect(Object.keys(stream().metadata.annotations!)).toEqual(['padding']);
    const isUpdate = ({ method, path }: { method: string; path: string }): boolean =>
      method === 'PUT' && path.endsWith('/imagestreams/web/status');
    expect(sandbox.requests.slice(earlier).filter(isUpdate).length).toBeGreaterThan(3);
  },
);

test('without the permission, nothing is deleted, and the error names it', async () => {
  const result = await run(policy(), [], sandbox.kubeconfig.pruner);
  expect(result.status).toBe(1);
  expect(result.stderr).toContain('delete imagestreamtags.image.openshift.io');
  expect(result.stderr).toContain('oc adm policy add-cluster-role-to-user regadm-tag-remover USER');
  expect(inStatus()).toEqual(['latest', 'pr-1', 'pr-2', 'pr-3']);
});

test('a plan file names the tags with their entries: one that was changed since stays in the spec', async () => {
  const plan = join(directory, 'plan.json');
  const { registryUrl } = sandbox;
  await regadm(['prune', 'images', '--policy', policy(), '--registry-url', registryUrl, '--plan-out', plan], {
    kubeconfig: sandbox.kubeconfig.admin,
  });
  const changed = stream();
  sandbox.store.put('imagestreams', { ...changed, spec: { tags: [{ name: 'pr-2', annotations: { by: 'admin' } }] } });
  const result = await regadm(
    ['prune', 'images', '--plan', plan, '--registry-url', registryUrl, '--confirm', '-o', 'json'],
    { kubeconfig: sandbox.kubeconfig.admin },
  );
  expect(expiredTags(result)).toMatchObject([{ tag: 'pr-1', status: 'deleted' }]);
  expect(inSpec()).toEqual(['pr-2']);
});

test('a backup has the entry of the spec, and a restore brings the items back', async () => {
  const backup = join(directory, 'backup');
  const kubeconfig = sandbox.kubeconfig.admin;
  expect((await run(policy(), ['--backup', backup])).status).toBe(0);
  expect(inStatus()).toEqual(['latest', 'pr-3']);
  const [records] = readdirSync(backup, { recursive: true }).filter((name) => String(name).endsWith('streams.jsonl'));
  expect(readFileSync(join(backup, String(records)), 'utf8')).toContain('"specTags":[{"name":"pr-2"}]');
  const restored = await regadm(['restore', backup, '--registry-url', sandbox.registryUrl, '--confirm'], {
    kubeconfig,
  });
  expect(restored.stderr + restored.stdout).not.toContain('error:');
  expect(inStatus()).toEqual(['latest', 'pr-1', 'pr-2', 'pr-3']);
});
