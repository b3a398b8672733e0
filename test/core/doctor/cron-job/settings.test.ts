import { ago, examine, examined, HOUR, OWN, podsOf, rightCluster, rightCronJob, type Json } from './cluster.js';
import { isRecord } from '../../../../src/core/model/values/json.js';

const NAMESPACE = 'openshift-image-registry';
const WITHOUT_ALERT = { name: 'cron job alert' };

/** Returns the checks of a CronJob after a change, without those that always pass. */
async function findings(change: (cronJob: ReturnType<typeof rightCronJob>) => void) {
  const cronJob = rightCronJob();
  change(cronJob);
  return (await examine(rightCluster(cronJob))).filter(({ name }) => name !== WITHOUT_ALERT.name);
}

/** Applies the patch of a remedy as `oc patch` does: objects are merged, and entries of lists by name. */
function patched(target: Json = {}, { $patch, ...patch }: Json): Json {
  const result: Json = $patch === 'replace' ? {} : { ...target };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else if (/^(?:env|volumeMounts|volumes)$|ontainers$/.test(key))
      result[key] = patchedByName(result[key] as Json[], value as Json[]);
    else result[key] = isRecord(value) ? patched(result[key] as Json, value) : value;
  }
  return result;
}

function patchedByName(entries: Json[] = [], patches: Json[]): Json[] {
  const nameOf = ({ name, mountPath }: Json): unknown => mountPath ?? name;
  const isIn = (list: Json[], entry: Json): boolean => list.some((each) => nameOf(each) === nameOf(entry));
  return [...entries, ...patches.filter((patch) => !isIn(entries, patch))].flatMap((entry) => {
    const patch = patches.find((each) => nameOf(each) === nameOf(entry)) ?? {};
    return patch.$patch === 'delete' ? [] : [patched(entry, patch)];
  });
}

test('a CronJob that is right: one line states it', async () => {
  expect(await findings(() => {})).toEqual([
    { name: 'cron job', status: 'ok', message: `CronJob ${OWN} is set up to prune` },
  ]);
});

test('no CronJob that prunes: nothing, after one request', async () => {
  const { checks, requests } = await examined({ ...rightCluster(), cronjobs: [rightCronJob('another')] });
  expect(checks).toEqual([]);
  expect(requests).toEqual([`GET /apis/batch/v1/namespaces/${NAMESPACE}/cronjobs`]);
});

test('each object is read once', async () => {
  const { requests } = await examined(rightCluster());
  expect(requests.toSorted()).toEqual(
    [
      '/apis',
      `/apis/batch/v1/namespaces/${NAMESPACE}/cronjobs`,
      `/api/v1/namespaces/${NAMESPACE}/pods`,
      `/apis/batch/v1/namespaces/${NAMESPACE}/jobs`,
      `/api/v1/namespaces/${NAMESPACE}/serviceaccounts`,
      '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
      '/apis/rbac.authorization.k8s.io/v1/clusterroles',
      `/apis/monitoring.coreos.com/v1/namespaces/${NAMESPACE}/prometheusrules`,
      '/apis/imageregistry.operator.openshift.io/v1/imagepruners/cluster',
      '/apis/imageregistry.operator.openshift.io/v1/configs/cluster',
    ]
      .map((path) => `GET ${path}`)
      .sort(),
  );
});

const PATCHED: [string, (cronJob: Json) => void, RegExp][] = [
  [
    'restartPolicy',
    (job) => (podsOf(job).restartPolicy = 'OnFailure'),
    /restartPolicy is OnFailure, not Never, so a run/,
  ],
  ['backoffLimit', (job) => delete job.spec.jobTemplate.spec.backoffLimit, /backoffLimit is 6, .* up to 6 times$/],
  ['backoffLimit of 2', (job) => (job.spec.jobTemplate.spec.backoffLimit = 2), /backoffLimit is 2, .* up to 2 times$/],
  ['concurrencyPolicy', (job) => delete job.spec.concurrencyPolicy, /concurrencyPolicy is Allow, .* a run can start/],
  ['Replace', (job) => (job.spec.concurrencyPolicy = 'Replace'), /is Replace, not Forbid, so Kubernetes ends a run/],
  [
    'a deadline',
    (job) => delete job.spec.startingDeadlineSeconds,
    /has no startingDeadlineSeconds, so .* any time of the day/,
  ],
  [
    'a longer one',
    (job) => (job.spec.startingDeadlineSeconds = 5),
    /startingDeadlineSeconds is 5, below 10, so .* miss/,
  ],
  ['a priority class', (job) => delete podsOf(job).priorityClassName, /have no priorityClassName, so .* they wait/],
  [
    'required-scc',
    (job) => delete job.spec.jobTemplate.spec.template.metadata.annotations,
    /lack the annotation openshift\.io\/required-scc, so/,
  ],
  [
    'terminationMessagePolicy',
    (job) => delete podsOf(job).containers[0].terminationMessagePolicy,
    /terminationMessagePolicy of container regadm-image-pruner is not FallbackToLogsOnError, so/,
  ],
  [
    'a read-only file system',
    (job) => (podsOf(job).containers[0].securityContext.readOnlyRootFilesystem = false),
    /root file system of container regadm-image-pruner is writable/,
  ],
  [
    'time to run',
    (job) => (job.spec.jobTemplate.spec.activeDeadlineSeconds = 1),
    /activeDeadlineSeconds is 1, so Kubernetes ends every run after 1 s/,
  ],
];

