import { startSandbox, type CustomResource, type Sandbox } from '../../../src/sandbox/index.js';
import { aCluster, anImageStream, anOrdinaryImage } from '../../support/builders.js';
import type { CliResult } from '../../support/cli.js';
import { regadm } from '../../support/regadm.js';

const HOST = 'image-registry.openshift-image-registry.svc:5000';

const kind = (apiVersion: string, resource: string, name: string, namespaced = true): CustomResource => {
  const [group = '', version = ''] = apiVersion.split('/');
  return { group, version, resource, kind: name, namespaced };
};
const SERVED = [
  kind('argoproj.io/v1alpha1', 'rollouts', 'Rollout'),
  kind('argoproj.io/v1alpha1', 'clusterworkflowtemplates', 'ClusterWorkflowTemplate', false),
  kind('argoproj.io/v1alpha1', 'workflows', 'Workflow'),
  kind('argoproj.io/v1alpha1', 'workflowtemplates', 'WorkflowTemplate'),
  kind('triggers.tekton.dev/v1beta1', 'triggertemplates', 'TriggerTemplate'),
  kind('pool.kubevirt.io/v1alpha1', 'virtualmachinepools', 'VirtualMachinePool'),
  kind('tekton.dev/v1beta1', 'clustertasks', 'ClusterTask', false),
  kind('kubevirt.io/v1', 'virtualmachines', 'VirtualMachine'),
  kind('cdi.kubevirt.io/v1beta1', 'dataimportcrons', 'DataImportCron'),
];

/** An object without pods of each kind; each names the image of its position by digest. */
const USERS: [resource: string, object: (image: string) => object][] = [
  ['revisions.serving.knative.dev', (image) => ({ spec: { containers: [{ name: 'user-container', image }] } })],
  ['rollouts.argoproj.io', (image) => ({ spec: { replicas: 0, template: { spec: { containers: [{ image }] } } } })],
  ['clusterworkflowtemplates.argoproj.io', (image) => ({ spec: { templates: [{ script: { image } }] } })],
  [
    'workflows.argoproj.io',
    (image) => ({ spec: { podSpecPatch: JSON.stringify({ containers: [{ name: 'main', image }] }) } }),
  ],
  [
    'workflowtemplates.argoproj.io',
    (image) => ({ spec: { templates: [{ resource: { manifest: `kind: Job\nimage: ${image}\n` } }] } }),
  ],
  ['triggertemplates.triggers.tekton.dev', (image) => ({ spec: { resourcetemplates: [{ spec: { image } }] } })],
  [
    'virtualmachinepools.pool.kubevirt.io',
    (image) => ({ spec: { virtualMachineTemplate: { spec: { volumes: [{ containerDisk: { image } }] } } } }),
  ],
  ['clustertasks.tekton.dev', (image) => ({ spec: { steps: [{ image }] } })],
  [
    'tasks.tekton.dev',
    (image) => ({ spec: { params: [{ name: 'I', default: image }], steps: [{ image: '$(params.I)' }] } }),
  ],
  [
    'virtualmachines.kubevirt.io',
    (image) => ({ spec: { running: false, template: { spec: { volumes: [{ containerDisk: { image } }] } } } }),
  ],
  [
    'dataimportcrons.cdi.kubevirt.io',
    (image) => ({ spec: { template: { spec: { source: { registry: { url: `docker://${image}` } } } } } }),
  ],
  ['templates', (image) => ({ objects: [{ spec: { template: { spec: { containers: [{ image }] } } } }] })],
  ['podtemplates', (image) => ({ template: { spec: { containers: [{ image }] } } })],
];
const IN_CLUSTER = new Set(['clustertasks.tekton.dev', 'clusterworkflowtemplates.argoproj.io']);

let sandbox: Sandbox;
/** Digests of the images, newest first. Nothing but one object of USERS each uses them, and nothing the last one. */
let images: string[];

beforeAll(async () => {
  images = [...USERS, 0].map((_, at) => `sha256:${String(at).padStart(2, '0').repeat(32)}`);
  const cluster = aCluster(
    anImageStream('shop/web').withTag('latest', images),
    ...images.map((_, at) => anOrdinaryImage(`web ${at}`)),
  );
  for (const [at, name] of images.entries()) cluster.images![at]!.metadata.name = name;
  sandbox = await startSandbox({ cluster, customResources: SERVED });
  for (const [at, [resource, object]] of USERS.entries())
    sandbox.store.put(resource, {
      metadata: { name: 'web-1', ...(IN_CLUSTER.has(resource) ? {} : { namespace: 'shop' }) },
      ...object(`${HOST}/shop/web@${images[at]}`),
    });
});
afterAll(() => sandbox.stop());
afterEach(() => sandbox.clearFaults());

