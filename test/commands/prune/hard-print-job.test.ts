import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { startSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import { parseYaml11 } from '../../support/yaml-1.1.js';
import {
  JOB_IMAGE,
  JOB_NAME,
  jobSpecOf,
  printJob,
  printedArgs,
  printedObjects,
  printedOf,
  printedPod,
} from '../../support/printed-job.js';

const NAMESPACE = 'openshift-image-registry';
const CLAIM = 'image-registry-storage';

let sandbox: Sandbox;
beforeEach(async () => void (sandbox = await startSandbox({ operator: true, rolloutStepMs: 5 })));
afterEach(() => sandbox.stop());

const print = (...args: string[]) => printJob(args, sandbox.kubeconfig.admin);

/** Changes the pod template of the registry's Deployment. */
function changeTemplate(change: (spec: Record<string, unknown>) => void): void {
  const deployment = sandbox.store.get('deployments', NAMESPACE, 'image-registry')!;
  change((deployment.spec as { template: { spec: Record<string, unknown> } }).template.spec);
  sandbox.store.put('deployments', deployment);
}

interface ClaimChange {
  accessModes?: string[];
  /** Access modes of the volume. */
  bound?: string[];
  phase?: string;
  volumeMode?: string;
}

function changeClaim({ accessModes = ['ReadWriteOnce'], bound, phase = 'Bound', volumeMode }: ClaimChange): void {
  const claim = sandbox.store.get('persistentvolumeclaims', NAMESPACE, CLAIM)!;
  sandbox.store.put('persistentvolumeclaims', {
    ...claim,
    spec: { ...claim.spec, accessModes, ...(volumeMode ? { volumeMode } : {}) },
    status: { phase, ...(bound ? { accessModes: bound } : {}) },
  });
}

test('prints a Job that mounts the claim of the registry, beside a pod of the registry', async () => {
  const outcome = await print('--dangling-links', '--max-delete=20%');
  expect(outcome.status).toBe(0);
  expect(printedObjects(outcome).map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
    `ServiceAccount ${JOB_NAME}`,
    `ClusterRole ${JOB_NAME}`,
    `ClusterRoleBinding ${JOB_NAME}`,
    `Role ${JOB_NAME}`,
    `RoleBinding ${JOB_NAME}`,
    `NetworkPolicy ${JOB_NAME}`,
    `Job ${JOB_NAME}`,
  ]);
  const { template, ...job } = jobSpecOf(outcome);
  expect(job).toEqual({ backoffLimit: 0 });
  expect(template.metadata.annotations).toEqual({ 'openshift.io/required-scc': 'restricted-v2' });
  expect(template.spec).toEqual({
    serviceAccountName: JOB_NAME,
    restartPolicy: 'Never',
    priorityClassName: 'system-cluster-critical',
    terminationGracePeriodSeconds: 900,
    affinity: {
      podAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { labelSelector: { matchLabels: { 'docker-registry': 'default' } }, topologyKey: 'kubernetes.io/hostname' },
        ],
      },
    },
    containers: [
      {
        name: JOB_NAME,
        image: JOB_IMAGE,
        command: ['regadm'],
        args: ['prune', 'hard', '--storage=/registry', '--dangling-links', '--max-delete=20%', '--confirm'],
        resources: { requests: { cpu: '500m', memory: '512Mi' } },
        securityContext: expect.objectContaining({ readOnlyRootFilesystem: true, runAsNonRoot: true }),
        terminationMessagePolicy: 'FallbackToLogsOnError',
        volumeMounts: [{ name: 'registry-storage', mountPath: '/registry' }],
      },
    ],
    volumes: [{ name: 'registry-storage', persistentVolumeClaim: { claimName: CLAIM } }],
  });
  expect(outcome.stderr).toContain(`storage: claim ${CLAIM}, as ${sandbox.apiUrl} states it`);
  expect(outcome.stderr).toContain('the API server accepts all 7 objects (dry run)');
  expect(outcome.stderr).toContain('only one node at a time can mount the volume');
  expect(outcome.stderr).toContain('regadm prune hard --recover');
  expect(sandbox.store.get('jobs', NAMESPACE, JOB_NAME)).toBeUndefined();
});

test('warns about a registry whose mode the operator does not switch', async () => {
  const config = sandbox.store.get('configs', 'cluster')!;
  sandbox.store.put('configs', { ...config, spec: { ...config.spec, managementState: 'Unmanaged' } });
  const { status, stderr } = await print();
  expect(status).toBe(0);
  expect(stderr).toMatch(/warning: a run would be refused now: .* has managementState Unmanaged/);
  expect(stderr).toContain('--read-only=required');
  expect((await print('--read-only=required')).stderr).not.toContain('refused now');
});