test.each(PATCHED)('without %s: what follows, and the patch that corrects it', async (_, change, message) => {
  const [check, ...others] = await findings(change);
  expect(others).toEqual([]);
  expect(check).toMatchObject({ name: 'cron job', status: 'warning', message: expect.stringMatching(message) });
  const patch = new RegExp(`^oc -n ${NAMESPACE} patch cronjob ${OWN} -p '(.*)'$`).exec(check!.suggestions![0]!)![1]!;
  const corrected = await findings((job) => {
    change(job);
    Object.assign(job, patched(job, JSON.parse(patch) as Json));
  });
  expect(corrected).toMatchObject([{ status: 'ok' }]);
});

/** A CronJob that prunes builds first, as regadm prints it. */
function withBuilds(cronJob: Json): Json {
  const [container] = podsOf(cronJob).containers as Json[];
  const deferral = (name: string) => ({
    env: [{ name, value: '/run/regadm/failures' }],
    volumeMounts: [{ name: 'failures', mountPath: '/run/regadm' }],
  });
  const builds = { ...structuredClone(container), name: 'prune-builds', args: ['prune', 'builds', '--confirm=true'] };
  Object.assign(podsOf(cronJob), {
    initContainers: [{ ...builds, ...deferral('REGADM_DEFER_FAILURE') }],
    containers: [{ ...container, ...deferral('REGADM_REPORT_FAILURES') }],
    volumes: [{ name: 'failures', emptyDir: { sizeLimit: '1Mi' } }],
  });
  return cronJob;
}

/** Findings about what regadm prints differently, after a change of a CronJob that prunes builds and images. */
async function differences(change: (cronJob: Json) => void) {
  const checks = await findings((job) => change(withBuilds(job)));
  return checks.filter(({ message }) => !message.startsWith('service account'));
}

const DIFFERENT: [string, (pods: Json, job: Json) => void, RegExp][] = [
  [
    'several pods',
    (_, job) => Object.assign(job, { parallelism: 3, completions: 3 }),
    /parallelism is 3, .*same time$/,
  ],
  ['no token', (pods) => (pods.automountServiceAccountToken = false), /have no token/],
  ['the network of the node', (pods) => (pods.hostNetwork = true), /hostNetwork is true, not absent, so .* privileges/],
  ['another user', (pods) => (pods.securityContext = { runAsUser: 0 }), /securityContext is .* privileges/],
  [
    'another SCC',
    (_, { template }) => (template.metadata.annotations['openshift.io/required-scc'] = 'privileged'),
    /required-scc is privileged, not restricted-v2, so .* privileges/,
  ],
  [
    'privileges',
    ({ containers }) => (containers[0].securityContext.privileged = true),
    /securityContext.privileged is true, not absent \(container regadm-image-pruner\), so/,
  ],
  [
    'no restrictions',
    ({ containers, initContainers }) =>
      [...containers, ...initContainers].forEach(
        (each: Json) => (each.securityContext = { readOnlyRootFilesystem: true }),
      ),
    /runAsNonRoot is absent, not true \(container prune-builds, regadm-image-pruner\)/,
  ],
  ['no label', (_, { template }) => delete template.metadata.labels, /labels\..* NetworkPolicy .* does not select/],
  [
    'another program',
    ({ containers }) => Object.assign(containers[0], { command: ['oc', 'adm'] }),
    /command is oc, not regadm .*, so it is not certain/,
  ],
  [
    'a failure that nobody reports',
    ({ containers }) => delete containers[0].env,
    /variable REGADM_REPORT_FAILURES is absent .* remain unnoticed$/,
  ],
  [
    'another file of failures',
    ({ containers }) => (containers[0].env[0].value = '/run/other'),
    /variable REGADM_REPORT_FAILURES is set to another value .* remain unnoticed$/,
  ],
  [
    'a failure that ends the run',
    ({ initContainers }) => delete initContainers[0].env,
    /DEFER_FAILURE is absent .* end/,
  ],
  ['no volume for failures', ({ containers }) => delete containers[0].volumeMounts, /volumeMounts\.\/run\/regadm is/],
];

