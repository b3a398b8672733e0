import type { ClusterApi } from '../../../src/core/cluster/api.js';
import { openCluster } from '../../../src/core/cluster/index.js';
import { rolloutOutage } from '../../../src/core/operator/restart-outage.js';
import { readDeployment, type Deployment } from '../../../src/core/operator/rollout.js';
import { startSandbox, type Sandbox } from '../../../src/sandbox/index.js';

const NAMESPACE = 'openshift-image-registry';
const CLAIM = 'image-registry-storage';
let sandbox: Sandbox;
let api: ClusterApi;

beforeAll(async () => {
  sandbox = await startSandbox({ operator: true, rolloutStepMs: 'manual' });
  api = await openCluster({ kubeconfig: sandbox.kubeconfig.admin });
});

afterAll(async () => {
  await api.close();
  await sandbox.stop();
});

interface Scene {
  strategy?: string;
  replicas?: number;
  accessModes?: string[];
  storage?: string;
}

async function outage({
  strategy = 'RollingUpdate',
  replicas = 1,
  accessModes,
  storage = 'filesystem',
}: Scene): Promise<string | undefined> {
  const claim = sandbox.store.get('persistentvolumeclaims', NAMESPACE, CLAIM)!;
  if (accessModes) sandbox.store.put('persistentvolumeclaims', { ...claim, status: { phase: 'Bound', accessModes } });
  const deployment = await readDeployment(api);
  const { containers, ...podSpec } = (deployment.spec!.template as { spec: unknown }).spec as {
    containers: { env: object[] }[];
  };
  const env = [...containers[0]!.env, { name: 'REGISTRY_STORAGE', value: storage }];
  const template = { spec: { ...podSpec, containers: [{ ...containers[0], env }] } };
  const spec = { ...deployment.spec, replicas, strategy: { type: strategy }, template };
  return rolloutOutage(api, { ...deployment, spec } as Deployment);
}

test.each<[string, Scene]>([
  ['the strategy Recreate', { strategy: 'Recreate', replicas: 2, storage: 's3' }],
  ['one replica on a volume of one node', { accessModes: ['ReadWriteOnce'] }],
])('with %s, a roll-out can be a short outage', async (_case, scene) => {
  expect(await outage(scene)).toMatch(/is a short outage|can be a short outage/);
});

test.each<[string, Scene]>([
  ['two replicas', { replicas: 2, accessModes: ['ReadWriteOnce'] }],
  ['one replica on a volume of all nodes', { accessModes: ['ReadWriteMany'] }],
  ['one replica on an object storage', { storage: 's3' }],
  ['no replica', { replicas: 0, strategy: 'Recreate' }],
])('with %s, pushes and pulls continue', async (_case, scene) => {
  expect(await outage(scene)).toBeUndefined();
});

test('a volume that cannot be read can mean an outage', async () => {
  sandbox.addFault('GET /persistentvolumeclaims/ times=1 => 403');
  expect(await outage({ accessModes: ['ReadWriteMany'] })).toContain('cannot be read');
});
