import type { KubeObject } from '../../../../src/core/model/kube.js';
import { CUSTOM_KINDS } from '../../../../src/core/model/referrers/custom/index.js';

const HOST = 'image-registry.openshift-image-registry.svc:5000';
const DIGEST = `sha256:${'ab'.repeat(32)}`;

/** Returns the references of an object: `field: text`, with the form of those that are not pull specs. */
function read(kind: string, object: object): string[] {
  const found = CUSTOM_KINDS.find((one) => one.kind === kind)!;
  const whole = { metadata: { name: 'x', namespace: 'shop' }, ...object } as KubeObject;
  const { references, ...referrer } = found.reduce(whole);
  expect(referrer).toEqual({ kind, namespace: 'shop', name: 'x' });
  expect(references.every(({ extended }) => extended)).toBe(true);
  return references.map(({ field, form, text, problem, namespace }) => {
    const where = form.startsWith('stream') ? ` in ${namespace}` : '';
    const what = form === 'pull-spec' ? '' : ` (${problem === undefined ? form : 'invalid'}${where})`;
    return `${field}: ${text.replace(HOST, 'HOST').replace(DIGEST, 'DIGEST')}${what}`;
  });
}

const template = (image: string): object => ({ spec: { containers: [{ name: 'c', image: `${HOST}/${image}` }] } });

