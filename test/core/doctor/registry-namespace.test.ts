import { startSandbox, type CustomResource, type Sandbox, type SandboxOptions } from '../../../src/sandbox/index.js';
import { regadm } from '../../support/regadm.js';

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

interface Check {
  name: string;
  status: string;
  message: string;
  suggestions?: string[];
}

let sandbox: Sandbox;
afterEach(() => sandbox.stop());
const start = async (options: SandboxOptions = {}): Promise<Sandbox> =>
  (sandbox = await startSandbox({ sample: true, storage: 'none', customResources: RESOURCES, ...options }));

/** Runs `regadm doctor` and returns its checks of one name. */
async function doctor(name: string, user: 'admin' | 'pruner' = 'admin'): Promise<Check[]> {
  const { stdout } = await regadm(['doctor', '-o', 'json'], { kubeconfig: sandbox.kubeconfig[user] });
  return (JSON.parse(stdout) as { checks: Check[] }).checks.filter((check) => check.name === name);
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

  test('that is healthy passes; without it, and for a user who cannot read it, nothing is reported', async () => {
    await start();
    sandbox.store.remove('clusteroperators', 'image-registry');
    expect(await doctor('cluster operator')).toEqual([]);
    putClusterOperator({ type: 'Degraded', status: 'False' });
    expect(await doctor('cluster operator')).toMatchObject([{ status: 'ok' }]);
    expect(await doctor('cluster operator', 'pruner')).toEqual([]);
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
    expect(checks).toContainEqual(
      expect.objectContaining({
        status: 'warning',
        message:
          'the pods of CronJob regadm-image-pruner have no outgoing traffic: NetworkPolicy default-deny denies it',
        suggestions: [expect.stringContaining('app=regadm')],
      }),
    );
    expect(checks).toContainEqual(
      expect.objectContaining({
        status: 'warning',
        message: 'the registry pods have no incoming traffic: NetworkPolicy default-deny denies it',
      }),
    );
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

  test('of one replica is not mentioned', async () => {
    await start();
    expect(await doctor('blob cache')).toEqual([]);
  });
});