test('prints the same in both versions of YAML, and as JSON', async () => {
  const yaml = await print('--schedule=0 1 * * 6');
  expect(parseYaml11(yaml.stdout)).toEqual(parse(yaml.stdout));
  const json = await print('--schedule=0 1 * * 6', '-o', 'json');
  expect(JSON.parse(json.stdout)).toEqual(parse(yaml.stdout));
});

test('with --schedule, prints a CronJob that starts no run while another one is active', async () => {
  const flags = ['--suspend', '--starting-deadline=2h', '--active-deadline=6h', '--failed-jobs-history-limit=5'];
  const outcome = await print('--schedule=@weekly', ...flags);
  expect(outcome.status).toBe(0);
  expect(printedOf(outcome, 'CronJob')[0]!.spec).toMatchObject({
    schedule: '@weekly',
    suspend: true,
    concurrencyPolicy: 'Forbid',
    startingDeadlineSeconds: 7200,
    successfulJobsHistoryLimit: 1,
    failedJobsHistoryLimit: 5,
  });
  expect(jobSpecOf(outcome)).toMatchObject({ backoffLimit: 0, activeDeadlineSeconds: 21_600 });
  expect(printedArgs(outcome)).toEqual(['prune', 'hard', '--storage=/registry', '--confirm']);
});

test('a run of a CronJob ends after a day, so that a pod that never starts does not keep later runs out', async () => {
  expect(jobSpecOf(await print('--schedule=@daily'))).toMatchObject({ activeDeadlineSeconds: 86_400 });
  expect(jobSpecOf(await print('--schedule=@daily', '--timeout=20h'))).toMatchObject({
    activeDeadlineSeconds: 3 * 72_000,
  });
});

test('only a flag or the section of prune hard turns the Job into a CronJob', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'regadm-'));
  const kinds = async (config: string, env: Record<string, string> = {}) => {
    const file = path.join(directory, 'config.yaml');
    await writeFile(file, config);
    const outcome = await printJob([], sandbox.kubeconfig.admin, { REGADM_CONFIG: file, ...env });
    expect(outcome.status).toBe(0);
    return printedObjects(outcome).map(({ kind }) => kind);
  };
  expect(await kinds('', { REGADM_SCHEDULE: '@daily' })).toContain('Job');
  expect(await kinds('schedule: "@daily"')).toContain('Job');
  expect(await kinds('commands:\n  prune hard:\n    schedule: "@daily"')).toContain('CronJob');
  await rm(directory, { recursive: true });
});

test('takes user, groups, SELinux label, mount and nodes from the registry', async () => {
  sandbox.store.put('namespaces', {
    metadata: {
      name: NAMESPACE,
      annotations: {
        'openshift.io/sa.scc.uid-range': '1000320000/10000',
        'openshift.io/sa.scc.supplemental-groups': '1000330000/10000',
        'openshift.io/sa.scc.mcs': 's0:c18,c7',
      },
    },
  });
  changeTemplate((spec) => {
    spec.securityContext = { fsGroup: 1_000_340_000, fsGroupChangePolicy: 'OnRootMismatch', hostUsers: false };
    spec.tolerations = [{ key: 'infra', operator: 'Exists' }];
    spec.nodeSelector = { 'node-role.kubernetes.io/infra': '' };
    spec.affinity = { podAntiAffinity: {} };
    const [container] = spec.containers as { env: { name: string; value: string }[]; volumeMounts: object[] }[];
    container!.volumeMounts = [{ name: 'registry-storage', mountPath: '/data', subPath: 'images' }];
    container!.env.find(({ name }) => name.endsWith('ROOTDIRECTORY'))!.value = '/data/root';
  });
  const outcome = await print();
  expect(outcome.status).toBe(0);
  const pod = printedPod(outcome);
  expect(pod).toMatchObject({
    securityContext: {
      runAsUser: 1_000_320_000,
      fsGroup: 1_000_340_000,
      fsGroupChangePolicy: 'OnRootMismatch',
      seLinuxOptions: { level: 's0:c18,c7' },
    },
    tolerations: [{ key: 'infra', operator: 'Exists' }],
    nodeSelector: { 'node-role.kubernetes.io/infra': '' },
  });
  expect(pod.securityContext).not.toHaveProperty('hostUsers');
  expect(pod.affinity).not.toHaveProperty('podAntiAffinity');
  expect(pod.containers[0]!.volumeMounts).toEqual([
    { name: 'registry-storage', mountPath: '/data', subPath: 'images' },
  ]);
  expect(printedArgs(outcome)).toContain('--storage=/data/root');
  expect(outcome.stderr).toContain('tolerations, node selector: taken from deployments.apps/image-registry');
});

