import { startSandbox, type CustomResource, type Sandbox, type SandboxOptions } from '../../../src/sandbox/index.js';
import { openCluster } from '../../../src/core/cluster/index.js';
import { diagnose } from '../../../src/core/doctor/diagnose.js';
import { SILENT } from '../../../src/core/kit/reporter.js';
import type { Check } from '../../../src/core/model/check.js';
import type { KubeObject } from '../../../src/core/model/kube.js';

const NAMESPACE = 'openshift-image-registry';
const RESOURCES: CustomResource[] = [
  {
    group: 'config.openshift.io',
    version: 'v1',
    resource: 'clusteroperators',
    kind: 'ClusterOperator',
    namespaced: false,
  },
  {
    group: 'networking.k8s.io',
    version: 'v1',
    resource: 'networkpolicies',
    kind: 'NetworkPolicy',
    namespaced: true,
  },
];

let sandbox: Sandbox;
afterEach(() => sandbox.stop());
const start = async (options: SandboxOptions = {}): Promise<Sandbox> =>
  (sandbox = await startSandbox({ sample: true, storage: 'none', customResources: RESOURCES, ...options }));

/** Runs the checks of `regadm doctor` and returns those of one name. */
async function doctor(name: string, user: 'admin' | 'pruner' = 'admin'): Promise<Check[]> {
  const connect = () => openCluster({ kubeconfig: sandbox.kubeconfig[user] });
  const context = { reporter: SILENT, signal: new AbortController().signal, problemOf: async () => undefined };
  return (await diagnose(connect, { forceInsecure: false, workers: 1 }, context)).filter(
    (check) => check.name === name,
  );
}

function putClusterOperator(...conditions: object[]): void {
  sandbox.store.put('clusteroperators', { metadata: { name: 'image-registry' }, status: { conditions } });
}

function putJob(name: string, created: string, condition: string): void {
  sandbox.store.put('jobs', {
    metadata: { name, namespace: NAMESPACE, creationTimestamp: created, labels: { 'created-by': 'image-pruner' } },
    status: { conditions: [{ type: condition, status: 'True' }] },
  });
}

describe('the ClusterOperator', () => {
  const DEGRADED = {
    type: 'Degraded',
    status: 'True',
    reason: 'ImagePrunerJobFailed',
    message: 'ImagePrunerDegraded: Job has reached the specified backoff limit',
  };

  test('that is degraded because a pruner failed: what it means and how it ends', async () => {
    await start();
    putClusterOperator({ type: 'Available', status: 'True' }, DEGRADED);
    putJob('image-pruner-1', '2025-01-01T00:00:00Z', 'Failed');
    putJob('image-pruner-2', '2025-01-02T00:00:00Z', 'Failed');
    putJob('image-pruner-3', '2025-01-03T00:00:00Z', 'Complete');
    const [check, ...others] = await doctor('cluster operator');
    expect(others).toEqual([]);
    expect(check).toMatchObject({ status: 'warning' });
    expect(check!.message).toMatch(
      /^clusteroperator image-registry is Degraded: ImagePrunerJobFailed: ImagePrunerDegraded: .* a job of the image pruner failed/,
    );
    expect(check!.suggestions).toEqual([
      expect.stringContaining('logs job/image-pruner-2'),
      expect.stringContaining('regadm prune schedule --run-now'),
      expect.stringContaining('delete job image-pruner-2 image-pruner-1'),
    ]);
  });

  test('that is degraded for another reason: its words, and where to look', async () => {
    await start();
    putClusterOperator({ type: 'Degraded', status: 'True', reason: 'Unavailable', message: 'no storage' });
    expect(await doctor('cluster operator')).toMatchObject([
      {
        status: 'warning',
        message: 'clusteroperator image-registry is Degraded: Unavailable: no storage',
        suggestions: ['read its conditions: oc describe clusteroperator image-registry'],
      },
    ]);
  });

  test('that is degraded because of a pruner whose job the user cannot list: how to find the job', async () => {
    await start({ fail: [`GET /namespaces/${NAMESPACE}/jobs => 403`] });
    putClusterOperator(DEGRADED);
    const [check] = await doctor('cluster operator');
    expect(check!.suggestions![0]).toBe(`find the failed job: oc -n ${NAMESPACE} get jobs`);
  });

  test('that is not Available: its words, and where to look', async () => {
    await start();
    putClusterOperator({ type: 'Available', status: 'False', reason: 'NoReplicas', message: 'no pods' }, DEGRADED);
    expect(await doctor('cluster operator')).toMatchObject([
      {
        status: 'warning',
        message: 'clusteroperator image-registry is not Available: NoReplicas: no pods',
        suggestions: ['read its conditions: oc describe clusteroperator image-registry'],
      },
      { status: 'warning', message: expect.stringContaining('ImagePrunerDegraded') },
    ]);
  });

  test('that states no reason is reported, too', async () => {
    await start();
    putClusterOperator({ type: 'Degraded', status: 'True' });
    expect(await doctor('cluster operator')).toMatchObject([
      { status: 'warning', message: 'clusteroperator image-registry is Degraded: without a reason' },
    ]);
  });

  test('that is healthy passes; without it, nothing is reported', async () => {
    await start();
    sandbox.store.remove('clusteroperators', 'image-registry');
    expect(await doctor('cluster operator')).toEqual([]);
    putClusterOperator({ type: 'Degraded', status: 'False' });
    expect(await doctor('cluster operator')).toMatchObject([{ status: 'ok' }]);
  });

  test('that the user cannot read is a check that was not possible', async () => {
    await start();
    putClusterOperator({ type: 'Degraded', status: 'True' });
    expect(await doctor('cluster operator', 'pruner')).toEqual([
      {
        name: 'cluster operator',
        status: 'unknown',
        message: 'this user may not read clusteroperators.config.openshift.io/image-registry',
      },
    ]);
  });
});

