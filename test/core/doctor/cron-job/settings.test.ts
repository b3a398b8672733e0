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
    else if (/ontainers$/.test(key)) result[key] = patchedByName(result[key] as Json[], value as Json[]);
    else result[key] = isRecord(value) ? patched(result[key] as Json, value) : value;
  }
  return result;
}

function patchedByName(entries: Json[], patches: Json[]): Json[] {
  return entries.map((entry) => patched(entry, patches.find(({ name }) => name === entry.name) ?? {}));
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
      `/apis/batch/v1/namespaces/${NAMESPACE}/cronjobs`,
      `/api/v1/namespaces/${NAMESPACE}/pods`,
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
    (job) => delete job.spec.jobTemplate.spec.template.metadata,
    /lack the annotation openshift\.io\/required-scc, so/,
  ],
  [
    'terminationMessagePolicy',
    (job) => delete podsOf(job).containers[0].terminationMessagePolicy,
    /terminationMessagePolicy of container regadm-image-pruner is not FallbackToLogsOnError, so/,
  ],
  [
    'a read-only file system, in an init container',
    (job) =>
      (podsOf(job).initContainers = [
        {
          name: 'first',
          terminationMessagePolicy: 'FallbackToLogsOnError',
          securityContext: { readOnlyRootFilesystem: false },
        },
      ]),
    /root file system of container first is writable/,
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
