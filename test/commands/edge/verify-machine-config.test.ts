import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject } from '../../../src/core/model/kube.js';
import type { SiteReport, VerifyEntry } from '../../../src/core/edge/verify/report.js';
import { startHub, type Sandbox, type SandboxHub } from '../../../src/sandbox/index.js';
import { regadm } from '../../support/regadm.js';

const CLUSTER = 'sno-01';
const HOST = `node1.${CLUSTER}.example.com`;
const ANNOTATION = 'bmac.agent-install.openshift.io/ignition-config-overrides';
const NAME = '98-var-imageregistry-partition-master';
const NO_ANNOTATION = `no BareMetalHost of ${CLUSTER} has the annotation ${ANNOTATION}`;

let directory: string;
let started: SandboxHub;
let managed: Sandbox;
/** The configuration that the sandbox's hub gives its nodes. */
let override: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'regadm-machine-config-'));
  started = await startHub({ managedClusters: 1, rolloutStepMs: 5 });
  managed = started.clusters.get(CLUSTER)!.sandbox;
  override = host().metadata.annotations![ANNOTATION] as string;
  writeFileSync(join(directory, 'ignition.json'), override);
});

beforeEach(() => {
  setAnnotation(undefined);
  setInstance(undefined);
  setMachineConfig();
  setPool();
});

afterAll(async () => {
  await started.stop();
  rmSync(directory, { recursive: true });
});

const host = (): KubeObject => started.hub.store.get('baremetalhosts', CLUSTER, HOST)!;

function setAnnotation(text: string | undefined): void {
  const annotations = text === undefined ? {} : { [ANNOTATION]: text };
  started.hub.store.put('baremetalhosts', { metadata: { name: HOST, namespace: CLUSTER, annotations } });
}

function setInstance(ignitionConfigOverride: string | undefined): void {
  const spec = { nodes: [{ hostName: HOST, ignitionConfigOverride }] };
  started.hub.store.put('clusterinstances', { metadata: { name: CLUSTER, namespace: CLUSTER }, spec });
}

function setMachineConfig(config: object = JSON.parse(override) as object): void {
  const labels = { 'machineconfiguration.openshift.io/role': 'master' };
  managed.store.put('machineconfigs', { metadata: { name: NAME, labels }, spec: { config } });
  // A rendered MachineConfig contains all others; pools have one for each change.
  managed.store.put('machineconfigs', { metadata: { name: 'rendered-master-1' }, spec: { config } });
}

/** The pool that has applied a MachineConfig on its nodes. */
function setPool(source: string[] = ['00-master', NAME], machineCount = 1): void {
  const configuration = { source: source.map((name) => ({ kind: 'MachineConfig', name })) };
  managed.store.put('machineconfigpools', { metadata: { name: 'master' }, status: { machineCount, configuration } });
}

async function verify(...args: string[]): Promise<{ status: number | null; found: VerifyEntry[] }> {
  const flags = ['--hub-kubeconfig', started.hub.kubeconfig.admin, '--cluster', CLUSTER, '-o', 'json', ...args];
  const { status, stdout } = await regadm(['edge', 'verify', ...flags]);
  const { checks } = JSON.parse(stdout) as SiteReport;
  return { status, found: checks.filter(({ name }) => name === 'ignition-override') };
}

test('a MachineConfig creates the partition instead of the annotation', async () => {
  const { status, found } = await verify();
  expect(found).toEqual([
    {
      ...{ where: 'cluster', name: 'ignition-override', status: 'passed' },
      detail:
        `MachineConfig ${NAME}, which pool master has applied, mounts /var/imageregistry; ` +
        `only that was checked: ${NO_ANNOTATION}`,
    },
  ]);
  expect(status).toBe(0);
});

test('the MachineConfig is compared with the rendered file', async () => {
  const file = ['--ignition', join(directory, 'ignition.json')];
  expect((await verify(...file)).found).toMatchObject([
    {
      status: 'passed',
      detail: `MachineConfig ${NAME}, which pool master has applied, has the rendered configuration; ${NO_ANNOTATION}`,
    },
  ]);
  setMachineConfig(JSON.parse(override.replaceAll('102500', '50000')) as object);
  expect(await verify(...file)).toMatchObject({
    ...{ status: 2, found: [{ status: 'failed', remedy: expect.stringContaining('install again') }] },
  });
});

test('an annotation that is for another purpose does not hide the MachineConfig', async () => {
  setAnnotation('{"ignition":{"version":"3.2.0"}}');
  setInstance('');
  const without = `the annotations of the BareMetalHosts of ${CLUSTER} mount nothing at /var/imageregistry`;
  const { found } = await verify('--ignition', join(directory, 'ignition.json'));
  expect(found).toMatchObject([{ status: 'passed', detail: expect.stringContaining(`; ${without}`) }]);
});

test.each<[string, () => void, string]>([
  ['mounts the path', () => setMachineConfig({}), `${NO_ANNOTATION}, and no MachineConfig mounts /var/imageregistry`],
  [
    'has been applied',
    () => setPool(['00-master']),
    `${NO_ANNOTATION}, and no pool with nodes has applied MachineConfig ${NAME}, which mounts /var/imageregistry`,
  ],
  ['has been applied to a node', () => setPool(undefined, 0), 'no pool with nodes has applied'],
  [
    'is mounted at boot',
    () => setMachineConfig({ ...(JSON.parse(override) as object), systemd: {} }),
    `MachineConfig ${NAME}, which pool master has applied, mounts nothing at /var/imageregistry: nothing mounts`,
  ],
  ['is valid', () => setMachineConfig({ ...JSON.parse(override), ignition: {} } as object), 'is not a valid Ignition'],
])('fails if no MachineConfig %s', async (_, change, detail) => {
  change();
  const { status, found } = await verify();
  expect(found).toMatchObject([{ where: 'cluster', status: 'failed', detail: expect.stringContaining(detail) }]);
  expect(status).toBe(2);
});

test('a MachineConfig does not replace the configuration that the ClusterInstance states', async () => {
  setInstance(override);
  expect((await verify()).found).toMatchObject([
    { where: 'hub', status: 'failed', detail: expect.stringContaining('but the ClusterInstance states one') },
  ]);
});

test('is not checked if the MachineConfigs cannot be read', async () => {
  managed.addFault('GET /machineconfigs => 403');
  expect(await verify()).toMatchObject({
    ...{ status: 1, found: [{ where: 'cluster', status: 'failed' }] },
  });
});