describe('NetworkPolicies', () => {
  const CRON_JOB = {
    metadata: { name: 'regadm-image-pruner', namespace: NAMESPACE },
    spec: { jobTemplate: { spec: { template: { metadata: { labels: { app: 'regadm' } } } } } },
  };
  const put = (name: string, spec: object): unknown =>
    sandbox.store.put('networkpolicies', { metadata: { name, namespace: NAMESPACE }, spec });

  test('that deny everything are named, with the pods that they stop', async () => {
    await start();
    sandbox.store.put('cronjobs', CRON_JOB);
    put('default-deny', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
    const checks = await doctor('network');
    expect(checks.slice(2)).toMatchObject(
      ['image-pruner', 'regadm-image-pruner'].map((name) => ({
        status: 'warning',
        message: `the pods of CronJob ${name} have no outgoing traffic: NetworkPolicy default-deny denies it, so they reach neither the API server nor the registry`,
      })),
    );
    expect(checks[2]!.suggestions).toEqual([expect.stringContaining('app=image-pruner')]);
    expect(checks[3]!.suggestions).toEqual([
      expect.stringMatching(/^since OpenShift 4\.22, .*: regadm prune schedule --cronjob \| oc apply -f -$/),
    ]);
    expect(checks.slice(0, 2)).toMatchObject([
      {
        status: 'warning',
        message: expect.stringMatching(/^the registry pods have no incoming traffic: NetworkPolicy default-deny /),
        suggestions: [expect.stringMatching(/\(docker-registry=default\) and allows ingress$/)],
      },
      {
        status: 'warning',
        message:
          'the registry pods have no outgoing traffic: NetworkPolicy default-deny denies it, so they reach neither the API server nor a storage in the network',
        suggestions: [expect.stringMatching(/\(docker-registry=default\) and allows egress$/)],
      },
    ]);
  });

  test('that deny only outgoing traffic to the registry pods are named', async () => {
    await start();
    put('no-egress', { podSelector: { matchLabels: { 'docker-registry': 'default' } }, policyTypes: ['Egress'] });
    expect(await doctor('network')).toMatchObject([
      { status: 'warning', message: expect.stringMatching(/^the registry pods have no outgoing traffic: /) },
    ]);
  });

  test('that allow the registry pods only some outgoing traffic are named as information', async () => {
    await start();
    put('some', {
      podSelector: { matchLabels: { 'docker-registry': 'default' } },
      policyTypes: ['Egress'],
      egress: [{ ports: [{ port: 443 }] }],
    });
    expect(await doctor('network')).toMatchObject([
      {
        status: 'info',
        message: 'the registry pods have only the outgoing traffic that NetworkPolicy some allows',
      },
    ]);
  });

  test('that the user cannot list are a check that was not possible', async () => {
    await start({ fail: ['GET /networkpolicies => 403'] });
    put('default-deny', { podSelector: {}, policyTypes: ['Ingress'] });
    expect(await doctor('network')).toEqual([
      {
        name: 'network',
        status: 'unknown',
        message: `this user may not list networkpolicies.networking.k8s.io in ${NAMESPACE}`,
      },
    ]);
  });

  test('are checked for the registry pods if the user cannot list CronJobs, which is named', async () => {
    await start({ fail: ['GET /cronjobs => 403'] });
    put('default-deny', { podSelector: {}, policyTypes: ['Ingress'] });
    expect(await doctor('network')).toMatchObject([
      { status: 'warning', message: expect.stringContaining('the registry pods have no incoming traffic') },
      { status: 'unknown', message: `this user may not list cronjobs.batch in ${NAMESPACE}` },
    ]);
  });

  test('whose list fails are a check that was not possible, with the words of the server', async () => {
    await start({ fail: ['GET /networkpolicies => 500'] });
    expect(await doctor('network')).toMatchObject([
      { status: 'unknown', message: expect.stringContaining('cannot list networkpolicies.networking.k8s.io') },
    ]);
  });

  test.each<[string, object, string[]]>([
    ['allow everything', { matchLabels: { app: 'regadm' } }, ['ok']],
    ['select other pods', { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['regadm'] }] }, ['warning']],
    ['select by expression', { matchExpressions: [{ key: 'app', operator: 'In', values: ['regadm'] }] }, ['ok']],
  ])('that %s beside one that denies', async (_what, podSelector, statuses) => {
    await start();
    sandbox.store.put('cronjobs', CRON_JOB);
    put('default-deny', { podSelector: { matchLabels: { app: 'regadm' } }, policyTypes: ['Egress'] });
    put('allow', { podSelector, policyTypes: ['Egress'], egress: [{}] });
    expect((await doctor('network')).filter(({ message }) => !message.includes('registry pods'))).toMatchObject(
      statuses.map((status) => ({ status })),
    );
  });

  test('that allow some traffic are named as information', async () => {
    await start();
    put('console', { podSelector: {}, ingress: [{ from: [{ namespaceSelector: {} }] }] });
    expect(await doctor('network')).toMatchObject([
      { status: 'info', message: expect.stringContaining('that NetworkPolicy console allows') },
    ]);
  });

  test('that do not exist are not mentioned', async () => {
    await start();
    expect(await doctor('network')).toEqual([]);
  });
});

