import type { RegistryPod } from '../../../src/core/operator/pods.js';
import { modeRollout, missingForRollout, type Deployment } from '../../../src/core/operator/rollout.js';

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
