import type { ChildProcess } from 'node:child_process';
import { parse } from 'yaml';
import { startSandbox } from '../../../src/sandbox/index.js';
import type { Sandbox, SandboxOptions } from '../../../src/sandbox/index.js';
import { schemaProblems } from '../../support/json-schema.js';
import { regadm, type Outcome } from '../../support/regadm.js';

let sandbox: Sandbox;

async function start(options: SandboxOptions = {}): Promise<void> {
  sandbox = await startSandbox({ operator: true, rolloutStepMs: 5, ...options });
}

function schedule(...args: string[]): Promise<Outcome> {
  return regadm(['prune', 'schedule', ...args, '--kubeconfig', sandbox.kubeconfig.admin]);
}

function patches(): string[] {
  return sandbox.requests.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`);
}

function spec(): Record<string, unknown> {
  return sandbox.store.get('imagepruners', 'cluster')!.spec!;
}

const OWN_CRON_JOB = {
  metadata: { name: 'regadm-image-pruner', namespace: 'openshift-image-registry' },
  spec: {
    schedule: '@daily',
    jobTemplate: { spec: { template: { spec: { containers: [{ name: 'c', image: 'x' }] } } } },
  },
};

afterEach(() => sandbox?.stop());

describe('shown', () => {
  test('as a table', async () => {
    await start();
    const { status, stdout } = await schedule();
    expect(status).toBe(0);
    expect(stdout).toMatch(/^IMAGEPRUNER cluster$/m);
    expect(stdout).toMatch(/^schedule +0 0 \* \* \* +default$/m);
    expect(stdout).toMatch(/^keepTagRevisions +3$/m);
    expect(stdout).toMatch(/^Available +True +AsExpected +Pruner CronJob has been created$/m);
    expect(stdout).toMatch(/^image-pruner +0 0 \* \* \* +false +0/m);
    expect(stdout).toMatch(/^LAST RUNS\n\(none\)$/m);
  });

  test('as a table that fits 80 columns, with the names that --set takes', async () => {
    await start({ sample: true });
    const { stdout } = await schedule();
    expect(stdout).toMatch(/^resources\.requests\.cpu +100m/m);
    expect(stdout).toMatch(/^image-pruner-\d+ +image-pruner +succeeded +\d+\w+ +6m$/m);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('as JSON and as YAML, the same', async () => {
    await start({
      cluster: {
        jobs: [
          {
            metadata: {
              name: 'image-pruner-1',
              namespace: 'openshift-image-registry',
              ownerReferences: [{ kind: 'CronJob', name: 'image-pruner' }],
            },
            status: {
              startTime: '2026-01-01T00:00:00Z',
              conditions: [
                {
                  type: 'Failed',
                  status: 'True',
                  reason: 'BackoffLimitExceeded',
                  lastTransitionTime: '2026-01-01T00:01:00Z',
                },
              ],
            },
          },
        ],
      },
    });
    const json = JSON.parse((await schedule('-o', 'json')).stdout);
    expect(json).toMatchObject({
      apiVersion: 'regadm/v1',
      kind: 'PruneSchedule',
      spec: { schedule: '', keepTagRevisions: 3 },
      effective: { schedule: '0 0 * * *', logLevel: 'Normal' },
      runs: [
        {
          name: 'image-pruner-1',
          status: 'failed',
          startedAt: '2026-01-01T00:00:00Z',
          finishedAt: '2026-01-01T00:01:00Z',
          message: 'BackoffLimitExceeded',
        },
      ],
    });
    expect(parse((await schedule('-o', 'yaml')).stdout)).toEqual(json);
  });

  test('a failed run with the container that failed, its exit code and its error on one line', async () => {
    const namespace = 'openshift-image-registry';
    const failed = (message: string, exitCode = 4, reason = 'Error') => ({ exitCode, reason, message });
    const run = (name: string, terminated: object) => ({
      job: {
        metadata: { name, namespace, ownerReferences: [{ kind: 'CronJob', name: 'image-pruner' }] },
        status: { conditions: [{ type: 'Failed', status: 'True', message: 'Job has reached the limit' }] },
      },
      pod: {
        metadata: { name: `${name}-x`, namespace, labels: { 'job-name': name } },
        status: {
          phase: 'Failed',
          initContainerStatuses: [{ name: 'prune-builds', state: { terminated: { exitCode: 0 } } }],
          containerStatuses: [{ name: 'prune', state: { terminated } }],
        },
      },
    });
    const runs = [
      run('image-pruner-1', failed('read\nerror: another pruner\u001b[31m is running\n  * wait\n')),
      run('image-pruner-2', failed(`${'x'.repeat(2000)}\n`, 137, 'OOMKilled')),
    ];
    await start({ cluster: { jobs: runs.map(({ job }) => job), pods: runs.map(({ pod }) => pod) } });
    const document = JSON.parse((await schedule('-o', 'json')).stdout);
    expect(schemaProblems('prune-schedule', document)).toEqual([]);
    expect(document.runs).toMatchObject([
      {
        message: 'Job has reached the limit',
        failedContainer: { name: 'prune', exitCode: 4, message: 'error: another pruner\u001b[31m is running' },
      },
      { failedContainer: { exitCode: 137, reason: 'OOMKilled', message: `${'x'.repeat(300)}…` } },
    ]);
    const { stdout } = await schedule();
    expect(stdout).toContain(
      'Job has reached the limit; container prune ended with exit code 4: error: another pruner\\x1b[31m is running\n',
    );
    expect(stdout).toContain('container prune ended with exit code 137 (OOMKilled): xxx');
    sandbox.addFault('GET /pods => 403');
    const withoutPods = await schedule();
    expect(withoutPods.stdout).toContain('Job has reached the limit');
    expect(withoutPods.stderr).toContain('cannot read why runs failed');
  });

  test('without an ImagePruner, suggests what to do', async () => {
    await start({ missing: ['imagepruners'] });
    const { status, stderr } = await schedule();
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: imagepruners.imageregistry.operator.openshift.io\/cluster does not exist/m);
    expect(stderr).toContain('--cronjob');
  });
});

describe('--set', () => {
  test('changes what was named and nothing else', async () => {
    await start();
    const before = spec();
    const { status, stdout } = await schedule(
      '--set',
      'schedule=30 2 * * *',
      '--set',
      'keepTagRevisions=5',
      '--set',
      'resources.limits.memory=1Gi',
      '-o',
      'json',
    );
    expect(status).toBe(0);
    expect(spec()).toEqual({
      ...before,
      schedule: '30 2 * * *',
      keepTagRevisions: 5,
      resources: { requests: { cpu: '100m', memory: '256Mi' }, limits: { memory: '1Gi' } },
    });
    expect(JSON.parse(stdout).changed).toEqual(['schedule', 'keepTagRevisions', 'resources']);
  });

  test('a second time there is nothing to change, and nothing is sent', async () => {
    await start();
    await schedule('--set', 'suspend=true');
    const sent = patches();
    const { status, stderr } = await schedule('--set', 'suspend=true');
    expect(status).toBe(0);
    expect(stderr).toContain('nothing to change');
    expect(patches()).toEqual(sent);
  });

  test('one bad setting: none is sent', async () => {
    await start();
    const { status, stderr } = await schedule('--set', 'keepTagRevisions=5', '--set', 'schedule=61 * * * *');
    expect(status).toBe(1);
    expect(stderr).toContain('error: --set schedule=61 * * * *: invalid minute "61" (must be 0-59)');
    expect(sandbox.requests).toEqual([]);
  });

  test('a request above the limit is refused before it is sent', async () => {
    await start();
    const { status } = await schedule('--set', 'resources.limits.memory=1Mi');
    expect(status).toBe(1);
    expect(patches()).toEqual([]);
  });

  test('--dry-run shows and sends nothing', async () => {
    await start();
    const { status, stdout, stderr } = await schedule('--set', 'keepTagRevisions=0', '--dry-run');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^keepTagRevisions +0 +changed$/m);
    expect(stderr).toContain('keepTagRevisions=0 removes every tag that nothing protects');
    expect(stderr).toContain('dry run: nothing was changed');
    expect(patches()).toEqual([]);
  });

  test('after a concurrent update, both changes are kept', async () => {
    await start();
    let once = true;
    sandbox.onRequest(({ method }) => {
      if (method !== 'PATCH' || !once) return;
      once = false;
      const pruner = sandbox.store.get('imagepruners', 'cluster')!;
      sandbox.store.put('imagepruners', { ...pruner, spec: { ...pruner.spec, keepTagRevisions: 9 } });
    });
    expect((await schedule('--set', 'suspend=true')).status).toBe(0);
    expect(spec()).toMatchObject({ suspend: true, keepTagRevisions: 9 });
  });

  test('without permission, it reports the missing permission', async () => {
    await start();
    const { status, stderr } = await regadm([
      'prune',
      'schedule',
      '--set',
      'suspend=true',
      '--kubeconfig',
      sandbox.kubeconfig.nobody,
    ]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: cannot read imagepruners.*forbidden/m);
  });
});

describe('flags that exclude each other', () => {
  test.each([
    [['--image', 'x'], '--cronjob'],
    [['--with', 'builds'], '--cronjob'],
    [['--schedule', '@daily', '--set', 'suspend=true'], '--cronjob'],
    [['--cronjob', '--set', 'suspend=true'], '--cronjob'],
    [['--timeout', '1h'], '--run-now'],
    [['--from', 'x'], '--run-now'],
    [['--dry-run'], '--set'],
  ])('%j is refused', async (args, flag) => {
    const { status, stderr } = await regadm(['prune', 'schedule', ...args]);
    expect(status).toBe(1);
    expect(stderr).toContain(flag);
  });
});

describe('--run-now', () => {
  test("starts a Job from the operator's CronJob and follows its log", async () => {
    await start();
    const { status, stdout, stderr } = await schedule('--run-now');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Deleted 2 objects[^]*^Summary: deleted 1 images/m);
    expect(stderr).toMatch(
      /^started job openshift-image-registry\/image-pruner-manual-[0-9a-f]{6} from CronJob image-pruner$/m,
    );
    expect(stderr).toMatch(/succeeded$/m);
    const [job] = sandbox.store.list('jobs');
    expect(job!.metadata).toMatchObject({
      annotations: { 'cronjob.kubernetes.io/instantiate': 'manual' },
      ownerReferences: [{ kind: 'CronJob', name: 'image-pruner', controller: true }],
      labels: { 'created-by': 'image-pruner' },
    });
    expect(job!.spec).toMatchObject({ backoffLimit: 0, template: { spec: { serviceAccountName: 'pruner' } } });
  });

  test("prefers regadm's own CronJob, unless --from names another", async () => {
    await start({ cluster: { cronjobs: [OWN_CRON_JOB] } });
    expect((await schedule('--run-now')).stderr).toContain('from CronJob regadm-image-pruner');
    expect((await schedule('--run-now', '--from', 'image-pruner')).stderr).toContain('from CronJob image-pruner');
  });

  test('with -o json the document is on stdout and the log on stderr', async () => {
    await start();
    const { stdout, stderr } = await schedule('--run-now', '-o', 'json');
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'PruneRun', status: 'succeeded', cronJob: 'image-pruner' });
    expect(stderr).toContain('Summary: deleted 1 images');
  });

  test('a Job that fails makes the exit status 1', async () => {
    await start({ fail: ['job-fails'] });
    const { status, stdout, stderr } = await schedule('--run-now');
    expect(status).toBe(1);
    expect(stdout).toContain('error: timed out waiting for the registry');
    expect(stderr).toMatch(/^error: job openshift-image-registry\/image-pruner-manual-\w+ failed/m);
  });

  test('the document and the error of a Job that fails state how its container ended', async () => {
    await start({ fail: ['job-fails'] });
    sandbox.onRequest(({ method, path }) => {
      if (method !== 'GET' || !/job-name(?:\+|%20)in/.test(path)) return;
      const [pod] = sandbox.store.list('pods').filter(({ metadata }) => metadata.labels?.['job-name']);
      const terminated = { exitCode: 4, reason: 'Error', message: 'error: refused\n  * wait\n' };
      const containerStatuses = [{ name: 'image-pruner', state: { terminated } }];
      sandbox.store.put('pods', { ...pod!, status: { ...pod!.status, containerStatuses } });
    });
    const { status, stdout, stderr } = await schedule('--run-now', '-o', 'json');
    expect(status).toBe(1);
    const document = JSON.parse(stdout);
    expect(schemaProblems('prune-run', document)).toEqual([]);
    expect(document.failedContainer).toEqual({
      name: 'image-pruner',
      exitCode: 4,
      reason: 'Error',
      message: 'error: refused',
    });
    expect(stderr).toMatch(/^error: job \S+ failed.*container image-pruner ended with exit code 4: error: refused$/m);
  });

  test('while one runs, no other is started', async () => {
    await start({
      rolloutStepMs: 'manual',
      cluster: {
        jobs: [
          {
            metadata: {
              name: 'image-pruner-9',
              namespace: 'openshift-image-registry',
              ownerReferences: [{ kind: 'CronJob', name: 'image-pruner' }],
            },
            status: { active: 1 },
          },
        ],
      },
    });
    const { status, stderr } = await schedule('--run-now');
    expect(status).toBe(4);
    expect(stderr).toContain(
      'error: job openshift-image-registry/image-pruner-9 of CronJob image-pruner is still running; nothing was started',
    );
    expect(patches()).toEqual([]);
  });

  test('if the response to the creation is lost, only one Job is started', async () => {
    await start();
    let once = true;
    sandbox.onRequest(({ method, path }) => {
      if (method !== 'POST' || !path.includes('/jobs') || !once) return undefined;
      once = false;
      return { do: 'after', status: 503 };
    });
    expect((await schedule('--run-now')).status).toBe(0);
    expect(sandbox.store.list('jobs')).toHaveLength(1);
  });

  test('a Job that does not end before the timeout keeps running', async () => {
    await start({ rolloutStepMs: 'manual' });
    const { status, stderr } = await schedule('--run-now', '--timeout', '700ms');
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: job .* has not ended in time; it keeps running/m);
    expect(sandbox.store.list('jobs')).toHaveLength(1);
  });

  test('an interruption is reported with a note that the Job keeps running', async () => {
    await start({ rolloutStepMs: 'manual' });
    let stop: (() => void) | undefined;
    sandbox.onRequest(({ method, path }) => {
      if (method === 'GET' && path.includes('/pods')) stop?.();
    });
    const started = (child: ChildProcess): void => void (stop = () => child.kill('SIGTERM'));
    const { status, stderr } = await regadm(
      ['prune', 'schedule', '--run-now', '--kubeconfig', sandbox.kubeconfig.admin],
      { started },
    );
    expect(status).toBe(143);
    expect(stderr).toContain('the job keeps running: oc -n openshift-image-registry logs -f job/image-pruner-manual-');
    expect(sandbox.store.list('jobs')).toHaveLength(1);
  });

  test.each(['/log', '/pods'])(
    'if %s is forbidden, the error names the Job that was started and may still run',
    async (part) => {
      await start({ fail: [`GET ${part} => 403`] });
      const { status, stderr } = await schedule('--run-now');
      expect(status).toBe(1);
      expect(stderr).toMatch(
        /^error: job openshift-image-registry\/image-pruner-manual-\w+ was started, but cannot be/m,
      );
      expect(stderr).toMatch(/the job may still run; see how it ends: oc -n \S+ get job\/image-pruner-manual/);
      expect(stderr).toContain('pods/log');
      expect(stderr).not.toContain('ask for the cluster role');
    },
  );

  test('a user who may not create Jobs: the permission is named', async () => {
    await start({ fail: ['POST /jobs => 403'] });
    const { status, stderr } = await schedule('--run-now');
    expect(status).toBe(1);
    expect(stderr).toContain('the permission to create jobs.batch in openshift-image-registry');
    expect(stderr).not.toContain('ask for the cluster role');
  });

  test('without a CronJob, it suggests how to create one', async () => {
    await start({ missing: ['cronjobs'] });
    const { status, stderr } = await schedule('--run-now', '--from', 'none');
    expect(status).toBe(1);
    expect(stderr).toContain('error: no CronJob none in openshift-image-registry');
  });

  test.each(['soon', '-1h', '0'])('--timeout %s is refused', async (timeout) => {
    const { status, stderr } = await regadm(['prune', 'schedule', '--run-now', `--timeout=${timeout}`]);
    expect(status).toBe(1);
    expect(stderr).toContain('--timeout');
  });
});