test('warns about a user of the Deployment that the SCC of the Job would refuse', async () => {
  const annotations = { 'openshift.io/sa.scc.uid-range': '1000320000/10000' };
  sandbox.store.put('namespaces', { metadata: { name: NAMESPACE, annotations } });
  changeTemplate((spec) => (spec.securityContext = { runAsUser: 1001 }));
  const { status, stderr } = await print();
  expect(status).toBe(0);
  expect(stderr).toContain('runs as user 1001, and the SCC restricted-v2 accepts 1000320000 to 1000329999');
  changeTemplate((spec) => (spec.securityContext = { runAsUser: 1_000_329_999 }));
  expect((await print()).stderr).not.toContain('cannot start');
});

test('a volume that all nodes can mount needs no affinity; flags replace what the cluster states', async () => {
  changeClaim({ accessModes: ['ReadWriteMany'] });
  changeTemplate((spec) => (spec.nodeSelector = { zone: 'a' }));
  const outcome = await print('--node-selector=none', '--requests=memory=1Gi', '--priority-class=low');
  expect(outcome.status).toBe(0);
  const pod = printedPod(outcome);
  expect(pod).not.toHaveProperty('affinity');
  expect(pod).not.toHaveProperty('nodeSelector');
  expect(pod.priorityClassName).toBe('low');
  expect(pod.containers[0]!.resources).toEqual({ requests: { memory: '1Gi' } });
  expect(outcome.stderr).not.toContain('only one node');
});

test('adds the affinity to that of --affinity', async () => {
  const node = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } } };
  const { affinity } = printedPod(await print(`--affinity=${JSON.stringify(node)}`));
  expect(affinity).toMatchObject({ ...node, podAffinity: expect.anything() });
});

test('--timeout extends the time that the pod has to restore the mode', async () => {
  const outcome = await print('--timeout=20m', '--active-deadline=1h');
  expect(printedPod(outcome).terminationGracePeriodSeconds).toBe(1500);
  expect(printedArgs(outcome)).toContain('--timeout=20m');
});

test('settings of the environment become arguments; the flags of this cluster do not', async () => {
  const args = ['--request-timeout=30s', '--as=admin', '-v=4', '--confirm'];
  const { stdout, status } = await printJob(args, sandbox.kubeconfig.admin, {
    REGADM_TIMEOUT: '12m',
    REGADM_DETAILED_EXITCODE: 'true',
    REGADM_KEEP_BLOBS_YOUNGER_THAN: '24h',
    REGADM_OUTPUT: 'wide',
    REGADM_REDIS_URL: 'redis://redis.example.com',
  });
  expect(status).toBe(0);
  expect(printedArgs({ stdout })).toEqual([
    ...['prune', 'hard', '--storage=/registry'],
    ...['--keep-blobs-younger-than=24h', '--redis-url=redis://redis.example.com', '--timeout=12m'],
    ...['--request-timeout=30s', '--loglevel=4', '--confirm'],
  ]);
});

