import { startSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import { permissionsIn } from '../../support/job-access.js';
import { jobSpecOf, printJob, printedArgs, printedObjects, printedOf, printedPod } from '../../support/printed-job.js';

let sandbox: Sandbox;
beforeAll(async () => void (sandbox = await startSandbox({ operator: true })));
afterAll(() => sandbox.stop());

const print = (...args: string[]) => printJob(['--online', ...args], sandbox.kubeconfig.admin);

const NIGHTLY = '--schedule=0 2 * * *';

/** Returns the printed permissions besides those to read what is in use, as `VERB RESOURCE`. */
function permissions(outcome: { stdout: string }): string[] {
  return permissionsIn(printedObjects(outcome))
    .filter(({ group }) => group !== 'image.openshift.io')
    .map(({ verb, resource, name }) => [verb, resource, ...(name === undefined ? [] : [name])].join(' '))
    .sort();
}

test('prints a CronJob that mounts the volume, marks, moves and restarts the registry', async () => {
  const outcome = await print(NIGHTLY, '--grace=12h', '--max-delete=20%');
  expect(outcome.status).toBe(0);
  expect(printedArgs(outcome)).toEqual([
    'prune',
    'hard',
    '--storage=/registry',
    '--online',
    '--grace=12h',
    '--max-delete=20%',
    '--confirm',
  ]);
  expect(printedOf(outcome, 'CronJob')[0]!.spec).toMatchObject({ schedule: '0 2 * * *', concurrencyPolicy: 'Forbid' });
  expect(jobSpecOf(outcome)).toMatchObject({ backoffLimit: 0, activeDeadlineSeconds: 86_400 });
  const pod = printedPod(outcome);
  expect(pod.containers[0]!.volumeMounts).toEqual([{ name: 'registry-storage', mountPath: '/registry' }]);
  expect(pod.terminationGracePeriodSeconds).toBe(300);
  expect(permissions(outcome)).toEqual([
    'get configs cluster',
    'get deployments image-registry',
    'get persistentvolumeclaims image-registry-storage',
    'list pods',
    'patch deployments image-registry',
  ]);
  expect(outcome.stderr).toContain('or use --no-restart');
  expect(outcome.stderr).toContain('regadm trash restore');
  expect(outcome.stderr).not.toContain('--recover');
  expect(outcome.stderr).not.toContain('--schedule');
});

test('with --no-restart, the Job may not change the Deployment', async () => {
  const outcome = await print('--no-restart', NIGHTLY);
  expect(outcome.status).toBe(0);
  expect(printedArgs(outcome)).toContain('--no-restart');
  expect(permissions(outcome)).toEqual(['get configs cluster', 'list pods']);
  expect(outcome.stderr).toContain('regadm registry restart');
  expect(outcome.stderr).not.toContain('on another node');
});

test('with --read-only=skip, the Job may only read images and image streams', async () => {
  const outcome = await print('--read-only=skip', NIGHTLY);
  expect(outcome.status).toBe(0);
  expect(permissions(outcome)).toEqual([]);
  expect(outcome.stderr).not.toContain('nobody may push');
});

test('a Job without a schedule tells that several runs are needed', async () => {
  expect((await print()).stderr).toContain("--schedule='0 2 * * *'");
});

test('an Unmanaged registry can be pruned online, because its mode is not changed', async () => {
  const config = sandbox.store.get('configs', 'cluster')!;
  sandbox.store.put('configs', { ...config, spec: { ...config.spec, managementState: 'Unmanaged' } });
  const outcome = await print(NIGHTLY);
  sandbox.store.put('configs', config);
  expect(outcome.status).toBe(0);
  expect(outcome.stderr).not.toContain('refused now');
});

test('a run can wait long: it ends after that', async () => {
  expect(jobSpecOf(await print(NIGHTLY, '--recheck-after=24h'))).toMatchObject({
    activeDeadlineSeconds: 1.5 * (600 + 24 * 3600),
  });
});

test.each([
  ['--active-deadline must be above 660s', ['--active-deadline=11m']],
  ['--active-deadline must be above 60s', ['--active-deadline=1m', '--no-restart']],
  ['--discard-marks cannot be specified with --schedule', ['--discard-marks', NIGHTLY]],
  ['--rules=registry cannot be specified with --online', ['--rules=registry']],
  ['--read-only=required cannot be specified with --online', ['--read-only=required']],
  ['--pod cannot be specified with --', ['--pod=x']],
  ['"long" for "--grace"', ['--grace=long']],
])('is a usage error: %s', async (message, args) => {
  const { status, stdout, stderr } = await printJob(['--online', ...args]);
  expect(stderr).toContain(message);
  expect(stdout).toBe('');
  expect(status).toBe(1);
});

test('flags of an online run need --online', async () => {
  const { status, stderr } = await printJob(['--grace=1h']);
  expect(stderr).toContain('--grace works only with --online');
  expect(status).toBe(1);
});
