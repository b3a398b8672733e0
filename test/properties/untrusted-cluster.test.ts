import fc from 'fast-check';
import { isAbsent, isRecord } from '../../src/core/model/values/json.js';
import type { KubeObject } from '../../src/core/cluster/api.js';
import type { EdgeCheck } from '../../src/core/edge/verify/check.js';
import { checkConfig, checkImageConfig } from '../../src/core/edge/verify/config-checks.js';
import { listManagedClusters } from '../../src/core/edge/verify/fleet/managed-clusters.js';
import { checkHub } from '../../src/core/edge/verify/hub.js';
import { checkLogin } from '../../src/core/edge/verify/login.js';
import { checkMachineConfigs } from '../../src/core/edge/verify/machine-configs.js';
import { managedKubeconfig } from '../../src/core/edge/verify/managed-cluster.js';
import { checkNode } from '../../src/core/edge/verify/node.js';
import { checkPods } from '../../src/core/edge/verify/pod-check.js';
import { TimeLimit } from '../../src/core/edge/verify/time-limit.js';
import { checkVolume } from '../../src/core/edge/verify/volume-checks.js';
import { RegadmError } from '../../src/core/model/errors.js';
import {
  namesInObjects,
  publicRoute,
  readConfiguredHosts,
  readSample,
} from '../../src/core/operator/registry-names.js';
import type { Registry } from '../../src/core/registry/api.js';
import { addStreamHosts, chooseRegistryHost } from '../../src/core/registry/discover.js';
import { aResponse, fakeApi } from '../support/fake-api.js';

/** PROPERTY_RUNS=20000 searches longer. */
const RUNS = { numRuns: Number(process.env.PROPERTY_RUNS ?? 100) };
const NAMESPACE = 'openshift-image-registry';
const PATH = '/r';

const UNIT = '[Mount]\nWhere=/r\nWhat=/dev/disk/by-partlabel/r\n[Install]\nRequiredBy=local-fs.target';
const OVERRIDE = JSON.stringify({
  ignition: { version: '3.2.0' },
  storage: {
    disks: [{ device: '/dev/sda', partitions: [{ label: 'r', sizeMiB: 1 }] }],
    filesystems: [{ device: '/dev/disk/by-partlabel/r', format: 'xfs', path: PATH }],
  },
  systemd: { units: [{ name: 'r.mount', enabled: true, contents: UNIT }] },
});
const CONDITIONS = [
  { type: 'Available', status: 'True' },
  { type: 'Degraded', status: 'False' },
  { type: 'Ready', status: 'True' },
];

