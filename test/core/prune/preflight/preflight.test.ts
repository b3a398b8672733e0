import type { Digest } from '../../../../src/core/model/digest.js';
import type { RepositoryName } from '../../../../src/core/model/names/repository-name.js';
import { asRepository } from '../../../support/names.js';
import { readFileSync } from 'node:fs';
import { openCluster } from '../../../../src/core/cluster/index.js';
import type { ApiResponse, ClusterApi, KubeObject } from '../../../../src/core/cluster/api.js';
import { toClusterChecks } from '../../../../src/core/prune/connect.js';
import {
  runPreflight,
  type PreflightCheck,
  type PreflightInput,
  type PreflightName,
} from '../../../../src/core/prune/preflight/index.js';
import { preflightError } from '../../../../src/core/prune/preflight/error.js';
import type { ErrorCode } from '../../../../src/core/model/error-codes.js';
import { RegadmError } from '../../../../src/core/model/errors.js';
import { SILENT } from '../../../../src/core/kit/reporter.js';
import { openRegistry } from '../../../../src/core/registry/index.js';
import type { Registry } from '../../../../src/core/registry/api.js';
import { startSandbox, type Sandbox } from '../../../../src/sandbox/index.js';

const NAMESPACE = 'openshift-image-registry';
let sandbox: Sandbox;
let kept: ReturnType<Sandbox['registry']['push']>;
const toClose: { close(): Promise<void> }[] = [];
beforeAll(async () => {
  sandbox = await startSandbox({ cluster: {}, operator: true, rolloutStepMs: 'manual' });
  kept = sandbox.registry.push('dev/app', 'latest', { layers: ['a layer'] });
});
afterEach(async () => {
  sandbox.clearFaults();
  sandbox.registry.setReadOnly(undefined);
  for (const resource of ['jobs', 'pods']) {
    for (const { metadata } of sandbox.store.list(resource)) {
      if (metadata.labels?.test) sandbox.store.remove(resource, metadata.namespace!, metadata.name);
    }
  }
  for (const one of toClose.splice(0)) await one.close();
});
afterAll(() => sandbox.stop());

type User = 'admin' | 'pruner' | 'nobody';

async function input(user: User, options: Partial<PreflightInput> & { token?: string } = {}): Promise<PreflightInput> {
  const api = await openCluster({ kubeconfig: sandbox.kubeconfig[user] });
  const registry = await openRegistry({
    host: sandbox.registryUrl,
    explicit: true,
    authorities: [readFileSync(sandbox.caFile, 'utf8')],
    forceInsecure: false,
    clusterInsecure: false,
    token: options.token ?? sandbox.tokens[user],
    workers: 2,
    reporter: SILENT,
    env: {},
  });
  toClose.push(api, registry);
  sandbox.requests.length = 0;
  return {
    cluster: toClusterChecks(api),
    registry,
    repositories: [asRepository('dev/app')],
    probeDeletion: true,
    pruneRegistry: true,
    hasToken: true,
    env: {},
    ...options,
  };
}

const preflight = async (user: User, options: Parameters<typeof input>[1] = {}): Promise<PreflightCheck[]> =>
  runPreflight(await input(user, options));
const find = (checks: PreflightCheck[], name: PreflightName): PreflightCheck =>
  checks.find((check) => check.name === name)!;
const failing = (checks: PreflightCheck[]): PreflightName[] =>
  checks.filter(({ status }) => status === 'failed').map(({ name }) => name);

