import { ALERT, alertExpression } from '../../../../src/core/schedule/cron-job/alert.js';
import {
  ago,
  alertAbout,
  examine,
  HOUR,
  OWN,
  podsOf,
  rightCluster,
  rightCronJob,
  type Contents,
  type Json,
} from './cluster.js';

async function problems(contents: Contents) {
  return (await examine(contents)).filter(({ status }) => status === 'warning');
}

/** A CronJob that was created long ago, with this schedule and time of the last success, as ms ago. */
function aged(schedule: string, lastSuccess?: number, name = OWN) {
  const cronJob = rightCronJob(name);
  cronJob.metadata.creationTimestamp = ago(5000 * HOUR);
  cronJob.spec.schedule = schedule;
  if (lastSuccess !== undefined) cronJob.status.lastSuccessfulTime = ago(lastSuccess);
  return cronJob;
}

test.each([
  ['0 0 * * *', 73 * HOUR],
  ['@hourly', 4 * HOUR],
  ['@every 90m', 5 * HOUR],
  ['0 0 * * 1-5', 121 * HOUR],
])('schedule %s: no success for three periods', async (schedule, lastSuccess) => {
  expect(await problems(rightCluster(aged(schedule, lastSuccess)))).toMatchObject([
    {
      name: 'cron job runs',
      message: expect.stringMatching(/^no run of CronJob regadm-image-pruner has succeeded since \d{4}-.* 3 periods/),
      suggestions: [expect.stringContaining('describe cronjob'), expect.stringContaining('--run-now')],
    },
  ]);
});

test.each([
  ['0 0 * * *', 71 * HOUR],
  ['@weekly', 20 * 24 * HOUR],
  ['0 0 * * 1-5', 119 * HOUR],
  ['not a schedule', 1000 * HOUR],
])('schedule %s: a success that is recent enough, or cannot be judged', async (schedule, lastSuccess) => {
  expect(await problems(rightCluster(aged(schedule, lastSuccess)))).toEqual([]);
});

test('no success since the CronJob was created', async () => {
  expect(await problems(rightCluster(aged('0 0 * * *')))).toMatchObject([
    { message: expect.stringContaining('has succeeded since the CronJob was created (20') },
  ]);
});

test("the operator's CronJob is judged, too, unless it is suspended", async () => {
  const cronJob = aged('0 0 * * *', undefined, 'image-pruner');
  podsOf(cronJob).serviceAccountName = 'pruner';
  expect(await problems(rightCluster(cronJob))).toMatchObject([{ message: expect.stringContaining('image-pruner') }]);
  Object.assign(cronJob.spec, { suspend: true });
  expect(await examine(rightCluster(cronJob))).toEqual([]);
});

describe('the latest pod', () => {
  const pod = (job: string, created: number, status: object) => ({
    metadata: { name: `${job}-x`, creationTimestamp: ago(created), ownerReferences: [{ kind: 'Job', name: job }] },
    status,
  });
  const waiting = (reason: string, field = 'containerStatuses') => ({
    phase: 'Pending',
    [field]: [{ name: 'c', state: { waiting: { reason, message: 'its words' } } }],
  });

  test.each([
    [`${OWN}-29000001`, 'ImagePullBackOff', 'containerStatuses', 'no other run starts'],
    [
      `${OWN}-manual-1f2e3d`,
      'ErrImagePull',
      'initContainerStatuses',
      'every other prune of images by regadm is refused',
    ],
  ])('of job %s waits for its image (%s)', async (job, reason, field, effect) => {
    const pods = [pod(job, 1, waiting(reason, field)), pod(`${OWN}-29000000`, 2 * HOUR, { phase: 'Succeeded' })];
    expect(await problems({ ...rightCluster(), pods })).toMatchObject([
      {
        name: 'cron job runs',
        message: `pod ${job}-x of CronJob ${OWN} cannot start: ${reason}: its words; while its job ${job} waits, ${effect}`,
        suggestions: [
          `push the image, or set another one: oc -n openshift-image-registry set image cronjob/${OWN} c=IMAGE`,
          `then end the waiting run: oc -n openshift-image-registry delete job ${job}`,
        ],
      },
    ]);
  });

  test('that waits for another reason', async () => {
    const pods = [pod(`${OWN}-1`, 1, waiting('CreateContainerConfigError'))];
    expect(await problems({ ...rightCluster(), pods })).toMatchObject([
      { suggestions: [expect.stringContaining(`describe pod ${OWN}-1-x`), expect.anything()] },
    ]);
  });

  test('that fits on no node, of a CronJob whose runs can overlap', async () => {
    const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes fit' }];
    const cronJob = rightCronJob();
    cronJob.spec.concurrencyPolicy = 'Replace';
    const pods = [pod(`${OWN}-1`, 1, { phase: 'Pending', conditions })];
    const found = await problems({ ...rightCluster(cronJob), pods });
    expect(found.filter(({ name }) => name === 'cron job runs')).toMatchObject([
      { message: `pod ${OWN}-1-x of CronJob ${OWN} cannot start: Unschedulable: 0/3 nodes fit` },
    ]);
  });

  test.each([
    ['is about to start', [pod(`${OWN}-1`, 1, waiting('ContainerCreating'))]],
    ['runs', [pod(`${OWN}-1`, 1, { containerStatuses: [{ name: 'c', state: { running: {} } }] })]],
    [
      'ran, and an older one waits',
      [pod(`${OWN}-1`, HOUR, waiting('ErrImagePull')), pod(`${OWN}-2`, 1, { phase: 'Succeeded' })],
    ],
    ['belongs to another CronJob', [pod(`${OWN}-of-others-1`, 1, waiting('ErrImagePull'))]],
    ['belongs to no job', [{ metadata: { name: 'p' }, status: waiting('ErrImagePull') }]],
  ])('that %s is not reported', async (_, pods) => {
    expect(await problems({ ...rightCluster(), pods })).toEqual([]);
  });
});

