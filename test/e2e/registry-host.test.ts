import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/index.js';
import { type CliResult } from '../support/cli.js';
import { regadm } from '../support/regadm.js';
import { anImage, digest } from '../support/builders.js';
import { HOST } from '../support/prune-scene.js';
import { plainServer, type TestServer } from '../support/servers/tls-servers.js';

const OLD = '2025-01-01T00:00:00Z';
const NEW = '2026-01-01T00:00:00Z';

/** A pod of a tenant's that behaves like a registry and records what it receives. */
let tenant: TestServer;
let sandbox: Sandbox;
beforeEach(async () => {
  tenant = await plainServer();
});
afterEach(async () => {
  await sandbox.stop();
  await tenant.close();
});

/** Starts a cluster with one image to prune, and what a tenant wrote. */
async function start(written: (host: string) => Record<string, object>, options: SandboxOptions = {}): Promise<void> {
  sandbox = await startSandbox({ cluster: {}, ...options });
  sandbox.store.put('imagestreams', {
    metadata: { namespace: 'prod', name: 'app', creationTimestamp: OLD },
    status: { dockerImageRepository: `${HOST}/prod/app` },
  });
  for (const layer of ['old', 'new'])
    sandbox.registry.push('prod/app', 'latest', { layers: [layer], config: { author: layer }, created: OLD });
  for (const [resource, object] of Object.entries(written(`127.0.0.1:${tenant.port}`)))
    sandbox.store.put(resource, object as never);
}

const imageAt = (host: string): Record<string, object> => ({
  images: anImage(digest('tenant'))
    .withReference(`${host}/tenant/app@${digest('tenant')}`)
    .created(NEW).object,
});
const streamAt = (host: string): Record<string, object> => ({
  imagestreams: {
    metadata: { namespace: 'aaa-tenant', name: 'app', creationTimestamp: OLD },
    spec: { dockerImageRepository: `${host}/tenant/app` },
    status: { dockerImageRepository: `${host}/tenant/app`, publicDockerImageRepository: `${host}/tenant/app` },
  },
});
const both = (host: string) => ({ ...imageAt(host), ...streamAt(host) });

const PRUNE = ['prune', 'images', '--keep-tag-revisions=1', '--keep-younger-than=0s'];
const run = (args: string[]): Promise<CliResult> => regadm(args, { kubeconfig: sandbox.kubeconfig.admin });

/** Expects that a command finds the registry that the API server states, and sends nothing to the tenant. */
async function expectOnlyTheRegistry(args: string[], written: (host: string) => Record<string, object>): Promise<void> {
  await start(written, { operator: true, rolloutStepMs: 5 });
  const { stderr } = await run(args);
  expect(tenant.seen).toEqual([]);
  expect(stderr).not.toContain(String(tenant.port));
  expect(sandbox.requests.some(({ server, path }) => server === 'registry' && path === '/')).toBe(true);
}

describe('a tenant names a server of theirs as the registry', () => {
  test.each([
    ['in the newest managed image', imageAt],
    ['in an image stream with a repository of its own', streamAt],
  ])('%s: a dry run sends nothing there', (_where, written) => expectOnlyTheRegistry(PRUNE, written));

  test.each([
    ['prune images --confirm', [...PRUNE, '--confirm']],
    ['prune images that accepts any server', [...PRUNE, '--confirm', '--force-insecure']],
    ['doctor', ['doctor']],
    ['edge verify', ['edge', 'verify']],
  ])('in both: %s sends nothing there', (_command, args) => expectOnlyTheRegistry(args, both));
});