const CASES: [what: string, kind: string, object: object, expected: string[]][] = [
  [
    'a Knative revision with the digests of its containers',
    'Revision',
    {
      spec: {
        containers: [{ name: 'user-container', image: `${HOST}/shop/web:1` }],
        initContainers: [{ name: 'init', image: `${HOST}/shop/init:1` }],
      },
      status: {
        imageDigest: `${HOST}/shop/web@${DIGEST}`,
        containerStatuses: [{ name: 'user-container', imageDigest: `${HOST}/shop/web@${DIGEST}` }],
      },
    },
    [
      'container user-container: HOST/shop/web:1',
      'init container init: HOST/shop/init:1',
      'status: HOST/shop/web@DIGEST (image-id)',
    ],
  ],
  ['a Knative service', 'Service', { spec: { template: template('shop/web:1') } }, ['container c: HOST/shop/web:1']],
  [
    'a Knative configuration of v1alpha1',
    'Configuration',
    { spec: { revisionTemplate: { spec: { container: { image: `${HOST}/shop/web:1` } } } } },
    ['container: HOST/shop/web:1'],
  ],
  [
    'a rollout',
    'Rollout',
    { spec: { replicas: 0, template: template('shop/web:1') } },
    ['container c: HOST/shop/web:1'],
  ],
  [
    'a workflow',
    'Workflow',
    {
      spec: {
        arguments: { parameters: [{ name: 'tag', value: 'v2' }] },
        templates: [
          { name: 'a', container: { image: `${HOST}/shop/a:{{workflow.parameters.tag}}` } },
          { name: 'b', script: { image: 'b:1' }, initContainers: [{ name: 'i', image: 'i:1' }] },
          {
            name: 'd',
            containerSet: { containers: [{ name: 's', image: 's:1' }] },
            sidecars: [{ name: 'p', image: 'p' }],
          },
          { name: 'e', dag: { tasks: [{ name: 't', inline: { container: { image: 'inline:1' } } }] } },
          { name: 'f', container: { image: '{{item}}' } },
          { name: 'g', container: { image: `${HOST}/shop/g:{{item}}` } },
        ],
      },
      status: { storedTemplates: { 'namespaced/w/x': { name: 'x', container: { image: 'stored:1' } } } },
    },
    [
      'container a: HOST/shop/a:v2',
      'script b: b:1',
      'init container i: i:1',
      'container s: s:1',
      'sidecar p: p',
      'container t: inline:1',
      'container g: HOST/shop/g:{{item}} (unreadable)',
      'container x: stored:1',
    ],
  ],
  [
    'a cron workflow',
    'CronWorkflow',
    { spec: { workflowSpec: { templates: [{ name: 'a', container: { image: 'a:1' } }] } } },
    ['container a: a:1'],
  ],
  [
    'a task of v1beta1',
    'Task',
    {
      spec: {
        params: [{ name: 'BUILDER', default: `${HOST}/shop/builder:1` }],
        stepTemplate: { image: 'base:1' },
        steps: [{ name: 'build', image: '$(params.BUILDER)' }, { image: '$(params["BUILDER"])-slim' }],
        sidecars: [{ name: 'db', image: 'db:1' }],
      },
    },
    ['step build: HOST/shop/builder:1', 'step: HOST/shop/builder:1-slim', 'step template: base:1', 'sidecar db: db:1'],
  ],
  [
    'a pipeline with a bundle and an embedded task',
    'Pipeline',
    {
      spec: {
        tasks: [
          { name: 'a', taskRef: { resolver: 'bundles', params: [{ name: 'bundle', value: `${HOST}/shop/tasks:1` }] } },
          { name: 'b', taskSpec: { steps: [{ name: 's', image: 's:1' }] } },
          { name: 'c', taskRef: { name: 'former', bundle: 'bundle:1' } },
        ],
        finally: [{ name: 'd', taskSpec: { steps: [{ image: 'last:1' }] } }],
      },
    },
    ['bundle a: HOST/shop/tasks:1', 'step s: s:1', 'bundle former: bundle:1', 'step d: last:1'],
  ],
  [
    'a task run',
    'TaskRun',
    {
      spec: { taskRef: { name: 'build' }, params: [{ name: 'IMAGE', value: `${HOST}/shop/out:1` }] },
      status: {
        taskSpec: { steps: [{ name: 's', image: 's:1' }] },
        steps: [{ name: 's', container: 'step-s', imageID: `${HOST}/shop/s@${DIGEST}` }],
      },
    },
    ['parameter IMAGE: HOST/shop/out:1', 'step s: s:1', 'step s: HOST/shop/s@DIGEST (image-id)'],
  ],
  [
    'a virtual machine that is switched off',
    'VirtualMachine',
    {
      spec: {
        running: false,
        dataVolumeTemplates: [
          { metadata: { name: 'd' }, spec: { source: { registry: { imageStream: 'fedora:40' } } } },
        ],
        template: {
          metadata: { annotations: { 'hooks.kubevirt.io/hookSidecars': `[{"image": "hook:1"}]` } },
          spec: {
            domain: { firmware: { kernelBoot: { container: { image: 'kernel:1' } } } },
            volumes: [{ name: 'root', containerDisk: { image: `${HOST}/shop/disk:1` } }],
          },
        },
      },
    },
    ['source d registry: fedora:40', 'hook sidecar: hook:1', 'container: kernel:1', 'volume root: HOST/shop/disk:1'],
  ],
  [
    'a data volume',
    'DataVolume',
    { spec: { source: { registry: { url: `docker://${HOST}/shop/disk:1`, pullMethod: 'node' } } } },
    ['source registry: HOST/shop/disk:1'],
  ],
  [
    'a data import cron, of any tag of a stream',
    'DataImportCron',
    {
      spec: { template: { spec: { source: { registry: { imageStream: 'fedora' } } } }, managedDataSource: 'fedora' },
      status: { currentImports: [{ DataVolumeName: 'fedora-1', Digest: DIGEST }] },
    },
    ['source registry: fedora (unreadable)', 'import: DIGEST (digest)'],
  ],
  [
    'a data import cron that is about to import',
    'DataImportCron',
    {
      metadata: {
        name: 'x',
        namespace: 'shop',
        annotations: {
          'cdi.kubevirt.io/storage.import.sourceDesiredDigest': DIGEST,
          'cdi.kubevirt.io/storage.import.imageStreamDockerRef': `${HOST}/shop/disk:2`,
          'cdi.kubevirt.io/storage.import.nextCronTime': '2026-11-28T00:00:00Z',
        },
      },
    },
    ['next import: DIGEST (digest)', 'next import: HOST/shop/disk:2'],
  ],
  [
    'a pool of virtual machines',
    'VirtualMachinePool',
    {
      spec: {
        replicas: 0,
        virtualMachineTemplate: {
          spec: { template: { spec: { volumes: [{ name: 'v', containerDisk: { image: `${HOST}/shop/disk:1` } }] } } },
        },
      },
    },
    ['volume v: HOST/shop/disk:1'],
  ],
  [
    'a trigger template',
    'TriggerTemplate',
    {
      spec: {
        params: [{ name: 'tag', default: 'v1' }],
        resourcetemplates: [
          { kind: 'TaskRun', spec: { taskSpec: { steps: [{ name: 's', image: `${HOST}/shop/s:$(tt.params.tag)` }] } } },
        ],
      },
    },
    ['step s: HOST/shop/s:v1'],
  ],
  [
    'a workflow with objects in text',
    'Workflow',
    {
      spec: {
        arguments: { parameters: [{ name: 'tag', value: 'v2' }] },
        podSpecPatch: `{"containers":[{"image":"${HOST.replaceAll('/', '\\/')}\\/shop\\/a:1"}]}`,
        templates: [
          { name: 'm', resource: { manifest: `kind: Job\nimage: ${HOST}/shop/m:{{ workflow.parameters.tag }}` } },
          { name: 'o', resource: { manifest: `image: ${HOST}/shop/o-{{item}}` } },
        ],
      },
    },
    [
      `podSpecPatch: {"containers":[{"image":"HOST/shop/a:1"}]} (unreadable)`,
      'podSpecPatch: HOST/shop/a:1',
      'manifest m: kind: Job\nimage: HOST/shop/m:{{ workflow.parameters.tag }} (unreadable)',
      'manifest m: image: (unreadable)',
      'manifest m: HOST/shop/m:v2',
      'manifest o: image: HOST/shop/o-{{item}} (unreadable)',
      'manifest o: HOST/shop/o-{{item}} (unreadable)',
    ],
  ],
  ['a pod template', 'PodTemplate', { template: template('shop/web:1') }, ['container c: HOST/shop/web:1']],
  [
    'a template with parameters',
    'Template',
    {
      parameters: [{ name: 'NS', value: 'openshift' }, { name: 'NAME' }, { name: 'TAG', value: '9' }],
      objects: [
        { kind: 'Deployment', spec: { template: template('shop/web:${TAG}') } },
        {
          kind: 'BuildConfig',
          spec: {
            strategy: { sourceStrategy: { from: { kind: 'ImageStreamTag', name: 'node:${TAG}', namespace: '${NS}' } } },
          },
        },
        { kind: 'BuildConfig', spec: { output: { to: { kind: 'ImageStreamTag', name: '${NAME}:latest' } } } },
        {
          kind: 'ImageStream',
          spec: { tags: [{ name: '1', from: { kind: 'DockerImage', name: `${HOST}/shop/base:1` } }] },
        },
        {
          kind: 'Deployment',
          metadata: {
            annotations: {
              'image.openshift.io/triggers': `[{"from": {"kind": "ImageStreamTag", "name": "web:1"}, "fieldPath": "x"}]`,
            },
          },
        },
      ],
    },
    [
      'container c: HOST/shop/web:9',
      'from: node:9 (stream-tag in openshift)',
      'to: shop/${NAME}:latest (unreadable)',
      'from: HOST/shop/base:1',
      'from: web:1 (stream-tag in shop)',
    ],
  ],
];