describe('without a cluster that can be asked to check it', () => {
  test('a missing permission is a warning', async () => {
    const reader = sandbox.addUser('reader', [{ apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list'] }]);
    const { stderr, status } = await printJob([], reader.kubeconfig);
    expect(status).toBe(0);
    expect(stderr).toMatch(/the API server does not accept 7 of 7 objects \(dry run\): serviceaccounts is forbidden/);
  });

  test('an answer that is not the object does not count as accepted', async () => {
    sandbox.onRequest(({ method, path }) =>
      method === 'POST' && path.includes('dryRun=All') ? { do: 'html' } : undefined,
    );
    const { stderr, status } = await print();
    expect(status).toBe(0);
    expect(stderr).toMatch(/does not accept 7 of 7 objects \(dry run\): the API server's response is not JSON/);
  });

  test('objects that exist are valid', async () => {
    for (const object of printedOf(await print(), 'Job')) sandbox.store.put('jobs', object);
    expect((await print()).stderr).toContain('accepts all 7 objects');
  });

  test('an object that the API server refuses is an error', async () => {
    sandbox.onRequest(({ method, path }) =>
      method === 'POST' && path.includes('/jobs?') && path.includes('dryRun=All')
        ? { do: 'status', status: 422 }
        : undefined,
    );
    const { stdout, stderr, status } = await print();
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain(`error: the API server refuses Job ${JOB_NAME}: `);
  });
});

describe('refuses', () => {
  const refused = async (args: string[] = []) => {
    const { status, stdout } = await print(...args, '-o', 'json');
    return { status, ...(JSON.parse(stdout) as { code: string; message: string; suggestions: string[] }) };
  };

  test.each<[string, () => void, object]>([
    [
      'a claim for one pod only',
      () => changeClaim({ accessModes: ['ReadWriteOncePod'] }),
      {
        message: expect.stringContaining('(access mode ReadWriteOncePod)'),
        suggestions: [expect.stringContaining('in its pod instead')],
      },
    ],
    [
      'a claim for one pod only, with other modes of its volume',
      () => changeClaim({ bound: ['ReadWriteOnce', 'ReadWriteOncePod'] }),
      { message: expect.stringContaining('(access mode ReadWriteOnce, ReadWriteOncePod)') },
    ],
    [
      'a claim that nothing can change',
      () => changeClaim({ accessModes: ['ReadOnlyMany'] }),
      {
        message: expect.stringContaining('nothing can change the volume of claim'),
        suggestions: [expect.stringContaining('ReadWriteMany, or ReadWriteOnce')],
      },
    ],
    [
      'a claim without access modes',
      () => changeClaim({ accessModes: [] }),
      { message: expect.stringContaining('(it states no access mode)') },
    ],
    [
      'a block device',
      () => changeClaim({ volumeMode: 'Block' }),
      { message: expect.stringContaining('is a block device (volumeMode Block)') },
    ],
    [
      'a claim that is not bound',
      () => changeClaim({ phase: 'Pending' }),
      { message: expect.stringContaining('is Pending, not Bound') },
    ],
    [
      'a claim that does not exist',
      () => void sandbox.store.remove('persistentvolumeclaims', NAMESPACE, CLAIM),
      { message: expect.stringContaining(`claim ${CLAIM} of the registry does not exist`) },
    ],
  ])('%s', async (_, prepare, expected) => {
    prepare();
    expect(await refused()).toMatchObject({ status: 1, code: 'JOB_NOT_POSSIBLE', ...expected });
  });

  test('a registry that the operator has removed', async () => {
    const config = sandbox.store.get('configs', 'cluster')!;
    sandbox.store.put('configs', { ...config, spec: { ...config.spec, managementState: 'Removed' } });
    expect(await refused()).toMatchObject({ status: 1, code: 'REGISTRY_REMOVED' });
  });

  test('a directory of the node', async () => {
    changeTemplate((spec) => (spec.volumes = [{ name: 'registry-storage', hostPath: { path: '/data' } }]));
    const config = sandbox.store.get('configs', 'cluster')!;
    sandbox.store.put('configs', { ...config, spec: { managementState: 'Unmanaged' }, status: {} });
    expect(await refused()).toMatchObject({ status: 1, code: 'STORAGE_UNSUPPORTED' });
  });

  test('flags of an object storage for a volume', async () => {
    expect(await refused(['--storage-concurrency=8'])).toMatchObject({
      status: 1,
      code: 'USAGE',
      message: expect.stringContaining('--storage-concurrency works only with an object storage'),
    });
  });

  test('a claim that may not be read, with the permission', async () => {
    const { kubeconfig } = sandbox.addUser('some', [
      { apiGroups: ['imageregistry.operator.openshift.io', 'apps'], resources: ['*'], verbs: ['get'] },
    ]);
    const { status, stderr } = await printJob([], kubeconfig);
    expect(status).toBe(1);
    expect(stderr).toContain('cannot get resource "persistentvolumeclaims"');
    expect(stderr).toContain(`create role regadm-storage --verb=get --resource=persistentvolumeclaims`);
  });
});

test('refuses an emptyDir with exit status 4', async () => {
  const other = await startSandbox({ operator: true, emptyDir: true });
  const { status, stdout, stderr } = await printJob([], other.kubeconfig.admin);
  await other.stop();
  expect(status).toBe(4);
  expect(stdout).toBe('');
  expect(stderr).toContain('the pods of the registry keep the images in an emptyDir volume');
  expect(stderr).toContain('--accept-data-loss');
});
