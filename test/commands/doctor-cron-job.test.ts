import { execFileSync } from 'node:child_process';
import type { KubeObject } from '../../src/core/model/kube.js';
import type { DoctorDocument } from '../../src/core/doctor/report.js';
import { startSandbox, type CustomResource, type Sandbox } from '../../src/sandbox/index.js';
import { schemaProblems } from '../support/json-schema.js';
import { regadm } from '../support/regadm.js';

const NAMESPACE = 'openshift-image-registry';
const OWN = 'regadm-image-pruner';
const RESOURCES: CustomResource[] = [
  {
    group: 'networking.k8s.io',
    version: 'v1',
    resource: 'networkpolicies',
    kind: 'NetworkPolicy',
    namespaced: true,
  },
  {
    group: 'monitoring.coreos.com',
    version: 'v1',
    resource: 'prometheusrules',
    kind: 'PrometheusRule',
    namespaced: true,
  },
];
const PLURALS: Record<string, string> = {
  ServiceAccount: 'serviceaccounts',
  ClusterRole: 'clusterroles',
  ClusterRoleBinding: 'clusterrolebindings',
  NetworkPolicy: 'networkpolicies',
  CronJob: 'cronjobs',
  PrometheusRule: 'prometheusrules',
};

let sandbox: Sandbox;
afterEach(() => sandbox.stop());

/** Starts a cluster that denies all traffic, as OpenShift 4.22 does, and whose own pruning is suspended. */
async function start(): Promise<void> {
  sandbox = await startSandbox({ sample: true, storage: 'none', customResources: RESOURCES });
  sandbox.store.put('networkpolicies', {
    metadata: { name: 'default-deny', namespace: NAMESPACE },
    spec: {
      podSelector: { matchExpressions: [{ key: 'docker-registry', operator: 'DoesNotExist' }] },
      policyTypes: ['Egress'],
    },
  });
  for (const [resource, name, namespace] of [
    ['imagepruners', 'cluster', undefined],
    ['cronjobs', 'image-pruner', NAMESPACE],
  ] as const) {
    const object = namespace ? sandbox.store.get(resource, namespace, name)! : sandbox.store.get(resource, name)!;
    sandbox.store.put(resource, { ...object, spec: { ...object.spec, suspend: true } });
  }
}

function create(items: KubeObject[]): void {
  for (const item of items) sandbox.store.put(PLURALS[item.kind!]!, item);
}

/** Runs `regadm doctor` and returns its checks about CronJobs. */
async function doctor(user: 'admin' | 'pruner' = 'admin') {
  const { status, stdout } = await regadm(['doctor', '--kubeconfig', sandbox.kubeconfig[user], '-o', 'json']);
  const document = JSON.parse(stdout) as DoctorDocument;
  expect(schemaProblems('doctor', document)).toEqual([]);
  const checks = document.checks.filter(
    ({ name, message }) => name.startsWith('cron job') || message.includes(`CronJob ${OWN}`),
  );
  return { status, checks };
}

/** The objects that regadm 0.1.0 printed. */
function oldList(): KubeObject[] {
  const container = {
    name: OWN,
    image: 'quay.io/example/regadm:0.1.0',
    command: ['regadm'],
    args: [
      'prune',
      'images',
      '--certificate-authority=/var/run/secrets/kubernetes.io/serviceaccount/service-ca.crt',
      '--keep-tag-revisions=5',
      '--keep-younger-than=96h',
      '--confirm=true',
    ],
    resources: { requests: { cpu: '1', memory: '1Gi' } },
    terminationMessagePolicy: 'FallbackToLogsOnError',
  };
  const podSpec = { serviceAccountName: OWN, restartPolicy: 'OnFailure', containers: [container] };
  return [
    { kind: 'ServiceAccount', metadata: { name: OWN, namespace: NAMESPACE } },
    {
      kind: 'ClusterRoleBinding',
      metadata: { name: OWN },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:image-pruner' },
      subjects: [{ kind: 'ServiceAccount', name: OWN, namespace: NAMESPACE }],
    },
    {
      kind: 'CronJob',
      metadata: { name: OWN, namespace: NAMESPACE },
      spec: {
        schedule: '0 0 * * *',
        concurrencyPolicy: 'Forbid',
        successfulJobsHistoryLimit: 1,
        failedJobsHistoryLimit: 3,
        jobTemplate: { spec: { template: { spec: podSpec } } },
      },
    },
  ];
}

