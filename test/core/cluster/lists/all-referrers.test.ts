import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../../../src/sandbox/index.js';
import { aCluster, anImageStream, anOrdinaryImage, digest, HOST } from '../../../support/builders.js';
import { regadm, type Outcome } from '../../../support/regadm.js';

describe('--referrers all', () => {
  let sandbox: Sandbox;
  afterEach(() => sandbox.stop());

  const old = [0, 1, 2, 3, 4].map((at) => digest(`app ${at}`));
  const KEDA = { group: 'keda.sh', version: 'v1alpha1', resource: 'scaledjobs', kind: 'ScaledJob', namespaced: true };

  /** Changes the cluster once, at the first permission check, which comes after the lists. @returns whether it did */
  const afterTheLists = (change: () => void): (() => boolean) => {
    let changed = false;
    sandbox.onRequest(({ method, path }) => {
      if (changed || method !== 'POST' || !path.includes('/selfsubjectaccessreviews')) return;
      changed = true;
      change();
    });
    return () => changed;
  };

  const begin = async (objects: Record<string, unknown[]>, options: SandboxOptions = {}): Promise<void> => {
    const cluster = aCluster(
      anImageStream('ns/app').withTag('latest', old),
      ...[0, 1, 2, 3, 4].map((at) => anOrdinaryImage(`app ${at}`)),
    );
    for (const [at, image] of old.entries()) cluster.images![at]!.metadata.name = image;
    sandbox = await startSandbox({ cluster: { ...cluster, ...objects }, customResources: [KEDA], ...options });
  };
  const prune = (...args: string[]): Promise<Outcome> =>
    regadm(['prune', 'images', '-o', 'json', '--kubeconfig', sandbox.kubeconfig.admin, ...args]);
  const pruned = ({ stdout }: Outcome): string[] =>
    (JSON.parse(stdout) as { images: { name: string }[] }).images.map(({ name }) => name).sort();

  const uses = (image: string): Record<string, unknown[]> => {
    const metadata = { name: 'one', namespace: 'ns' };
    return {
      'services.serving.knative.dev': [{ metadata, spec: { template: { spec: { containers: [{ image }] } } } }],
      'workflows.argoproj.io': [{ metadata, spec: { templates: [{ container: { image } }] } }],
      'tasks.tekton.dev': [{ metadata, spec: { steps: [{ image }] } }],
      'scaledjobs.keda.sh': [{ metadata, spec: { jobTargetRef: { template: { spec: { containers: [{ image }] } } } } }],
    };
  };

  test.each(Object.keys(uses('')))('%s keeps the image that it names by digest', async (resource) => {
    await begin({ [resource]: uses(`${HOST}/ns/app@${old[4]}`)[resource]! });
    expect(pruned(await prune('--referrers', 'oc'))).toEqual([old[3]!, old[4]!].sort());
    const all = await prune('--referrers', 'all');
    expect(all.status).toBe(0);
    expect(pruned(all)).toEqual([old[3]]);
  });

  const named = `${HOST}/ns/app@${old[4]}`;
  const metadata = { name: 'web', namespace: 'ns', creationTimestamp: '2025-12-01T00:00:00Z' };
  const args = (text: string): object => ({ containers: [{ name: 'c', image: 'quay.io/x/y:1', args: [text] }] });

  test.each<[string, Record<string, unknown[]>]>([
    [
      'an argument of a deployment',
      { deployments: [{ metadata, spec: { template: { spec: args(`--i=${named}`) } } }] },
    ],
    ['an argument of a pod', { pods: [{ metadata, spec: args(named), status: { phase: 'Running' } }] }],
    [
      'an argument of a pod that has ended',
      { pods: [{ metadata, spec: args(named), status: { phase: 'Succeeded' } }] },
    ],
    [
      'the environment of a replication controller',
      {
        replicationcontrollers: [
          { metadata, spec: { template: { spec: { containers: [{ env: [{ name: 'RELATED', value: old[4] }] }] } } } },
        ],
      },
    ],
    [
      'an annotation of a build config',
      { buildconfigs: [{ metadata: { ...metadata, annotations: { notes: `built from ${named}.` } }, spec: {} }] },
    ],
    ['a text in a config map', { configmaps: [{ metadata, data: { values: `a: 1\nimage: ${named}\n` } }] }],
    [
      'an annotation of a limit range',
      { limitranges: [{ metadata: { ...metadata, annotations: { d: old[4] } }, spec: {} }] },
    ],
  ])('%s keeps the image that it names', async (_, objects) => {
    await begin(objects);
    expect(pruned(await prune('--referrers', 'all'))).toEqual([old[3]]);
    const why = await regadm([
      ...['prune', 'why', old[4]!, '--referrers', 'all', '-o', 'json', '--kubeconfig', sandbox.kubeconfig.admin],
    ]);
    expect(JSON.parse(why.stdout)).toMatchObject({ answers: [{ images: [{ verdict: 'keep' }] }] });
  });

  test('secrets are not read', async () => {
    await begin({ secrets: [{ metadata, stringData: { image: named } }] });
    expect(pruned(await prune('--referrers', 'all'))).toContain(old[4]);
    expect(sandbox.requests.map(({ path }) => path.split('?')[0])).not.toContain('/api/v1/secrets');
  });

  test('prune why names the object and the path', async () => {
    await begin({ 'services.serving.knative.dev': uses(`${HOST}/ns/app@${old[4]}`)['services.serving.knative.dev']! });
    const { stderr } = await prune('--referrers', 'all', '-v', '4');
    expect(stderr).toContain('service.serving.knative.dev ns/one (spec.template.spec.containers[0].image)');
  });

  test('a tag is a use under every host name of the registry', async () => {
    const image = `${HOST}/ns/app:latest`;
    await begin({ 'tasks.tekton.dev': [{ metadata: { name: 'one', namespace: 'ns' }, spec: { steps: [{ image }] } }] });
    const { stdout } = await prune('--referrers', 'all', '--keep-tag-revisions', '0');
    expect(pruned({ stdout } as Outcome)).not.toContain(old[0]);
    expect(pruned(await prune('--referrers', 'oc', '--keep-tag-revisions', '0'))).toContain(old[0]);
  });

  test('a tag is a use under a public host that only an image stream states', async () => {
    const cluster = aCluster(anImageStream('ns/app').withTag('latest', old));
    const stream = cluster.imagestreams![0] as { status: Record<string, unknown> };
    stream.status.publicDockerImageRepository = 'registry.example.com/ns/app';
    const image = 'registry.example.com/ns/app:latest';
    const task = { metadata: { name: 'one', namespace: 'ns' }, spec: { steps: [{ image }] } };
    await begin({ imagestreams: [stream], 'tasks.tekton.dev': [task] });
    expect(pruned(await prune('--referrers', 'all', '--keep-tag-revisions', '0'))).not.toContain(old[0]);
    expect(pruned(await prune('--referrers', 'oc', '--keep-tag-revisions', '0'))).toContain(old[0]);
  });

  test('events, nodes and the image API are not read', async () => {
    const named = `${HOST}/ns/app@${old[4]}`;
    await begin({
      events: [{ metadata: { name: 'pulled', namespace: 'ns' }, message: named }],
      nodes: [{ metadata: { name: 'node' }, status: { images: [{ names: [named] }] } }],
    });
    const all = await prune('--referrers', 'all');
    expect(pruned(all)).toContain(old[4]);
    const listed = sandbox.requests.map(({ path }) => path.split('?')[0]);
    expect(listed).not.toContain('/api/v1/events');
    expect(listed).not.toContain('/api/v1/nodes');
    expect(listed).not.toContain('/apis/image.openshift.io/v1/imagestreamtags');
  });

  test('resources that cannot be listed stop the run; each is named, and nothing is changed', async () => {
    await begin(
      {},
      { fail: ['GET ^/apis/tekton.dev/v1/tasks => 403', 'GET ^/apis/keda.sh/v1alpha1/scaledjobs => 403'] },
    );
    const { status, stderr } = await prune('--referrers', 'all', '--confirm');
    expect(status).toBe(1);
    expect(stderr).toContain('scaledjobs.keda.sh, tasks.tekton.dev');
    expect(stderr).toContain('--referrers=extended');
    expect(stderr).toContain('--verb=list --resource=scaledjobs.keda.sh,tasks.tekton.dev && oc adm policy ');
    expect(stderr).toContain('skip them: --skip-resource=scaledjobs.keda.sh --skip-resource=tasks.tekton.dev;');
    expect(stderr).not.toContain('ask for the cluster role');
    expect(sandbox.requests.filter(({ method }) => method === 'DELETE' || method === 'PUT')).toEqual([]);
  });

  test('a group that cannot be discovered stops the run; only the whole group can be skipped', async () => {
    await begin({}, { fail: ['GET ^/apis/keda.sh/v1alpha1$ => 403'] });
    for (const skip of [[], ['--skip-resource=scaledjobs.keda.sh']]) {
      const { status, stderr } = await prune('--referrers', 'all', ...skip);
      expect(status).toBe(1);
      expect(stderr).toContain('keda.sh/v1alpha1');
      expect(stderr).toContain('system:discovery');
      expect(stderr).toContain("skip it: --skip-resource='*.keda.sh';");
    }
    const { status, stdout } = await prune('--referrers', 'all', '--skip-resource', '*.keda.sh');
    expect(status).toBe(0);
    expect((JSON.parse(stdout) as { warnings: string[] }).warnings).toContain(
      'not searched (--skip-resource): *.keda.sh; images that only their objects name are not kept',
    );
  });

  test('a group whose objects are never searched is not discovered', async () => {
    await begin({}, { fail: ['GET ^/apis/oauth.openshift.io/v1$ => 403'] });
    expect((await prune('--referrers', 'all')).status).toBe(0);
  });

  test('a resource that is skipped is not listed, keeps nothing, and is named in a warning', async () => {
    const used = uses(`${HOST}/ns/app@${old[4]}`)['scaledjobs.keda.sh']!;
    await begin({ 'scaledjobs.keda.sh': used }, { fail: ['GET /scaledjobs => 403'] });
    const skip = ['--referrers=all', '--skip-resource=scaledjobs.keda.sh'];
    const warning =
      'not searched (--skip-resource): scaledjobs.keda.sh; images that only their objects name are not kept';
    const run = await prune(...skip);
    expect(run.status).toBe(0);
    expect(pruned(run)).toContain(old[4]);
    expect((JSON.parse(run.stdout) as { warnings: string[] }).warnings).toContain(warning);
    const why = await regadm([
      ...['prune', 'why', old[4]!, ...skip, '-o', 'json', '--kubeconfig', sandbox.kubeconfig.admin],
    ]);
    expect(JSON.parse(why.stdout)).toMatchObject({
      answers: [{ images: [{ verdict: 'prune' }] }],
      warnings: expect.arrayContaining([warning]),
    });
    expect(sandbox.requests.filter(({ path }) => path.includes('/scaledjobs'))).toEqual([]);
  });

  test('a workload that is skipped keeps what its image fields name, not what its other strings name', async () => {
    const container = { name: 'c', image: `${HOST}/ns/app@${old[3]}`, args: [named] };
    await begin({ deployments: [{ metadata, spec: { template: { spec: { containers: [container] } } } }] });
    const run = await prune('--referrers=all', '--skip-resource=deployments.apps');
    expect(pruned(run)).toEqual([old[4]]);
    expect(run.stderr).toContain('the image fields of deployments.apps count as with --referrers=extended');
  });

  test.each([
    ['scaledjobs', 'did you mean scaledjobs.keda.sh?'],
    ['scaledjob.keda.sh', 'did you mean scaledjobs.keda.sh?'],
    ['secrets', 'or it is never searched'],
    ['things.example.com', 'the cluster has no such resource'],
  ])('--skip-resource=%s has no effect, which is reported', async (name, text) => {
    await begin({});
    const { status, stdout } = await prune('--referrers=all', `--skip-resource=${name}`);
    expect(status).toBe(0);
    const { warnings } = JSON.parse(stdout) as { warnings: string[] };
    expect(warnings[0]).toMatch(new RegExp(`^--skip-resource=${name} has no effect: `));
    expect(warnings[0]).toContain(text);
  });

  test('a plan file contains what was skipped', async () => {
    const used = uses(`${HOST}/ns/app@${old[4]}`)['scaledjobs.keda.sh']!;
    await begin({ 'scaledjobs.keda.sh': used }, { fail: ['GET /scaledjobs => 403'] });
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'regadm-plan-')), 'plan.json');
    await prune('--referrers=all', '--skip-resource=scaledjobs.keda.sh', '--plan-out', file);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
      options: { referrers: 'all', skipResources: ['scaledjobs.keda.sh'] },
    });
    const run = await prune('--plan', file);
    rmSync(path.dirname(file), { recursive: true });
    expect(run.status).toBe(0);
    expect(pruned(run)).toContain(old[4]);
    expect(run.stderr).toContain('not searched (--skip-resource): scaledjobs.keda.sh');
  });

  test('the pruner role is not allowed to list everything: the error suggests what to do', async () => {
    await begin({});
    const { status, stderr } = await regadm([
      'prune',
      'images',
      '--referrers=all',
      '--kubeconfig',
      sandbox.kubeconfig.pruner,
    ]);
    expect(status).toBe(1);
    expect(stderr).toContain('cannot list');
    expect(stderr).toContain('--referrers=extended');
  });

  test('lists are read in pages', async () => {
    const metadata = (at: number): object => ({ name: `task-${at}`, namespace: 'ns' });
    const tasks = [0, 1, 2, 3, 4].map((at) => ({
      metadata: metadata(at),
      spec: { steps: [{ image: `${HOST}/ns/app@${old[at]}` }] },
    }));
    await begin({ 'tasks.tekton.dev': tasks }, { pageLimitMax: 2 });
    expect(pruned(await prune('--referrers', 'all'))).toEqual([]);
    expect(sandbox.requests.filter(({ path }) => path.startsWith('/apis/tekton.dev/v1/tasks')).length).toBe(3);
  });

  test.each([true, false])(
    'an object that is created during the deletions keeps its image (watch allowed: %s)',
    async (watch) => {
      await begin({}, watch ? {} : { fail: ['GET watch=true => 403'] });
      const wasAdded = afterTheLists(() =>
        sandbox.store.put('scaledjobs.keda.sh', {
          metadata: { name: 'late', namespace: 'ns' },
          spec: { image: `${HOST}/ns/app@${old[4]}` },
        }),
      );
      const outcome = await prune(
        '--referrers',
        'all',
        '--confirm',
        '--registry-url',
        sandbox.registryUrl,
        '--certificate-authority',
        sandbox.caFile,
      );
      expect(outcome.stderr).not.toContain('error');
      expect(wasAdded()).toBe(true);
      expect(sandbox.store.get('images', old[4]!)).toBeDefined();
      expect(sandbox.store.get('images', old[3]!)).toBeUndefined();
      expect((JSON.parse(outcome.stdout) as { failures: unknown }).failures).toEqual([]);
      expect(outcome.status).toBe(0);
    },
  );

  test.each([true, false])(
    'what a workload names during the deletions keeps its image, in image fields and elsewhere (watch allowed: %s)',
    async (watch) => {
      await begin({}, watch ? {} : { fail: ['GET watch=true => 403'] });
      const wasAdded = afterTheLists(() => {
        sandbox.store.put('pods', { metadata, spec: args(`--image=${named}`), status: { phase: 'Running' } });
        const container = { name: 'c', image: `${HOST}/ns/app@${old[3]}` };
        sandbox.store.put('pods', {
          metadata: { ...metadata, name: 'fields' },
          spec: { containers: [container] },
          status: { phase: 'Running' },
        });
      });
      const { status } = await prune(
        ...['--referrers', 'all', '--confirm', '--registry-url', sandbox.registryUrl],
        ...['--certificate-authority', sandbox.caFile],
      );
      expect(status).toBe(0);
      expect(wasAdded()).toBe(true);
      expect(old.filter((image) => sandbox.store.get('images', image) === undefined)).toEqual([]);
    },
  );
});