/** The objects of a hub and of a managed cluster without a problem, by the end of their paths. */
const OBJECTS: Record<string, KubeObject> = {
  '/managedclusters': {
    metadata: { name: 'sno', labels: { a: 'b' } },
    spec: { hubAcceptsClient: true },
    status: { conditions: [{ type: 'ManagedClusterConditionAvailable', status: 'Unknown', reason: 'x' }] },
  },
  '/baremetalhosts': {
    metadata: {
      ...{ name: 'n', namespace: 'sno' },
      annotations: { 'bmac.agent-install.openshift.io/ignition-config-overrides': OVERRIDE },
    },
  },
  '/clusterinstances/sno': {
    ...{ kind: 'ClusterInstance', metadata: { name: 'sno', namespace: 'sno' } },
    spec: { nodes: [{ hostName: 'n', ignitionConfigOverride: OVERRIDE }] },
  },
  '/secrets/sno-admin-kubeconfig': {
    ...{ kind: 'Secret', metadata: { name: 'sno-admin-kubeconfig', namespace: 'sno' } },
    data: {
      kubeconfig: Buffer.from(
        JSON.stringify({
          'current-context': 'c',
          clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:6443' } }],
          users: [{ name: 'u', user: { token: 'sha256~secret' } }],
          contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
        }),
      ).toString('base64'),
    },
  },
  '/machineconfigs': {
    metadata: { name: 'mc', labels: { 'machineconfiguration.openshift.io/role': 'master' } },
    spec: { config: JSON.parse(OVERRIDE) as unknown },
  },
  '/machineconfigpools': {
    metadata: { name: 'master' },
    status: { machineCount: 1, configuration: { source: [{ name: 'mc' }] } },
  },
  '/configs/cluster': {
    ...{ kind: 'Config', metadata: { name: 'cluster', generation: 1 } },
    spec: { managementState: 'Managed', storage: { pvc: { claim: 'c' } } },
    status: { observedGeneration: 1, conditions: CONDITIONS },
  },
  '/images/cluster': {
    ...{ kind: 'Image', metadata: { name: 'cluster' } },
    status: { internalRegistryHostname: 'r.svc:5000', externalRegistryHostnames: ['r'], conditions: CONDITIONS },
  },
  '/persistentvolumeclaims/c': {
    ...{ kind: 'PersistentVolumeClaim', metadata: { name: 'c', namespace: NAMESPACE, uid: '1' } },
    spec: { volumeName: 'v', resources: { requests: { storage: '1' } } },
    status: { phase: 'Bound' },
  },
  '/persistentvolumes/v': {
    ...{ kind: 'PersistentVolume', metadata: { name: 'v' } },
    spec: {
      capacity: { storage: '1' },
      local: { path: PATH },
      claimRef: { namespace: NAMESPACE, name: 'c', uid: '1' },
    },
    status: { phase: 'Bound' },
  },
  '/pods': {
    metadata: { name: 'p', namespace: NAMESPACE, uid: 'p' },
    spec: {
      ...{ nodeName: 'n', containers: [{ image: 'r' }] },
      volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }],
    },
    status: { phase: 'Running', conditions: CONDITIONS },
  },
  // It fails at once, so that its end is not waited for.
  '/pods/regadm': {
    ...{ kind: 'Pod', metadata: { name: '', namespace: NAMESPACE, uid: 'd' }, spec: {} },
    status: {
      phase: 'Failed',
      message: 'm',
      containerStatuses: [{ state: { terminated: { reason: 'x', message: 'm' } } }],
    },
  },
  '/routes/default-route': {
    ...{ kind: 'Route', metadata: { name: 'default-route', namespace: NAMESPACE } },
    ...{ spec: { host: 'r' }, status: { ingress: [{ host: 'r' }] } },
  },
  '/images': {
    metadata: { name: 'sha256:a', creationTimestamp: 'x', annotations: { 'openshift.io/image.managed': 'true' } },
    dockerImageReference: 'r/a/b@sha256:a',
  },
  '/imagestreams': {
    metadata: { name: 's', namespace: 'a' },
    status: { dockerImageRepository: 'r/a/s', tags: [{ tag: 't', items: [{ image: 'sha256:a' }] }] },
  },
};

const LISTS: Record<string, [apiVersion: string, kind: string]> = {
  '/managedclusters': ['cluster.open-cluster-management.io/v1', 'ManagedCluster'],
  '/baremetalhosts': ['metal3.io/v1alpha1', 'BareMetalHost'],
  '/machineconfigs': ['machineconfiguration.openshift.io/v1', 'MachineConfig'],
  '/machineconfigpools': ['machineconfiguration.openshift.io/v1', 'MachineConfigPool'],
  '/pods': ['v1', 'Pod'],
  '/images': ['image.openshift.io/v1', 'Image'],
  '/imagestreams': ['image.openshift.io/v1', 'ImageStream'],
};

/** An API server with these objects. */
function serve(objects: Record<string, KubeObject>) {
  return fakeApi(({ method, path, body }) => {
    if (method === 'POST' && path.endsWith('/token')) return aResponse(201, { status: { token: 't' } });
    if (method === 'POST') return aResponse(201, body);
    const debugPod = /\/pods\/(regadm[^/?]*)$/.exec(path);
    const place = debugPod ? '/pods/regadm' : Object.keys(objects).find((end) => path.split('?')[0]!.endsWith(end));
    if (place === undefined) return aResponse(404, { kind: 'Status', status: 'Failure', reason: 'NotFound' });
    const object = objects[place]!;
    if (debugPod) {
      const { metadata, status } = object;
      const ended = { ...(isRecord(status) ? status : {}), phase: 'Failed' };
      return aResponse(200, { ...object, metadata: { ...metadata, name: debugPod[1] }, status: ended });
    }
    const list = LISTS[place];
    if (!list) return aResponse(200, object);
    const [apiVersion, kind] = list;
    return aResponse(200, { apiVersion, kind: `${kind}List`, metadata: { resourceVersion: '1' }, items: [object] });
  }).api;
}