test.each(DIFFERENT)('pods with %s: a warning, and the patch that corrects it', async (_, change, message) => {
  const changed = (job: Json): void => change(podsOf(job), job.spec.jobTemplate.spec as Json);
  const [check, ...others] = await differences(changed);
  expect(others).toEqual([]);
  expect(check).toMatchObject({ status: 'warning', message: expect.stringMatching(message) });
  const patch = / -p '(.*)'$/.exec(check!.suggestions![0]!)![1]!;
  const corrected = await differences((job) => {
    changed(job);
    Object.assign(job, patched(job, JSON.parse(patch) as Json));
  });
  expect(corrected.filter(({ message }) => message.includes('not as regadm prints it'))).toEqual([]);
});

const UNKNOWN: [string, (pods: Json, job: Json) => void, RegExp][] = [
  [
    'imagePullSecrets',
    (pods) => (pods.imagePullSecrets = [{ name: 'quay' }]),
    /imagePullSecrets is \[.*\], not absent$/,
  ],
  ['a proxy', ({ containers }) => containers[0].env.push({ name: 'P', value: 'secret' }), /variable P is set \(.*\)$/],
  ['variables of a map', ({ containers }) => (containers[0].envFrom = [{ secretRef: {} }]), /envFrom is /],
  ['a field of a later release', (pods) => (pods.newField = { a: 1 }), /newField is \{"a":1\}, not absent$/],
  ['a hook', ({ containers }) => (containers[0].lifecycle = { preStop: {} }), /lifecycle is .* \(container/],
  ['a time to live', (_, job) => (job.ttlSecondsAfterFinished = 0), /ttlSecondsAfterFinished is 0, not absent$/],
];

test.each(UNKNOWN)('pods with %s: information, and no statement that all is right', async (_, change, message) => {
  const found = await differences((job) => change(podsOf(job), job.spec.jobTemplate.spec as Json));
  expect(found[0]).toMatchObject({ status: 'info', message: expect.stringMatching(message) });
  expect(found.filter(({ status }) => status === 'ok')).toEqual([]);
  expect(JSON.stringify(found)).not.toContain('secret"');
});

test.each<[string, (pods: Json) => void, RegExp]>([
  ['no prune of images', (pods) => (pods.containers = [{ ...pods.initContainers[0], name: 'x' }]), /prunes images$/],
  [
    'another order',
    (pods) => ([pods.containers, pods.initContainers] = [pods.initContainers, pods.containers]),
    /order$/,
  ],
  ['a further container', (pods) => pods.containers.push({ name: 'x' }), /prune images and x, not .* in this order$/],
])('%s: the command that prints the List again', async (_, change, message) => {
  const found = await differences((job) => change(podsOf(job)));
  const check = found.find((each) => each.message.includes('its containers are'));
  expect(check).toMatchObject({
    status: 'warning',
    message: expect.stringMatching(message),
    suggestions: [expect.stringMatching(/^delete it, then print the List again: regadm prune schedule --cronjob /)],
  });
  expect(found.filter(({ status }) => status === 'ok')).toEqual([]);
});

test('what the API server adds does not count as a difference', async () => {
  const found = await findings((job) => {
    const spec = podsOf(job);
    Object.assign(job.spec.jobTemplate.spec, { parallelism: 1, completions: 1, completionMode: 'NonIndexed' });
    job.spec.jobTemplate.spec.template.metadata.creationTimestamp = null;
    job.spec.jobTemplate.spec.template.metadata.annotations['kubectl.kubernetes.io/restartedAt'] = 'now';
    Object.assign(spec, {
      dnsPolicy: 'ClusterFirst',
      schedulerName: 'default-scheduler',
      securityContext: {},
      serviceAccount: OWN,
      terminationGracePeriodSeconds: 30,
    });
    Object.assign(spec.containers[0], { imagePullPolicy: 'Always', terminationMessagePath: '/dev/termination-log' });
  });
  expect(found).toMatchObject([{ status: 'ok' }]);
});

describe('suspended', () => {
  test('together with the ImagePruner: nothing prunes', async () => {
    expect(await findings((job) => (job.spec.suspend = true))).toMatchObject([
      {
        status: 'warning',
        message: `CronJob ${OWN} is suspended, and so is the ImagePruner, so nothing prunes by itself`,
        suggestions: [`resume it: oc -n ${NAMESPACE} patch cronjob ${OWN} -p '{ "spec": { "suspend": false } }'`],
      },
    ]);
  });

  test('while the ImagePruner runs: information; that no run succeeds is not reported', async () => {
    const cronJob = rightCronJob();
    Object.assign(cronJob.spec, { suspend: true });
    cronJob.metadata.creationTimestamp = ago(1000 * HOUR);
    const contents = { ...rightCluster(cronJob), imagepruners: [{ metadata: { name: 'cluster' }, spec: {} }] };
    expect((await examine(contents)).map(({ status, name }) => [status, name])).toEqual([
      ['ok', 'cron job'],
      ['info', 'cron job'],
      ['info', 'cron job alert'],
    ]);
  });
});

describe('placement', () => {
  const TOLERATIONS = [
    { key: 'infra', operator: 'Exists', effect: 'NoSchedule' },
    { key: 'zone', operator: 'Equal', value: "a'b" },
  ];
  const NODE_SELECTOR = { 'node-role.kubernetes.io/infra': '' };
  const pruner = (spec: object) => [{ metadata: { name: 'cluster' }, spec: { suspend: true, ...spec } }];

  test('that the ImagePruner has and the CronJob lacks: a warning, and a patch that corrects it', async () => {
    const imagepruners = pruner({ tolerations: TOLERATIONS, nodeSelector: NODE_SELECTOR });
    const checks = (await examine({ ...rightCluster(), imagepruners })).filter(({ status }) => status === 'warning');
    expect(checks.map(({ message }) => message)).toEqual([
      expect.stringMatching(/lacks the tolerations of the ImagePruner, so its pods stay Pending/),
      expect.stringMatching(/lacks the nodeSelector of the ImagePruner, so its pods can run/),
    ]);
    const corrected = checks.reduce((job, { suggestions }) => {
      const patch = / -p '(.*)'$/.exec(suggestions![0]!)![1]!.replaceAll(`'\\''`, `'`);
      return patched(job, JSON.parse(patch) as Json);
    }, rightCronJob());
    expect(await examine({ ...rightCluster(corrected), imagepruners })).toMatchObject([
      { status: 'ok' },
      { name: 'cron job alert' },
    ]);
  });

  test('the patch replaces a field only if the CronJob has it: some API servers store the directive otherwise', async () => {
    const imagepruners = pruner({ nodeSelector: NODE_SELECTOR });
    const cronJob = rightCronJob();
    expect(JSON.stringify(await examine({ ...rightCluster(cronJob), imagepruners }))).not.toContain('$patch');
    podsOf(cronJob).nodeSelector = { zone: 'a' };
    expect(JSON.stringify(await examine({ ...rightCluster(cronJob), imagepruners }))).toContain('$patch');
  });

  test('that is equal in another order passes; another one is information', async () => {
    const cronJob = rightCronJob();
    const { operator: _, ...second } = TOLERATIONS[1]!;
    Object.assign(podsOf(cronJob), {
      tolerations: [second, TOLERATIONS[0]],
      nodeSelector: NODE_SELECTOR,
      affinity: {},
    });
    const imagepruners = pruner({ tolerations: TOLERATIONS });
    expect(await examine({ ...rightCluster(cronJob), imagepruners })).toMatchObject([
      { status: 'ok' },
      { status: 'info', message: `CronJob ${OWN} and the ImagePruner differ in nodeSelector` },
      { name: 'cron job alert' },
    ]);
  });

  test('is not compared in a cluster without an ImagePruner', async () => {
    expect(await examine({ ...rightCluster(), imagepruners: [] })).toMatchObject([
      { status: 'ok' },
      { name: 'cron job alert' },
    ]);
  });
});
