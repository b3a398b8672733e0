import { printJob } from '../../support/printed-job.js';
import { regadm } from '../../support/regadm.js';

// All of these fail before they need a cluster: there is no kubeconfig here.
test.each([
  ['--recover', ['--recover']],
  ['--pod cannot be specified with --print-job', ['--pod=x']],
  ['--metrics-file cannot be specified with --print-job', ['--metrics-file=/tmp/regadm-metrics']],
  ['--detailed-exitcode cannot be specified with --print-job', ['--detailed-exitcode']],
  ['--storage-credentials cannot be specified with --print-job', ['--storage=s3://bucket', '--storage-credentials=x']],
  ['--no-confirm cannot be specified with --print-job', ['--confirm=false']],
  ['--output=name cannot be specified with --print-job', ['-o', 'name']],
  ['--output=table cannot be specified with --print-job', ['-o', 'table']],
  ['--storage DIR cannot be specified with --print-job', ['--storage=/registry']],
  ['--storage URL needs --credentials-secret', ['--storage=s3://bucket']],
  ['unknown scheme', ['--storage=ftp://bucket', '--credentials-secret=s']],
  ['--storage gs://…', ['--storage=gs://bucket', '--credentials-secret=s']],
  ['"Not_A_Name" for "--credentials-secret"', ['--storage=s3://bucket', '--credentials-secret=Not_A_Name']],
  ['--storage-region works only with', ['--storage=azure://acc/con', '--credentials-secret=s', '--storage-region=x']],
  ['--redis-url contains a password', ['--redis-url=redis://user:not-shown@redis']],
  ['--redis-ca', ['--redis-url=rediss://redis', '--redis-ca=/nonexistent']],
  ['for "--schedule"', ['--schedule=soon']],
  ['no day matches', ['--schedule=0 0 31 2 *']],
  ['--suspend needs --schedule', ['--suspend']],
  ['--starting-deadline needs --schedule', ['--starting-deadline=1h']],
  ['--failed-jobs-history-limit needs --schedule', ['--failed-jobs-history-limit=1']],
  ['--active-deadline must be above 1200s', ['--active-deadline=20m']],
  ['--max-delete', ['--max-delete=lots']],
  ['--uploads-older-than', ['--uploads-older-than=soon']],
  ['for "--node-selector"', ['--node-selector=x']],
  ['--image must name an image', ['--image=UPPER CASE']],
])('is a usage error: %s', async (message, args) => {
  const { status, stdout, stderr } = await printJob(args);
  expect(stderr).toContain('error: ');
  expect(stderr).toContain(message);
  expect(stderr).not.toContain('not-shown');
  expect(stdout).toBe('');
  expect(status).toBe(1);
});

test('a password of REGADM_REDIS_URL is not shown, and the message says where it belongs', async () => {
  const { status, stderr } = await printJob([], undefined, { REGADM_REDIS_URL: 'redis://:not-shown@redis' });
  expect(status).toBe(1);
  expect(stderr).toContain('with the key REGADM_REDIS_URL');
  expect(stderr).not.toContain('not-shown');
});

test('--print-job needs --image', async () => {
  const { status, stderr } = await regadm(['prune', 'hard', '--print-job']);
  expect(status).toBe(1);
  expect(stderr).toContain('--print-job needs --image');
});

test.each([['--image=quay.io/x/y:1'], ['--schedule=@daily'], ['--credentials-secret=s'], ['--requests=cpu=1']])(
  '%s needs --print-job',
  async (flag) => {
    const { status, stderr } = await regadm(['prune', 'hard', flag]);
    expect(status).toBe(1);
    expect(stderr).toContain('--print-job');
  },
);

test('without a cluster, the storage of the registry is not known', async () => {
  const { status, stdout, stderr } = await printJob([]);
  expect(status).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toContain('no kubeconfig');
});
