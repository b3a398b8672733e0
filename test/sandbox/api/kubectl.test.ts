import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { startSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import { requires } from '../../support/jest/requires.js';
import { runKubectl } from '../../support/kubectl.js';
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

  const kubectl = (
    user: 'admin' | 'pruner' | 'nobody',
    ...args: (string | { input: string })[]
  ): ReturnType<typeof runKubectl> => runKubectl(sandbox, user, args);

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

  /** Runs `kubectl create -f -` with validation, its default. */
  function create(object: object, ...args: string[]): Promise<{ out: string; error: string; status: number }> {
    return kubectl('admin', 'create', '-f', '-', ...args, { input: JSON.stringify(object) });
  }

  test('creates and deletes', async () => {
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'made', namespace: 'dev' } };
    expect(await create(account)).toMatchObject({ status: 0, error: '', out: 'serviceaccount/made created\n' });
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

  describe('validation', () => {
    const metadata = (name: string): object => ({ metadata: { name, namespace: 'dev' } });
    const role = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'nightly' };
    const container = { name: 'main', image: 'x', resources: { requests: { cpu: 1, memory: '1Gi' } } };
    const template = { spec: { restartPolicy: 'Never', containers: [container] } };
    const ITEMS = {
      ServiceAccount: { apiVersion: 'v1', ...metadata('nightly') },
      ClusterRole: {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        metadata: { name: 'nightly' },
        rules: [{ apiGroups: ['build.openshift.io'], resources: ['builds'], verbs: ['list'] }],
      },
      ClusterRoleBinding: {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        metadata: { name: 'nightly' },
        roleRef: role,
        subjects: [{ kind: 'ServiceAccount', name: 'nightly', namespace: 'dev' }],
      },
      NetworkPolicy: {
        apiVersion: 'networking.k8s.io/v1',
        ...metadata('nightly'),
        spec: { podSelector: { matchLabels: { app: 'nightly' } }, policyTypes: ['Egress'], egress: [{}] },
      },
      CronJob: {
        apiVersion: 'batch/v1',
        ...metadata('nightly'),
        spec: { schedule: '0 0 * * *', jobTemplate: { spec: { backoffLimit: 0, template } } },
      },
      PrometheusRule: {
        apiVersion: 'monitoring.coreos.com/v1',
        ...metadata('nightly'),
        spec: { groups: [{ name: 'g', rules: [{ alert: 'Late', expr: 'up == 0', for: '5m', labels: { a: 'b' } }] }] },
      },
    };
    const list = (changes: Partial<Record<keyof typeof ITEMS, object>> = {}): object => ({
      apiVersion: 'v1',
      kind: 'List',
      items: Object.entries(ITEMS).map(([kind, item]) => ({ kind, ...item, ...changes[kind as keyof typeof ITEMS] })),
    });
    const RESOURCES = Object.keys(ITEMS).map((kind) =>
      kind === 'NetworkPolicy' ? 'networkpolicies' : `${kind.toLowerCase()}s`,
    );

    test.each(['client', 'server', 'none'])('of a List succeeds: --dry-run=%s', async (mode) => {
      const { out, error, status } = await create(list(), `--dry-run=${mode}`);
      expect([status, error]).toEqual([0, '']);
      expect(out.trim().split('\n')).toHaveLength(6);
      const made = RESOURCES.map((resource) =>
        sandbox.store.list(resource).some(({ metadata: { name } }) => name === 'nightly'),
      );
      expect(made).toEqual(RESOURCES.map(() => mode === 'none'));
      for (const resource of mode === 'none' ? RESOURCES : []) {
        if (!sandbox.store.remove(resource, 'nightly')) sandbox.store.remove(resource, 'dev', 'nightly');
      }
    });

    test.each([
      ['ServiceAccount', { imagePullSecret: [] }, 'unknown field "imagePullSecret"'],
      ['ClusterRole', { rules: [{ apiGroup: [''], verbs: ['list'] }] }, 'unknown field "apiGroup"'],
      ['ClusterRoleBinding', { roleRef: { ...role, names: 'x' } }, 'unknown field "names"'],
      ['NetworkPolicy', { spec: { podSelector: {}, policyType: ['Egress'] } }, 'unknown field "policyType"'],
      ['CronJob', { spec: { ...ITEMS.CronJob.spec, sspend: true } }, 'unknown field "sspend"'],
      ['CronJob', { spec: { jobTemplate: ITEMS.CronJob.spec.jobTemplate } }, 'missing required field "schedule"'],
      ['PrometheusRule', { spec: { groups: [{ name: 'g', rule: [] }] } }, 'unknown field "rule"'],
    ])('finds a mistake in a %s: %j', async (kind, change, message) => {
      for (const mode of ['client', 'server', 'none']) {
        const { error, status } = await create(list({ [kind]: change }), `--dry-run=${mode}`);
        expect(status).toBe(1);
        expect(error).toContain(message);
      }
      expect(sandbox.store.get('serviceaccounts', 'dev', 'nightly')).toBeUndefined();
    });

    test('of a single object finds a mistake, too', async () => {
      const object = { kind: 'CronJob', ...ITEMS.CronJob, spec: { ...ITEMS.CronJob.spec, sspend: true } };
      for (const mode of ['client', 'server', 'none'])
        expect((await create(object, `--dry-run=${mode}`)).error).toContain('unknown field "sspend"');
      const warned = await create(object, '--dry-run=server', '--validate=warn');
      expect(warned).toMatchObject({ status: 0, out: 'cronjob.batch/nightly created (server dry run)\n' });
      expect(warned.error).toContain('Warning: unknown field "spec.sspend"');
    });

    test('explains fields', async () => {
      const { out } = await kubectl('nobody', 'explain', 'cronjob.spec.suspend');
      expect(out).toMatch(/KIND: +CronJob\n[\s\S]*FIELD: suspend <boolean>/);
    });

    test('a server dry run of a deletion deletes nothing', async () => {
      expect((await kubectl('admin', 'delete', 'pod', 'web', '-n', 'dev', '--dry-run=server')).status).toBe(0);
      expect(sandbox.store.get('pods', 'dev', 'web')).toBeDefined();
    });
  });
});