test('an operator whose Deployment the user cannot read: the check names the Deployment', async () => {
  await start({ fail: ['GET /deployments/image-registry => 403'] });
  expect(await doctor('operator')).toEqual([
    {
      name: 'operator',
      status: 'unknown',
      message: 'this user may not read deployments.apps/image-registry in namespace openshift-image-registry',
    },
  ]);
});

test('runs of the pruner that the user cannot list are a check that was not possible', async () => {
  await start({ fail: ['GET /cronjobs => 403'] });
  expect(await doctor('last run')).toMatchObject([
    { status: 'unknown', message: expect.stringContaining('cannot read the last runs') },
  ]);
});

test.each([
  [false, "the cluster's own pruning is suspended; CronJob regadm-image-pruner prunes (0 1 * * *)"],
  [true, "the cluster's own pruning is suspended"],
])('a CronJob of regadm with suspend %s: the schedule states who prunes', async (suspend, message) => {
  await start();
  const pruner = sandbox.store.get('imagepruners', 'cluster')!;
  sandbox.store.put('imagepruners', { ...pruner, spec: { ...pruner.spec, suspend: true } });
  sandbox.store.put('cronjobs', {
    metadata: { name: 'regadm-image-pruner', namespace: NAMESPACE },
    spec: { schedule: '0 1 * * *', suspend },
  });
  expect(await doctor('schedule')).toEqual([{ name: 'schedule', status: 'info', message }]);
});

describe('the blob cache', () => {
  test('of several replicas is a warning', async () => {
    await start({ replicas: 2 });
    expect(await doctor('blob cache')).toMatchObject([
      {
        status: 'warning',
        message: expect.stringMatching(/^the registry has 2 replicas, each with a blob cache in memory/),
        suggestions: [expect.stringContaining('regadm registry restart')],
      },
    ]);
  });

  test.each(['redis', ''])('of several replicas, set to "%s", is not mentioned', async (value) => {
    await start({ replicas: 2 });
    const deployment = sandbox.store.get('deployments', NAMESPACE, 'image-registry')!;
    const text = JSON.stringify(deployment);
    expect(text).toContain('"value":"inmemory"');
    sandbox.store.put(
      'deployments',
      JSON.parse(text.replace('"value":"inmemory"', `"value":"${value}"`)) as KubeObject,
    );
    expect(await doctor('blob cache')).toEqual([]);
  });

  test('of one replica is not mentioned', async () => {
    await start();
    expect(await doctor('blob cache')).toEqual([]);
  });
});
