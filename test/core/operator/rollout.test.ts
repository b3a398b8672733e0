import { openCluster } from '../../../src/core/cluster/index.js';
import type { ClusterApi } from '../../../src/core/cluster/api.js';
import { SILENT } from '../../../src/core/kit/reporter.js';
import type { RegistryPod } from '../../../src/core/operator/pods.js';
import { modeRollout, missingForRollout, waitForRollout, type Deployment } from '../../../src/core/operator/rollout.js';
import { startSandbox, type Sandbox } from '../../../src/sandbox/index.js';

const READ_ONLY = {
  containers: [
    { name: 'registry', env: [{ name: 'REGISTRY_STORAGE_MAINTENANCE_READONLY', value: '{enabled: true}' }] },
  ],
};

function aDeployment(status: Deployment['status'] = {}, replicas = 2): Deployment {
  return {
    metadata: { name: 'image-registry', generation: 3 },
    spec: { replicas, template: { spec: READ_ONLY as object } },
    status: { observedGeneration: 3, replicas, updatedReplicas: replicas, availableReplicas: replicas, ...status },
  };
}

function aPod(name: string, changes: Partial<RegistryPod> = {}): RegistryPod {
  return {
    name,
    uid: name,
    phase: 'Running',
    ready: true,
    terminating: false,
    readOnly: true,
    usesRedis: false,
    ...changes,
  };
}

const missing = (deployment: Deployment, pods: RegistryPod[]): string | undefined =>
  missingForRollout(deployment, pods, modeRollout(true));

test('complete: every pod is new and ready', () => {
  expect(missing(aDeployment(), [aPod('a'), aPod('b')])).toBeUndefined();
});

test.each([
  [
    'the operator has not acted',
    { ...aDeployment(), spec: { replicas: 2, template: { spec: {} } } },
    [aPod('a'), aPod('b')],
    /operator/,
  ],
  [
    'the controller has not seen the change',
    aDeployment({ observedGeneration: 2 }),
    [aPod('a'), aPod('b')],
    /waiting for the deployment controller/,
  ],
  [
    'a pod of the old mode is terminating',
    aDeployment(),
    [aPod('a'), aPod('b'), aPod('old', { readOnly: false, terminating: true })],
    /old \(terminating\)/,
  ],
  [
    'a pod of the old mode is not ready',
    aDeployment(),
    [aPod('a'), aPod('b'), aPod('old', { readOnly: false, ready: false })],
    /old \(Running\)/,
  ],
  ['a new pod is not ready', aDeployment(), [aPod('a'), aPod('b', { ready: false })], /1 of 2 pods are ready/],
  ['too few are available', aDeployment({ availableReplicas: 1 }), [aPod('a'), aPod('b')], /1 of 2 pods are available/],
  ['too few are updated', aDeployment({ updatedReplicas: 1 }), [aPod('a'), aPod('b')], /pods are available/],
])('not yet: %s', (_why, deployment, pods, message) => {
  expect(missing(deployment, pods)).toMatch(message);
});

test('a registry without replicas has rolled out when no pod is left', () => {
  const none = aDeployment({ replicas: 0, updatedReplicas: 0, availableReplicas: 0 }, 0);
  expect(missing(none, [])).toBeUndefined();
  expect(missing(none, [aPod('old', { readOnly: false, terminating: true })])).toMatch(/old/);
});

describe('a Deployment whose progress deadline has passed', () => {
  const MESSAGE = 'ReplicaSet "image-registry-1" has timed out progressing.';
  let sandbox: Sandbox;
  let api: ClusterApi;

  beforeEach(async () => {
    sandbox = await startSandbox({ operator: true, rolloutStepMs: 'manual' });
    api = await openCluster({ kubeconfig: sandbox.kubeconfig.admin });
    const deployment = sandbox.store.get('deployments', 'openshift-image-registry', 'image-registry')!;
    const condition = {
      type: 'Progressing',
      status: 'False',
      reason: 'ProgressDeadlineExceeded',
      message: MESSAGE,
    };
    sandbox.store.put('deployments', { ...deployment, status: { ...deployment.status, conditions: [condition] } });
  });

  afterEach(async () => {
    await api.close();
    await sandbox.stop();
  });

  test('is reported once, and the wait continues until the roll-out is complete', async () => {
    const warnings: string[] = [];
    let looks = 0;
    sandbox.onRequest(({ path }) => void (path.includes('/deployments/') && looks++));
    const reporter = { ...SILENT, warning: (text: string) => void warnings.push(text) };
    const goal = { isWanted: () => true, isNew: () => looks >= 3 };
    expect(await waitForRollout(api, { ...goal, timeoutMs: 600_000, reporter })).toHaveLength(1);
    expect(warnings).toEqual([expect.stringContaining(MESSAGE)]);
  });

  test('is the reason of a timeout', async () => {
    const goal = { isWanted: () => true, isNew: () => false };
    await expect(waitForRollout(api, { ...goal, timeoutMs: 0, reporter: SILENT })).rejects.toMatchObject({
      code: 'ROLLOUT_STUCK',
      message: `the roll-out of the registry is stuck: ${MESSAGE}`,
    });
  });
});