test('the CronJob of regadm 0.1.0: exactly what is wrong with it', async () => {
  await start();
  create(oldList());
  const { status, checks } = await doctor();
  expect(status).toBe(0);
  expect(checks.map(({ name, status, message }) => `${status} ${name}: ${message}`)).toEqual([
    expect.stringMatching(/^warning network: the pods of CronJob regadm-image-pruner have no outgoing traffic/),
    expect.stringMatching(/^info schedule: .*; CronJob regadm-image-pruner prunes/),
    expect.stringMatching(/^warning cron job: .*: restartPolicy is OnFailure/),
    expect.stringMatching(/^warning cron job: .*: backoffLimit is 6/),
    expect.stringMatching(/^warning cron job: .*: it has no startingDeadlineSeconds/),
    expect.stringMatching(/^warning cron job: .*: its pods have no priorityClassName/),
    expect.stringMatching(/^warning cron job: .*: its pods lack the annotation openshift\.io\/required-scc/),
    expect.stringMatching(/^warning cron job: .*: the root file system of container regadm-image-pruner is writable/),
    expect.stringMatching(/^warning cron job: .* is not as regadm prints it: labels.* does not select its pods$/),
    expect.stringMatching(/^warning cron job: .*securityContext.allowPrivilegeEscalation is absent, not false/),
    'info cron job: 6 settings of CronJob regadm-image-pruner are wrong',
    expect.stringMatching(/^info cron job alert: no PrometheusRule/),
    expect.stringMatching(
      /^info cron job: service account .* may not list controllerrevisions\.apps, .* does not keep/,
    ),
  ]);
});

test.each<[string, string[]]>([
  ['the defaults', []],
  ['other prunes and an alert', ['--with=builds,deployments', '--replica-sets', '--with-alert', '--schedule=@weekly']],
])('the objects that regadm prints with %s: no problem', async (_, flags) => {
  await start();
  const printed = await regadm([
    'prune',
    'schedule',
    '--cronjob',
    '--image=quay.io/example/regadm:1',
    ...flags,
    '-o',
    'json',
    '--kubeconfig',
    sandbox.kubeconfig.admin,
  ]);
  create((JSON.parse(printed.stdout) as { items: KubeObject[] }).items);
  const { checks } = await doctor();
  expect(checks.map(({ status, name }) => `${status} ${name}`)).toEqual([
    'info schedule',
    'ok cron job',
    'info cron job alert',
  ]);
});

test('the command to print the List again prints the same CronJob, with the settings that are right', async () => {
  await start();
  const print = async (args: string[]): Promise<KubeObject[]> => {
    const { stdout } = await regadm([...args, '-o', 'json']);
    return (JSON.parse(stdout) as { items: KubeObject[] }).items;
  };
  const first = await print([
    ...[
      'prune',
      'schedule',
      '--cronjob',
      '--image=quay.io/example/regadm:1',
      '--schedule=30 2 * * 1-5',
      '--with=builds,deployments',
    ],
    ...[
      '--replica-sets',
      '--orphans',
      '--keep-tag-revisions=7',
      '--keep-younger-than=168h',
      '--keep-complete=2',
      '--keep-failed=0',
    ],
    ...['--no-ignore-invalid-refs', '--requests=cpu=100m,memory=1Gi', '--priority-class=low', '--starting-deadline=2h'],
    ...[
      '--successful-jobs-history-limit=2',
      '--failed-jobs-history-limit=4',
      '--job-loglevel=4',
      '--images-arg=--max-delete=20%',
    ],
  ]);
  create(first.filter(({ kind }) => kind !== 'ServiceAccount'));
  const { checks } = await doctor();
  const missing = checks.find(({ message }) => message.includes('does not exist'))!;
  const command = /^create it: regadm (.*) \| oc apply -f -$/.exec(missing.suggestions![0]!)![1]!;
  const words = execFileSync('sh', ['-c', `printf '%s\\n' ${command}`], { encoding: 'utf8' });
  expect(await print(words.trimEnd().split('\n'))).toEqual(first);
});

test.each([
  ['--foo', /unknown flag: --foo/],
  ['--max-delete=abc', /max-delete/],
])('argument %s: every run ends with an error, and nothing states that it is right', async (argument, problem) => {
  await start();
  const { stdout } = await regadm(['prune', 'schedule', '--cronjob', '--image=quay.io/example/regadm:1', '-o', 'json']);
  create(
    (JSON.parse(stdout.replace('"--confirm=true"', `"${argument}", "--confirm=true"`)) as { items: KubeObject[] })
      .items,
  );
  const { checks } = await doctor();
  expect(checks).toContainEqual(
    expect.objectContaining({ status: 'warning', message: expect.stringMatching(problem) }),
  );
  expect(checks.filter(({ status }) => status === 'ok')).toEqual([]);
});

test('a user with the role of pruners: what could not be checked is unknown', async () => {
  await start();
  create(oldList());
  const { checks } = await doctor('pruner');
  expect(checks.filter(({ status }) => status === 'unknown')).toMatchObject([
    {
      message: expect.stringMatching(
        /^not checked: the placement of the pods \(this user may not read imagepruners.*; the permissions of the service account \(this user may not list clusterrole/,
      ),
    },
  ]);
});