type Api = ReturnType<typeof serve>;

/** Finds the registry as opening it does. */
async function findRegistry(api: Api): Promise<Registry> {
  const { images, streams } = namesInObjects(await readSample(api));
  chooseRegistryHost(addStreamHosts(await readConfiguredHosts(api), streams), images);
  await publicRoute(api);
  return { url: 'https://r', verified: true, checkLogin: async () => {}, close: async () => {} } as unknown as Registry;
}

const limit = new TimeLimit(3_600_000);
afterAll(() => limit.clear());
const reporter = { note: () => {}, warning: () => {} };

/** Everything that a verification does, step by step: an error of one would hide the others. */
const STEPS: Record<string, (api: Api) => Promise<unknown>> = {
  'managed clusters': (api) => listManagedClusters(api, undefined, limit),
  hosts: async (api) => (await checkHub(api, { cluster: 'sno', path: PATH })).checks,
  'machine configs': (api) => checkMachineConfigs(api, { path: PATH, reason: 'no annotation' }),
  kubeconfig: (api) => managedKubeconfig(api, 'sno'),
  config: checkConfig,
  'image config': checkImageConfig,
  volume: (api) => checkVolume(api, PATH),
  pods: checkPods,
  login: (api) => checkLogin({ ...api, token: async () => undefined }, () => findRegistry(api)),
  node: (api) => checkNode(api, { path: PATH, limit, reporter }),
};

/** Values that a server can put in any field. */
const oddValue = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    1e308,
    '',
    'x',
    [],
    {},
    [null],
    [5],
    [[]],
    { length: 1 },
    '{"a":',
    '__proto__',
  ),
  fc.jsonValue({ maxDepth: 3 }),
);

/** Replaces the value at a path that the numbers choose. What identifies the object stays. */
function replaced(value: unknown, choices: number[], replacement: unknown): unknown {
  const [choice, ...rest] = choices;
  if (typeof value !== 'object' || isAbsent(value) || choice === undefined) return replacement;
  const keys = Object.keys(value);
  if (keys.length === 0) return replacement;
  const key = keys[choice % keys.length]!;
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...value }) as Record<string, unknown>;
  copy[key] = replaced(copy[key], rest, replacement);
  return copy;
}

function withNames(value: unknown, { kind, metadata }: KubeObject): KubeObject {
  const object = value as KubeObject;
  const given = typeof object.metadata === 'object' ? object.metadata : {};
  const { name, namespace, uid } = metadata;
  return { ...object, kind, metadata: { ...given, name, namespace, uid } };
}

test('a verification of objects without a problem finds none', async () => {
  const api = serve(OBJECTS);
  for (const [name, step] of Object.entries(STEPS)) {
    if (name === 'node') await expect(step(api)).rejects.toThrow('the debug pod failed: Failed x m');
    else {
      const found = await step(api);
      if (Array.isArray(found)) expect((found as EdgeCheck[]).map(({ status }) => status)).not.toContain('failed');
    }
  }
});

test.each(Object.entries(STEPS))('%s: any value in any field is a result or an orderly error', async (_name, step) => {
  const path = fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 6 });
  const places = Object.keys(OBJECTS);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...places), path, oddValue, async (place, at, value) => {
      const object = withNames(replaced(OBJECTS[place], at, value), OBJECTS[place]!);
      try {
        await step(serve({ ...OBJECTS, [place]: object }));
      } catch (error) {
        expect(error).toBeInstanceOf(RegadmError);
        expect((error as RegadmError).code).not.toBe('INTERNAL');
      }
    }),
    { numRuns: RUNS.numRuns * 3 },
  );
});
