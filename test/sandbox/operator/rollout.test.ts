import { startSandbox, type Sandbox, type SandboxOptions } from '../../../src/sandbox/index.js';
import { apiRequest, eventually, registryRequest } from '../../support/sandbox-client.js';

const CONFIG = '/apis/imageregistry.operator.openshift.io/v1/configs/cluster';

interface Status {
  observedGeneration?: number;
  updatedReplicas?: number;
  availableReplicas?: number;
}

let sandbox: Sandbox;
afterEach(() => sandbox.stop());

async function start(options: SandboxOptions = {}): Promise<void> {
  sandbox = await startSandbox({ rolloutStepMs: 'manual', ...options });
}

const setReadOnly = (readOnly: boolean): Promise<unknown> =>
  apiRequest(sandbox, 'PATCH', CONFIG, {
    token: sandbox.tokens.admin,
    body: { spec: { readOnly } },
    type: 'application/merge-patch+json',
  });

/** The states of the registry's pods: `ready`, `Running`, `Pending`, `terminating`; with `ro` in read-only mode. */
function pods(): string[] {
  return sandbox.store.list('pods', 'openshift-image-registry').map((pod) => {
    const conditions = pod.status!.conditions as { type: string; status: string }[];
    const ready = conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
    const state = pod.metadata.deletionTimestamp ? 'terminating' : ready ? 'ready' : String(pod.status!.phase);
    return `${state}${JSON.stringify(pod.spec).includes('{enabled: true}') ? ' ro' : ''}`;
  });
}

function deployment(): { generation: number; status: Status } {
  const found = sandbox.store.get('deployments', 'openshift-image-registry', 'image-registry')!;
  return { generation: found.metadata.generation!, status: found.status as Status };
}

function conditions(): Record<string, string> {
  const list = sandbox.store.get('configs', 'cluster')!.status!.conditions as { type: string; status: string }[];
  return Object.fromEntries(list.map(({ type, status }) => [type, status]));
}

/** Collects all states of the pods until nothing changes. */
function allStates(): string[][] {
  const states = [pods()];
  for (let steps = 0; sandbox.rollout.step(); steps++) {
    if (steps > 200) throw new Error('the roll-out does not end');
    if (JSON.stringify(pods()) !== JSON.stringify(states.at(-1))) states.push(pods());
  }
  return states;
}

test('one replica: the old pod is deleted first, and the registry is offline for a moment', async () => {
  await start();
  expect(pods()).toEqual(['ready']);
  expect(conditions()).toMatchObject({ Available: 'True', Progressing: 'False', Degraded: 'False' });
  await setReadOnly(true);
  sandbox.rollout.step();
  expect(deployment().status.observedGeneration).toBeLessThan(deployment().generation);
  expect(conditions()).toMatchObject({ Progressing: 'True' });
  expect(allStates()).toEqual([['ready'], ['terminating'], [], ['Pending ro'], ['Running ro'], ['ready ro']]);
  expect(deployment().status).toMatchObject({
    observedGeneration: deployment().generation,
    updatedReplicas: 1,
    availableReplicas: 1,
  });
  expect(conditions()).toMatchObject({ Available: 'True', Progressing: 'False' });
});

test('the registry refuses connections without a ready pod, and its mode is that of its pods', async () => {
  await start();
  const { admin } = sandbox.tokens;
  const state = (): Promise<number | string> =>
    registryRequest(sandbox, 'POST', '/v2/a/b/blobs/uploads/', { token: admin }).then(
      (answer) => answer.status,
      (error: NodeJS.ErrnoException) => String(error.code),
    );
  expect(await state()).toBe(202);
  await setReadOnly(true);
  while (pods()[0] !== 'terminating') sandbox.rollout.step();
  await eventually(async () => expect(await state()).toBe('ECONNREFUSED'));
  sandbox.rollout.finish();
  await eventually(async () => expect(await state()).toBe(405));
});

test('several replicas: a new pod is ready before an old one is deleted', async () => {
  await start({ replicas: 3 });
  await setReadOnly(true);
  const states = allStates();
  expect(Math.min(...states.map((state) => state.filter((pod) => pod.startsWith('ready')).length))).toBe(3 - 1 + 1);
  expect(states.at(-1)).toEqual(['ready ro', 'ready ro', 'ready ro']);
  expect(states.some((state) => state.includes('ready') && state.includes('ready ro'))).toBe(true);
});

test('a stuck roll-out stops at a running pod that is not ready', async () => {
  await start({ replicas: 2, fail: ['rollout-stuck'] });
  expect(pods()).toEqual(['ready', 'ready']);
  await setReadOnly(true);
  expect(allStates().at(-1)!.sort()).toEqual(['Running ro', 'ready', 'ready']);
  expect(conditions()).toMatchObject({ Progressing: 'True' });
  sandbox.clearFaults();
  sandbox.rollout.finish();
  expect(pods()).toEqual(['ready ro', 'ready ro']);
});

test('setting the same mode changes nothing; the last of two changes wins', async () => {
  await start();
  await setReadOnly(false);
  expect(sandbox.rollout.step()).toBe(true);
  expect(allStates()).toEqual([['ready']]);
  await setReadOnly(true);
  sandbox.rollout.step();
  sandbox.rollout.step();
  await setReadOnly(false);
  sandbox.rollout.finish();
  expect(pods()).toEqual(['ready']);
});

test('a deleted pod is replaced', async () => {
  await start();
  const [pod] = sandbox.store.list('pods', 'openshift-image-registry');
  sandbox.store.remove('pods', 'openshift-image-registry', pod!.metadata.name);
  sandbox.rollout.finish();
  expect(pods()).toEqual(['ready']);
});

test('managementState Unmanaged changes nothing, Removed deletes the registry', async () => {
  await start({ managementState: 'Managed' });
  const patch = (spec: object): Promise<unknown> =>
    apiRequest(sandbox, 'PATCH', CONFIG, {
      token: sandbox.tokens.admin,
      body: { spec },
      type: 'application/merge-patch+json',
    });
  await patch({ managementState: 'Unmanaged', readOnly: true });
  sandbox.rollout.finish();
  expect(pods()).toEqual(['ready']);
  await patch({ managementState: 'Removed' });
  sandbox.rollout.finish();
  expect(pods()).toEqual([]);
  expect(conditions()).toMatchObject({ Removed: 'True' });
});

test('the fault degraded sets the condition', async () => {
  await start({ fail: ['degraded'] });
  expect(conditions()).toMatchObject({ Degraded: 'True' });
});

test('a roll-out makes its steps by itself', async () => {
  await start({ rolloutStepMs: 1 });
  await setReadOnly(true);
  while (pods().join() !== 'ready ro') await new Promise((resolve) => setTimeout(resolve, 5));
});