test.each(CASES)('%s', (_, kind, object, expected) => {
  expect(read(kind, object).sort()).toEqual([...expected].sort());
});

test('what cannot be parsed is reported and keeps what it may mean', () => {
  expect(read('Task', { spec: { steps: [{ name: 's', image: 'Shop/Web:1' }] } })).toEqual([
    'step s: Shop/Web:1 (invalid)',
  ]);
});

describe.each(CUSTOM_KINDS.map(({ kind, reduce }) => [kind, reduce] as const))('hostile objects of %s', (_, reduce) => {
  const metadata = { name: 'x', namespace: 'shop' };
  const nested = (depth: number): unknown => {
    let value: unknown = { image: 'deep:1' };
    for (let at = 0; at < depth; at++) value = at % 2 ? [value] : { spec: value };
    return value;
  };

  test('long texts are bounded', () => {
    const manifest = Array.from({ length: 20_000 }, (_, at) => `image: r.example.com/shop/web${at}:{{item}}`).join(
      '\n',
    );
    const hostile = [manifest, '{'.repeat(100_000), '/'.repeat(100_000), '{{a.parameters.b}}'.repeat(10_000)];
    const parameters = [{ name: 'b', value: '{{a.parameters.b}}{{a.parameters.b}}' }];
    for (const text of hostile) {
      const object = { metadata, spec: { podSpecPatch: text, parameters } };
      expect(reduce(object as KubeObject).references.length).toBeLessThanOrEqual(1001);
    }
  });

  test('values of any type, in any depth', () => {
    const wrong = [
      null,
      1,
      'text',
      [],
      [null],
      {},
      { image: 1, name: [], params: 'x', parameters: [1], kind: 'constructor' },
    ];
    for (const value of wrong)
      for (const field of ['spec', 'status', 'template', 'objects', 'parameters', 'params'])
        expect(() => reduce({ metadata, [field]: value } as KubeObject)).not.toThrow();
    expect(reduce({ metadata, spec: nested(10_000) } as KubeObject).references).toHaveLength(1);
  });

  test('parameters that name each other end, and do not grow', () => {
    const params = ['a', 'b'].map((name, at) => ({ name, value: `$(params.${'ba'[at]})$(params.a)`.repeat(50) }));
    const many = Array.from({ length: 1000 }, (__, at) => ({ name: 'c', value: `x${at}` }));
    const steps = ['a', 'b', 'c'].map((name) => ({ image: `r.io/n/$(params.${name})$(params.c)` }));
    const object = { metadata, params: [...params, ...many], spec: { steps } } as unknown as KubeObject;
    const { references } = reduce(object);
    expect(references.length).toBeLessThan(1000);
    expect(Math.max(...references.map(({ text }) => text.length))).toBeLessThanOrEqual(4096);
  });
});