describe('a job that has no pod', () => {
  const job = (created: number, more: Json = {}, owner = OWN) => ({
    metadata: {
      name: `${OWN}-29000001`,
      creationTimestamp: ago(created),
      ownerReferences: [{ kind: 'CronJob', name: owner }],
    },
    status: { startTime: ago(created) },
    ...more,
  });

  test('is reported: it never ends', async () => {
    const jobs = [job(HOUR / 2)];
    const checks = await examine({ ...rightCluster(), jobs });
    expect(checks.filter(({ message }) => message.includes('is set up to prune'))).toEqual([]);
    expect(checks.filter(({ status }) => status === 'warning')).toMatchObject([
      {
        name: 'cron job runs',
        message: expect.stringMatching(
          /^job regadm-image-pruner-29000001 of CronJob regadm-image-pruner has no pod since it was created \(20.*\); usually, a quota .*; while its job regadm-image-pruner-29000001 waits, no other run starts$/,
        ),
        suggestions: [
          `see why in its events: oc -n openshift-image-registry describe job ${OWN}-29000001`,
          `then end the waiting run: oc -n openshift-image-registry delete job ${OWN}-29000001`,
        ],
      },
    ]);
  });

  test.each<[string, Json]>([
    ['is new', job(1000)],
    ['is suspended', job(HOUR, { spec: { suspend: true } })],
    ['has ended, and its pod was deleted', job(HOUR, { status: { succeeded: 1 } })],
    ['has failed', job(HOUR, { status: { conditions: [{ type: 'Failed', status: 'True' }] } })],
    ['belongs to something else', job(HOUR, {}, 'others')],
  ])('and %s is not reported', async (_, one) => {
    expect(await problems({ ...rightCluster(), jobs: [one] })).toEqual([]);
  });

  test('is not reported if it has one, and what cannot be read is named', async () => {
    const ownerReferences = [{ kind: 'Job', name: `${OWN}-29000001` }];
    const pods = [{ metadata: { name: 'p', ownerReferences }, status: { phase: 'Running' } }];
    expect(await problems({ ...rightCluster(), jobs: [job(HOUR)], pods })).toEqual([]);
    expect(await examine({ ...rightCluster(), jobs: 403 })).toContainEqual(
      expect.objectContaining({ message: expect.stringContaining('not checked: whether jobs get their pod') }),
    );
  });
});

describe('the alert', () => {
  const alert = async (contents: Contents) => (await examine(contents)).filter(({ name }) => name === 'cron job alert');

  const printed = (schedule: string) => ({
    metadata: { name: OWN },
    spec: { groups: [{ rules: [{ alert: ALERT, expr: alertExpression(schedule)?.replaceAll('\n', ' ') }] }] },
  });

  test('that was printed for the schedule is named', async () => {
    expect(await alert({ ...rightCluster(), prometheusrules: [printed('0 0 * * *')] })).toEqual([
      { name: 'cron job alert', status: 'info', message: `PrometheusRule ${OWN} has an alert about CronJob ${OWN}` },
    ]);
  });

  test.each([
    printed('0 0 * * 0'),
    { ...printed('0 0 * * *'), spec: { groups: [{ rules: [{ alert: ALERT, expr: `vector(0) > 1 # ${OWN}` }] }] } },
  ])('that is not the one for the schedule is a warning: %j', async (rule) => {
    expect(await alert({ ...rightCluster(), prometheusrules: [rule] })).toMatchObject([
      {
        status: 'warning',
        message: expect.stringContaining('is not the one for the schedule') as string,
        suggestions: [expect.stringMatching(/--with-alert \| oc apply -f -$/) as string],
      },
    ]);
  });

  test('of another kind is named, and not judged', async () => {
    expect(await alert(rightCluster())).toEqual([
      {
        name: 'cron job alert',
        status: 'info',
        message: `alert NotPruned of PrometheusRule nightly names CronJob ${OWN}; when it fires was not checked`,
      },
    ]);
  });

  test.each<[Json[]]>([[[]], [[alertAbout('another')]], [[{ metadata: { name: 'empty' } }]]])(
    'that does not exist among %j: the command that prints one',
    async (prometheusrules) => {
      expect(await alert({ ...rightCluster(), prometheusrules })).toMatchObject([
        { status: 'info', suggestions: [expect.stringMatching(/--with-alert \| oc apply -f -$/)] },
      ]);
    },
  );

  test('is not mentioned in a cluster without PrometheusRules', async () => {
    expect(await alert({ ...rightCluster(), prometheusrules: 'absent' })).toEqual([]);
  });
});