describe('with --confirm', () => {
  test('a pruner passes every check, and nothing has changed', async () => {
    const before = sandbox.registry.blobs().length;
    const checks = await preflight('pruner');
    expect(checks.map(({ name, status }) => [name, status])).toEqual([
      ['token', 'ok'],
      ['registry', 'ok'],
      ['deletion', 'ok'],
      ['mode', 'ok'],
      ['permissions', 'ok'],
      ['clocks', 'ok'],
      ['other pruners', 'ok'],
    ]);
    expect(preflightError(checks)).toBeUndefined();
    expect(sandbox.registry.blobs()).toHaveLength(before);
    expect(sandbox.registry.hasManifestLink('dev/app', kept.digest)).toBe(true);
    expect(sandbox.requests.filter(({ method }) => method === 'DELETE')).toHaveLength(2);
  });

  test('the digests of the probes are random and different', async () => {
    await preflight('pruner');
    const digests = sandbox.requests
      .filter(({ method }) => method === 'DELETE')
      .map(({ path }) => path.split('/').at(-1));
    expect(new Set(digests).size).toBe(2);
    for (const digest of digests) expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  test('a user without the role fails the checks of the API and of the registry', async () => {
    const checks = await preflight('nobody');
    expect(failing(checks)).toEqual(['token', 'permissions']);
    expect(find(checks, 'permissions').message).toBe(
      'the user may not update imagestreams.image.openshift.io/status, get imagestreams.image.openshift.io, ' +
        'get images.image.openshift.io, delete images.image.openshift.io',
    );
    expect(find(checks, 'permissions').suggestions!.join()).toMatch(/system:image-pruner/);
    expect(find(checks, 'token').message).toMatch(/token is not valid, or the user lacks system:image-pruner/);
    expect(preflightError(checks)).toMatchObject({ exitCode: 1, code: 'UNAUTHORIZED' });
  });

  test('a token that only the registry rejects is reported as such', async () => {
    const checks = await preflight('pruner', { token: 'sha256~wrong' });
    expect(failing(checks)).toEqual(['token']);
    expect(find(checks, 'token').message).toMatch(
      /the API server allows this user to delete images, so the token is the likely cause/,
    );
    expect(JSON.stringify(checks)).not.toContain('sha256~wrong');
  });

  test('a user whom the registry cannot read is not told that the token is wrong', async () => {
    const given = await input('pruner', { token: 'sha256~wrong' });
    const reviewAccess: typeof given.cluster.reviewAccess = async (permission, signal) =>
      permission.name === '~' ? { access: 'denied', status: 201 } : given.cluster.reviewAccess(permission, signal);
    const checks = await runPreflight({ ...given, cluster: { ...given.cluster, reviewAccess } });
    expect(failing(checks)).toEqual(['token']);
    expect(find(checks, 'token').message).toMatch(
      /^401 Unauthorized: the user may not get users\.user\.openshift\.io\/~/,
    );
    expect(find(checks, 'token').message).not.toContain('likely cause');
    expect(find(checks, 'token').suggestions!.join()).toContain('basic-user');
  });

  test('read-only mode is detected although blobs could still be deleted; no blob deletion is sent', async () => {
    sandbox.registry.setReadOnly(true);
    const checks = await preflight('pruner');
    expect(failing(checks)).toEqual(['mode']);
    expect(find(checks, 'mode').suggestions!.join()).toMatch(/regadm registry readonly off/);
    expect(sandbox.requests.some(({ path }) => path.startsWith('/admin/blobs/'))).toBe(false);
  });

  test('without an image stream the mode is unknown, and reported as such', async () => {
    const checks = await preflight('pruner', { repositories: [] });
    expect(failing(checks)).toEqual([]);
    expect(find(checks, 'mode')).toMatchObject({
      status: 'unknown',
      message: expect.stringMatching(/there are no image streams$/),
    });
    expect(sandbox.requests.filter(({ method }) => method === 'DELETE').map(({ path }) => path)).toEqual([
      expect.stringMatching(/^\/admin\/blobs\//),
    ]);
  });

  test('without a token, nothing is deleted, and the check suggests how to get one', async () => {
    const checks = await preflight('pruner', { hasToken: false });
    expect(failing(checks)).toEqual(['token']);
    expect(find(checks, 'token').suggestions!.join()).toMatch(/oc login.*--token/);
    expect(sandbox.requests.some(({ method }) => method === 'DELETE')).toBe(false);
  });
});

describe('in a dry run', () => {
  test('nothing is deleted, and what only a deletion shows is not checked', async () => {
    const checks = await preflight('pruner', { probeDeletion: false });
    expect(failing(checks)).toEqual([]);
    for (const name of ['deletion', 'mode'] as const)
      expect(find(checks, name)).toMatchObject({ status: 'unknown', message: 'a dry run does not test it' });
    expect(
      sandbox.requests.filter(({ method, path }) => method !== 'GET' && !path.includes('selfsubjectaccessreviews')),
    ).toEqual([]);
  });

  test('a registry that could not be opened is a failed check', async () => {
    const error = new RegadmError('error communicating with registry: https://r/: connection refused', {
      code: 'REGISTRY_UNREACHABLE',
      suggestions: ['expose it', 'pass --registry-url'],
    });
    const checks = await preflight('pruner', { probeDeletion: false, registry: error });
    expect(find(checks, 'registry')).toEqual({
      name: 'registry',
      status: 'failed',
      message: error.message,
      code: 'REGISTRY_UNREACHABLE',
      suggestions: ['expose it', 'pass --registry-url'],
    });
  });

  test('with --prune-registry=false, no request is sent to the registry', async () => {
    const checks = await preflight('pruner', { registry: undefined, pruneRegistry: false, hasToken: false });
    expect(failing(checks)).toEqual([]);
    expect(find(checks, 'registry')).toMatchObject({ status: 'unknown', message: 'the registry is not changed' });
    expect(sandbox.requests.some(({ server }) => server === 'registry')).toBe(false);
  });
});

describe('responses of another kind of server', () => {
  const registry = (deleteLayerLink: () => Promise<'gone'>, probeBlobDeletion: () => Promise<void>): Registry =>
    ({
      url: 'https://registry',
      verified: true,
      deleteLayerLink,
      probeBlobDeletion,
      close: async () => undefined,
    }) as unknown as Registry;
  const failingWith = (code: ErrorCode) => async (): Promise<never> => {
    throw new RegadmError(`error communicating with registry: ${code}`, { code });
  };
  test.each<[string, PreflightName, Registry]>([
    ['deletion disabled', 'deletion', registry(failingWith('REGISTRY_DELETE_DISABLED'), async () => {})],
    ['not an OpenShift registry', 'registry', registry(async () => 'gone', failingWith('NOT_OPENSHIFT_REGISTRY'))],
    ['away meanwhile', 'registry', registry(failingWith('REGISTRY_UNREACHABLE'), async () => {})],
    ['whose storage fails', 'registry', registry(async () => 'gone', failingWith('REGISTRY_ERROR'))],
  ])('%s', async (_name, place, fake) => {
    const checks = await preflight('pruner', { registry: fake });
    expect(failing(checks)).toEqual([place]);
  });

  test('deletion disabled, while the operator sets read-only mode, is that mode', async () => {
    const fake = registry(failingWith('REGISTRY_DELETE_DISABLED'), async () => {});
    const { cluster, ...rest } = await input('pruner', { registry: fake });
    const checks = await runPreflight({ ...rest, cluster: { ...cluster, isSetReadOnly: async () => true } });
    expect(failing(checks)).toEqual(['mode']);
    expect(find(checks, 'mode').message).toMatch(/^the registry is in read-only mode; nothing was changed \(405/);
    expect(preflightError(checks)).toMatchObject({ code: 'REGISTRY_READ_ONLY' });
  });

  test.each<ErrorCode>(['NOT_OPENSHIFT_REGISTRY', 'REGISTRY_ERROR', 'REGISTRY_UNREACHABLE'])(
    'the error that ends the run has the code of the answer: %s',
    async (code) => {
      const checks = await preflight('pruner', { registry: registry(async () => 'gone', failingWith(code)) });
      expect(preflightError(checks)).toMatchObject({ code, exitCode: 1 });
    },
  );
});

test('a stream that was deleted since it was listed does not stop the run: the next one is tried', async () => {
  const asked: string[] = [];
  const { registry, ...rest } = await input('pruner', { repositories: ['dev/gone', 'dev/app'].map(asRepository) });
  const real = registry as Registry;
  const recording = {
    url: real.url,
    verified: true,
    probeBlobDeletion: (digest: Digest) => real.probeBlobDeletion(digest),
    deleteLayerLink: async (repository: RepositoryName, digest: Digest) => {
      asked.push(repository);
      if (repository === 'dev/gone') throw new RegadmError('unexpected status 500', { code: 'REGISTRY_ERROR' });
      return real.deleteLayerLink(repository, digest);
    },
  } as unknown as Registry;
  expect(failing(await runPreflight({ ...rest, registry: recording }))).toEqual([]);
  expect(asked).toEqual(['dev/gone', 'dev/app']);
});

test('in a cluster without image streams and a known registry, there is nothing to check', async () => {
  const unknown = new RegadmError('the registry cannot be found', { code: 'REGISTRY_UNKNOWN' });
  expect(failing(await preflight('pruner', { registry: unknown, repositories: [] }))).toEqual([]);
  expect(failing(await preflight('pruner', { registry: unknown }))).toEqual(['registry']);
});

describe('permissions', () => {
  test.each([403, 404, 405, 501])(
    'an API server that answers %p to the access review does not stop the run',
    async (status) => {
      sandbox.addFault(`POST selfsubjectaccessreviews => ${status}`);
      const checks = await preflight('pruner');
      expect(find(checks, 'permissions')).toMatchObject({ status: 'unknown' });
    },
  );

  test('with -n only the streams of that namespace count, and deleting images for the registry', async () => {
    const checks = await preflight('pruner', { namespace: 'dev' });
    expect(find(checks, 'permissions').message).toBe(
      'the user may update imagestreams.image.openshift.io/status in namespace dev, ' +
        'get imagestreams.image.openshift.io in namespace dev, ' +
        'get images.image.openshift.io, delete images.image.openshift.io',
    );
    const withoutRegistry = await preflight('pruner', { namespace: 'dev', pruneRegistry: false, registry: undefined });
    expect(find(withoutRegistry, 'permissions').message).not.toContain('delete images');
  });
});

describe('clocks', () => {
  test.each([
    [59_000, 'ok', /agrees/],
    [-59_000, 'ok', /agrees/],
    [300_000, 'warning', /30\d s ahead of the API server's|299 s ahead/],
    [-300_000, 'warning', /(300|299) s behind the API server's/],
  ])('a difference of %p ms: %s', async (difference, status, words) => {
    const checks = await preflight('pruner', { now: () => Date.now() + difference });
    expect(find(checks, 'clocks')).toMatchObject({ status, message: expect.stringMatching(words) });
    expect(failing(checks)).toEqual([]);
  });
});

describe('other pruners', () => {
  const labels = { 'created-by': 'image-pruner', test: 'yes' };
  const job = (name: string, more: Partial<KubeObject> = {}, metadata: object = {}) =>
    sandbox.store.put('jobs', { spec: {}, ...more, metadata: { namespace: NAMESPACE, name, labels, ...metadata } });
  const pod = (name: string, phase: string, owner?: string) =>
    sandbox.store.put('pods', {
      status: { phase },
      spec: { containers: [] },
      metadata: {
        namespace: NAMESPACE,
        name,
        labels: { app: 'image-pruner', test: 'yes' },
        ...(owner ? { ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name: owner, uid: 'u' }] } : {}),
      },
    });

  test.each<[string, () => unknown]>([
    ['a job that has just been made', () => job('image-pruner-1')],
    ['a job that runs', () => job('image-pruner-1', { status: { active: 1 } })],
    ['a pod that runs', () => pod('image-pruner-1-x', 'Running')],
    ['a pod that is about to run', () => pod('image-pruner-1-x', 'Pending')],
    [
      "a job of regadm's own CronJob",
      () =>
        job(
          'regadm-image-pruner-1',
          {},
          { labels: { test: 'yes' }, ownerReferences: [{ kind: 'CronJob', name: 'regadm-image-pruner' }] },
        ),
    ],
  ])('%s stops the run', async (_name, make) => {
    make();
    const checks = await preflight('pruner');
    expect(failing(checks)).toEqual(['other pruners']);
    expect(find(checks, 'other pruners').message).toMatch(
      /^another pruner is running: (job|pod) openshift-image-registry\/(regadm-)?image-pruner-1/,
    );
    expect(preflightError(checks)).toMatchObject({ code: 'OTHER_PRUNER', exitCode: 4 });
  });

  test('the advice suspends the CronJob that starts them, and also fits a job that cannot start', async () => {
    job('image-pruner-1');
    pod('image-pruner-1-x', 'Pending', 'image-pruner-1');
    expect(find(await preflight('pruner'), 'other pruners').suggestions).toEqual([
      'wait until it has ended; regadm prune schedule --set suspend=true keeps the next one from starting',
      'if it cannot start, end it: oc -n openshift-image-registry delete job image-pruner-1',
    ]);
    const ownerReferences = [{ kind: 'CronJob', name: 'regadm-image-pruner' }];
    job('regadm-image-pruner-1', {}, { labels: { test: 'yes' }, ownerReferences });
    expect(find(await preflight('pruner'), 'other pruners').suggestions).toEqual([
      expect.stringContaining(
        `oc -n openshift-image-registry patch cronjob regadm-image-pruner -p '{"spec":{"suspend":true}}'`,
      ),
      expect.stringMatching(/^if it cannot start, end it: oc -n \S+ delete job (?:\S+ )?regadm-image-pruner-1/),
    ]);
  });

  test('finished and suspended ones do not count, nor do other jobs', async () => {
    job('done', { status: { conditions: [{ type: 'Complete', status: 'True' }] } });
    job('failed', { status: { conditions: [{ type: 'Failed', status: 'True' }] } });
    job('long-ago', { status: { completionTime: '2026-01-01T00:00:00Z' } });
    job('suspended', { spec: { suspend: true } });
    job('another', {}, { labels: { test: 'yes' } });
    pod('done-x', 'Succeeded');
    pod('failed-x', 'Failed');
    expect(find(await preflight('pruner'), 'other pruners').message).toBe('no other pruner is running');
  });

  test("labels of a tenant's own jobs and pods in another namespace do not count", async () => {
    const ownerReferences = [{ kind: 'CronJob', name: 'regadm-image-pruner' }];
    for (const namespace of ['dev', 'openshift-image-registry-2']) {
      job('image-pruner-1', { status: { active: 1 } }, { namespace, ownerReferences });
      sandbox.store.put('pods', {
        status: { phase: 'Running' },
        spec: { containers: [] },
        metadata: { namespace, name: 'image-pruner-1-x', labels: { app: 'image-pruner', test: 'yes' } },
      });
    }
    const checks = await preflight('pruner');
    expect(find(checks, 'other pruners').message).toBe('no other pruner is running');
    expect(failing(checks)).toEqual([]);
  });

  test('the job that this process runs in does not count, another one does', async () => {
    job('image-pruner-7', { status: { active: 1 } });
    pod('image-pruner-7-abcde', 'Running', 'image-pruner-7');
    pod('image-pruner-7-older', 'Running', 'image-pruner-7');
    const env = { HOSTNAME: 'image-pruner-7-abcde' };
    expect(failing(await preflight('pruner', { env }))).toEqual([]);

    job('image-pruner-8', { status: { active: 1 } });
    const checks = await preflight('pruner', { env });
    expect(find(checks, 'other pruners').message).toBe(`another pruner is running: job ${NAMESPACE}/image-pruner-8`);
  });

  test('without permission to read its own pod, the job is derived from the name of the pod', async () => {
    job('image-pruner-7', { status: { active: 1 } });
    sandbox.addFault('GET /pods/image-pruner-7-abcde => 403');
    expect(failing(await preflight('pruner', { env: { HOSTNAME: 'image-pruner-7-abcde' } }))).toEqual([]);
    expect(failing(await preflight('pruner', { env: { HOSTNAME: 'laptop' } }))).toEqual(['other pruners']);
  });

  test('if listing is forbidden, it is not checked; if listing fails, the run stops', async () => {
    expect(find(await preflight('nobody', { probeDeletion: false }), 'other pruners')).toMatchObject({
      status: 'unknown',
      message: 'the user may not list jobs and pods',
    });
    const broken = await input('pruner');
    const api = { ...fakeApi(500), namespace: NAMESPACE, server: 'https://api.example.com:6443' } as ClusterApi;
    expect(failing(await runPreflight({ ...broken, cluster: toClusterChecks(api) }))).toEqual([
      'permissions',
      'other pruners',
    ]);
  });
});

function fakeApi(status: number): Partial<ClusterApi> {
  const answer: ApiResponse = {
    request: 'GET /',
    status,
    headers: {},
    body: Buffer.from(''),
    json: () => ({}) as never,
  };
  return { request: async () => answer };
}