const prune = (user: 'admin' | 'pruner', ...args: string[]): Promise<CliResult> =>
  regadm([
    'prune',
    'images',
    '-o',
    'json',
    '--keep-tag-revisions=0',
    '--kubeconfig',
    sandbox.kubeconfig[user],
    ...args,
  ]);
const pruned = ({ stdout }: CliResult): string[] =>
  (JSON.parse(stdout) as { images: { name: string }[] }).images.map(({ name }) => name).sort();

test('an image that only an object without pods names is kept, whatever its kind', async () => {
  expect(pruned(await prune('admin', '--referrers=oc'))).toHaveLength(images.length);
  const before = sandbox.requests.length;
  const extended = await prune('admin');
  expect(pruned(extended)).toEqual([images.at(-1)]);
  const paths = sandbox.requests.slice(before).map(({ path }) => path.split('?')[0]!);
  expect(paths.filter((path) => path === '/apis')).toHaveLength(1);
  for (const [resource] of USERS) {
    const [plural] = resource.split('.');
    expect(paths.filter((path) => path.endsWith(`/${plural}`))).toHaveLength(1);
  }
  expect(pruned(await prune('admin', '--referrers=all'))).toEqual([images.at(-1)]);
});

test('prune why names the object and the field', async () => {
  const { stdout } = await regadm(['prune', 'why', images[0]!, '--kubeconfig', sandbox.kubeconfig.admin]);
  expect(stdout).toContain('revision shop/web-1 (container user-container)');
});

test('a user who may not list these kinds is warned in one line, with the commands that grant it', async () => {
  const outcome = await prune('pruner');
  expect(outcome.status).toBe(0);
  expect(pruned(outcome)).toHaveLength(images.length);
  const lines = outcome.stderr.split('\n').filter((line) => line.includes('cannot be listed'));
  expect(lines).toHaveLength(1);
  for (const [resource] of USERS) expect(lines[0]).toContain(resource);
  expect(lines[0]).toContain('oc adm policy add-cluster-role-to-user regadm-referrers USER');
  expect(lines[0]).toContain('--require-visible-referrers');
});

test('with --require-visible-referrers it is an error before anything is changed', async () => {
  const outcome = await prune('pruner', '--require-visible-referrers', '--confirm');
  expect(outcome.status).toBe(1);
  expect(JSON.parse(outcome.stdout)).toMatchObject({ kind: 'Error', code: 'REFERRERS_NOT_VISIBLE' });
  expect(sandbox.requests.filter(({ method }) => ['PUT', 'DELETE', 'PATCH'].includes(method))).toEqual([]);
  expect((await prune('admin', '--require-visible-referrers')).status).toBe(0);
  const why = ['prune', 'why', images[0]!, '--require-visible-referrers', '--kubeconfig', sandbox.kubeconfig.pruner];
  expect((await regadm(why)).stderr).toContain('tasks.tekton.dev');
});

test.each([
  ['the groups of the API may not be read', 'GET ^/apis$ => 403', 'system:discovery'],
  ['a known group may not be read', 'GET ^/apis/tekton.dev/v1$ => 403', 'system:discovery'],
  ['the description of a known group is not found', 'GET ^/apis/kubevirt.io/v1$ => 404', 'kubevirt.io/v1'],
  [
    'a known kind is not found although discovery shows it',
    'GET ^/apis/tekton.dev/v1/tasks => 404',
    'tasks.tekton.dev',
  ],
  ['a known kind fails', 'GET ^/apis/argoproj.io/v1alpha1/rollouts => 501', 'rollouts.argoproj.io'],
])('%s: the run ends', async (_, fault, named) => {
  sandbox.addFault(fault);
  const { status, stderr } = await prune('admin');
  expect(status).toBe(1);
  expect(stderr).toContain(named);
});

test('other groups are not read', async () => {
  sandbox.addFault('GET ^/apis/keda.sh/v1alpha1$ => 403');
  expect((await prune('admin')).status).toBe(0);
});

test('an object with a reference that cannot be parsed is reported, and does not end the run', async () => {
  const metadata = { name: 'broken', namespace: 'shop' };
  sandbox.store.put('tasks.tekton.dev', {
    metadata,
    spec: { steps: [{ name: 's', image: 'Shop/Web@' }, 7], params: {} },
  });
  const { status, stderr } = await prune('admin');
  sandbox.store.remove('tasks.tekton.dev', 'shop', 'broken');
  expect(status).toBe(0);
  expect(stderr).toContain('task/broken namespace=shop: step s: "Shop/Web@": invalid image reference');
});