describe('where the registry is removed, the status of an image stream copies the repository of its spec', () => {
  test.each([
    ['a dry run', PRUNE, 0],
    ['prune images --confirm', [...PRUNE, '--confirm'], 1],
    ['prune images that accepts any server', [...PRUNE, '--confirm', '--force-insecure'], 1],
    ['prune why', ['prune', 'why', 'prod/app'], 0],
    ['doctor', ['doctor'], 1],
  ])('%s sends nothing to the server that it names', async (_command, args, expected) => {
    await start(both, { operator: true, managementState: 'Removed', rolloutStepMs: 5 });
    const stream = sandbox.store.get('imagestreams', 'prod', 'app')!;
    sandbox.store.put('imagestreams', { ...stream, status: { ...stream.status, dockerImageRepository: '' } });
    const { status, stdout, stderr } = await run(args);
    expect([status, tenant.seen]).toEqual([expected, []]);
    expect(`${stdout}${stderr}`).not.toContain(String(tenant.port));
  });
});

test('without a public route, the run explains how to reach the registry', async () => {
  await start(both);
  const { status, stderr } = await run([...PRUNE, '--confirm']);
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /error communicating with registry: https:\/\/image-registry\.openshift-image-registry\.svc:5000/,
  );
  expect(stderr).toContain('--registry-url');
  expect(tenant.seen).toEqual([]);
});

describe('no candidate: the API server names no registry', () => {
  const removed = async (): Promise<void> => {
    await start(imageAt);
    sandbox.store.put('imagestreams', {
      ...sandbox.store.get('imagestreams', 'prod', 'app')!,
      spec: { dockerImageRepository: `127.0.0.1:${tenant.port}/prod/app` },
    });
  };

  test('a run with data to delete in the registry ends before anything is changed', async () => {
    await removed();
    const before = sandbox.store.list('images').length;
    const { status, stderr } = await run([...PRUNE, '--confirm']);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: the registry cannot be found: /m);
    expect(stderr).toContain('--registry-url');
    expect(stderr).toContain('--prune-registry=false');
    expect(sandbox.store.list('images')).toHaveLength(before);
    expect(tenant.seen).toEqual([]);
  });

  test('a dry run shows the plan with a warning', async () => {
    await removed();
    const { status, stderr } = await run(PRUNE);
    expect(status).toBe(0);
    expect(stderr).toMatch(/^warning: .*the registry cannot be found/m);
    expect(tenant.seen).toEqual([]);
  });

  test('a run that deletes nothing needs no registry', async () => {
    await removed();
    const { status, stderr } = await run(['prune', 'images', '--keep-younger-than=999999h', '--confirm']);
    expect(stderr).not.toContain('error');
    expect(status).toBe(0);
  });
});

describe('the token', () => {
  test('is not sent by a dry run that reads no manifests', async () => {
    await start(() => ({}), { operator: true, rolloutStepMs: 5 });
    await run([...PRUNE, '--referrers=oc']);
    const requests = sandbox.requests.filter(({ server }) => server === 'registry');
    // The internal name, which is tried while the lists are read, can lead to the same registry by its public route.
    expect(new Set(requests.map(({ method, path }) => `${method} ${path}`))).toEqual(new Set(['GET /']));
  });

  test('decides who sends the requests to the registry: --as is a warning', async () => {
    await start(() => ({}), { operator: true, rolloutStepMs: 5 });
    const { stderr } = await run([...PRUNE, '--as=admin']);
    expect(stderr).toMatch(/^warning: --as does not apply to the registry, .* not as admin$/m);
    expect((await run(PRUNE)).stderr).not.toContain('--as');
  });
});

describe('--certificate-authority', () => {
  test('a file without a certificate is refused before any request', async () => {
    await start(() => ({}));
    const directory = await mkdtemp(join(tmpdir(), 'regadm-test-'));
    const file = join(directory, 'ca.pem');
    await writeFile(file, (await readFile(sandbox.caFile, 'utf8')).replace(/CERTIFICATE/g, 'THING'));
    sandbox.requests.length = 0;
    const { status, stderr } = await run(['doctor', '--certificate-authority', file]);
    expect([status, stderr]).toEqual([1, expect.stringContaining('contains no certificate')]);
    expect(sandbox.requests).toEqual([]);
    await rm(directory, { recursive: true });
  });
});
