import type { CronJob } from '../../../../src/core/doctor/cron-job/manifest.js';
import { printAgain } from '../../../../src/core/doctor/cron-job/print-again.js';
import { podsOf, rightCronJob } from './cluster.js';

const command = (flags: string): string => `regadm prune schedule --cronjob ${flags} | oc apply -f -`;

test('the command to print the List again keeps the image, the schedule and what is kept', () => {
  const cronJob = rightCronJob();
  cronJob.spec.schedule = '30 2 * * *';
  podsOf(cronJob).containers[0].args = ['prune', 'images', '--keep-tag-revisions=3', '--keep-younger-than', '7d'];
  expect(printAgain(cronJob as CronJob)).toBe(
    command("--image=quay.io/example/regadm:1 --schedule='30 2 * * *' --keep-tag-revisions=3 --keep-younger-than=7d"),
  );
});

test('it keeps which prunes run, and adds flags', () => {
  const cronJob = rightCronJob();
  podsOf(cronJob).initContainers = [
    { name: 'a', args: ['prune', 'builds'] },
    { name: 'b', args: ['prune', 'deployments', '--replica-sets'] },
  ];
  expect(printAgain(cronJob as CronJob, '--with-alert')).toBe(
    command('--image=quay.io/example/regadm:1 --with=builds,deployments --replica-sets --with-alert'),
  );
});

test('it keeps further settings and arguments, but not those that are wrong', () => {
  const cronJob = rightCronJob();
  Object.assign(cronJob.spec, {
    startingDeadlineSeconds: 7200,
    successfulJobsHistoryLimit: 2,
    failedJobsHistoryLimit: 3,
  });
  const [container] = podsOf(cronJob).containers;
  container.resources = { requests: { memory: '2Gi', cpu: 1 } };
  container.args = [
    'prune',
    'images',
    '--max-delete',
    '20%',
    '--no-ignore-invalid-refs',
    '--loglevel=4',
    '--protect=a b',
  ];
  podsOf(cronJob).priorityClassName = 'low';
  expect(printAgain(cronJob as CronJob)).toBe(
    command(
      '--image=quay.io/example/regadm:1 --requests=cpu=1,memory=2Gi --priority-class=low --starting-deadline=7200s ' +
        "--successful-jobs-history-limit=2 --job-loglevel=4 --no-ignore-invalid-refs --images-arg=--max-delete=20% --images-arg='--protect=a b'",
    ),
  );
  cronJob.spec.startingDeadlineSeconds = 5;
  expect(printAgain(cronJob as CronJob)).not.toContain('deadline');
});

test('a value from the cluster cannot end the command', () => {
  const cronJob = rightCronJob();
  podsOf(cronJob).containers[0].image = "x'; rm -rf /; echo '";
  expect(printAgain(cronJob as CronJob)).toBe(command(`--image='x'\\''; rm -rf /; echo '\\'''`));
});

test('it keeps limits, the maximum time of a run and the suspension', () => {
  const cronJob = rightCronJob();
  cronJob.spec.suspend = true;
  cronJob.spec.jobTemplate.spec.activeDeadlineSeconds = 7200;
  podsOf(cronJob).containers[0].resources = { limits: { memory: '4Gi', cpu: 2 } };
  expect(printAgain(cronJob as CronJob)).toBe(
    command('--image=quay.io/example/regadm:1 --limits=cpu=2,memory=4Gi --active-deadline=7200s --suspend'),
  );
  cronJob.spec.jobTemplate.spec.activeDeadlineSeconds = 1; // one of the problems
  expect(printAgain(cronJob as CronJob)).not.toContain('deadline');
});

test('it omits the arguments that --cronjob refuses, and names them without their values', () => {
  const cronJob = rightCronJob();
  podsOf(cronJob).initContainers = [{ name: 'a', args: ['prune', 'builds', '--detailed-exitcode=true'] }];
  podsOf(cronJob).containers[0].args = [
    ...['prune', 'images', '--metrics-file', '/tmp/metrics', '--kubeconfig=/secret', '--token=abc'],
    ...['--max-delete=9', '--audit-log=/dev/stdout'],
  ];
  expect(printAgain(cronJob as CronJob)).toBe(
    command(
      '--image=quay.io/example/regadm:1 --with=builds --images-arg=--max-delete=9 --images-arg=--audit-log=/dev/stdout',
    ) + ' # without --detailed-exitcode, --metrics-file, --kubeconfig, --token: --cronjob refuses this',
  );
});
