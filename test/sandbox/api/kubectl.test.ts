import { execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { startSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import { requires } from '../../support/jest/requires.js';
import { digest, images } from '../../support/sandbox-client.js';

// A client of the API that is not part of this repository.
requires('kubectl').describe('kubectl', () => {
  let sandbox: Sandbox;

  beforeAll(async () => {
    const stream = {
      metadata: { name: 'app', namespace: 'dev' },
      spec: {},
      status: { tags: [{ tag: 'latest', items: [{ image: digest(1), created: '2026-01-01T00:00:00Z' }] }] },
    };
    const pods = [
      {
        metadata: { name: 'web', namespace: 'dev', labels: { app: 'web' } },
        spec: { containers: [] },
        status: { phase: 'Running' },
      },
    ];
    sandbox = await startSandbox({ cluster: { images: images(12), imagestreams: [stream], pods }, operator: true });
  });
  afterAll(() => sandbox.stop());

  function kubectl(
    user: 'admin' | 'pruner' | 'nobody',
    ...args: string[]
  ): Promise<{ out: string; error: string; status: number }> {
    const command = ['--kubeconfig', sandbox.kubeconfig[user], '--cache-dir', `${sandbox.dir}/cache`, ...args];
    return new Promise((resolve) => {
      const child = execFile('kubectl', command, (_error, out, error) =>
        resolve({ out, error, status: child.exitCode ?? -1 }),
      );
    });
  }

  const listRequests = (): string[] =>
    sandbox.requests.map(({ path }) => path).filter((path) => path.includes('/images?'));

  test('lists in pages', async () => {
    const { out, error } = await kubectl('admin', 'get', 'images.image.openshift.io', '--chunk-size=5', '-o', 'name');
    expect(error).toBe('');
    expect(out.trim().split('\n')).toEqual(
      Array.from({ length: 12 }, (_, at) => `image.image.openshift.io/${digest(at + 1)}`),
    );
    expect(listRequests()).toHaveLength(3);
  });

  test('recognizes an expired continue token', async () => {
    sandbox.addFault('GET /images[?].*continue= nth=1 => expired');
    const { error, status } = await kubectl(
      'admin',
      'get',
      'images.image.openshift.io',
      '--chunk-size=5',
      '-o',
      'name',
    );
    sandbox.clearFaults();
    expect(status).toBe(1);
    expect(error).toContain('The provided continue parameter is too old to display a consistent list result');
  });

  test('prints tables', async () => {
    const { out } = await kubectl('admin', 'get', 'pods', '-A', '-l', 'app=web');
    expect(out).toMatch(/^NAMESPACE +NAME +.*\ndev +web /);
  });

  test('gets one object', async () => {
    const { out } = await kubectl(
      'pruner',
      'get',
      'imagestream',
      'app',
      '-n',
      'dev',
      '-o',
      'jsonpath={.status.tags[0].items[0].image}',
    );
    expect(out).toBe(digest(1));
    expect(await kubectl('pruner', 'get', 'image', 'sha256:none')).toMatchObject({
      status: 1,
      error: 'Error from server (NotFound): images.image.openshift.io "sha256:none" not found\n',
    });
  });

  test('watches', async () => {
    const args = ['--kubeconfig', sandbox.kubeconfig.admin, 'get', 'imagestreams', '-n', 'dev', '-w', '-o', 'name'];
    const child = spawn('kubectl', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    const next = async (): Promise<string> => String((await lines.next()).value);
    expect(await next()).toBe('imagestream.image.openshift.io/app');
    sandbox.store.put('imagestreams', { metadata: { name: 'second', namespace: 'dev' } });
    expect(await next()).toBe('imagestream.image.openshift.io/second');
    child.kill();
    sandbox.store.remove('imagestreams', 'dev', 'second');
  });

  test('patches, annotates and labels', async () => {
    const patch = [
      'patch',
      'configs.imageregistry.operator.openshift.io',
      'cluster',
      '--type=merge',
      '-p',
      '{"spec":{"logLevel":"Debug"}}',
    ];
    expect((await kubectl('admin', ...patch)).out).toBe('config.imageregistry.operator.openshift.io/cluster patched\n');
    expect(sandbox.store.get('configs', 'cluster')!.spec).toMatchObject({ logLevel: 'Debug', replicas: 1 });
    await kubectl('admin', 'annotate', 'imagestream', 'app', '-n', 'dev', 'a=b');
    expect(sandbox.store.get('imagestreams', 'dev', 'app')!.metadata.annotations).toEqual({ a: 'b' });
    await kubectl('admin', 'label', 'pod', 'web', '-n', 'dev', 'tier=front');
    expect(sandbox.store.get('pods', 'dev', 'web')!.metadata.labels).toEqual({ app: 'web', tier: 'front' });
  });

  test('creates and deletes', async () => {
    const manifest = JSON.stringify({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'made', namespace: 'dev' },
    });
    const child = spawn(
      'kubectl',
      ['--kubeconfig', sandbox.kubeconfig.admin, 'create', '--validate=false', '-f', '-'],
      { stdio: ['pipe', 'ignore', 'inherit'] },
    );
    child.stdin.end(manifest);
    await new Promise((resolve) => child.on('close', resolve));
    expect(sandbox.store.get('serviceaccounts', 'dev', 'made')).toBeDefined();
    expect((await kubectl('admin', 'delete', 'serviceaccount', 'made', '-n', 'dev')).status).toBe(0);
    expect((await kubectl('pruner', 'delete', 'image', digest(12))).status).toBe(0);
    expect(sandbox.store.get('images', digest(12))).toBeUndefined();
  });

  test('checks permissions', async () => {
    expect((await kubectl('pruner', 'auth', 'can-i', 'delete', 'images.image.openshift.io')).out).toBe('yes\n');
    expect((await kubectl('pruner', 'auth', 'can-i', 'watch', 'pods', '-A')).out).toBe('no\n');
    expect(await kubectl('nobody', 'get', 'images.image.openshift.io')).toMatchObject({
      status: 1,
      error:
        'Error from server (Forbidden): images.image.openshift.io is forbidden: User "nobody" cannot list resource "images" in API group "image.openshift.io" at the cluster scope\n',
    });
  });

  test('waits for the roll-out after a restart', async () => {
    const target = ['-n', 'openshift-image-registry', 'deployment/image-registry'];
    const [before] = sandbox.store.list('pods', 'openshift-image-registry');
    expect((await kubectl('admin', 'rollout', 'restart', ...target)).status).toBe(0);
    expect((await kubectl('admin', 'rollout', 'status', ...target, '--timeout=600s')).out).toContain(
      'successfully rolled out',
    );
    const [after] = sandbox.store.list('pods', 'openshift-image-registry');
    expect(after!.metadata.uid).not.toBe(before!.metadata.uid);
  });
});
