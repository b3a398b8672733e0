import type { KubeObject } from '../../../src/core/model/kube.js';
import { resourceDefinitions } from '../../../src/sandbox/api/resources.js';
import { Store } from '../../../src/sandbox/api/store.js';
import { startSandbox } from '../../../src/sandbox/index.js';
import { CronJobs } from '../../../src/sandbox/operator/cron-jobs.js';
import { ManualTimers } from '../../support/manual-timers.js';

const MINUTE = 60_000;

/** A CronJob that runs every minute, from 1970-01-01T00:00:00Z, and its controller. */
class Scene {
  private readonly timers = new ManualTimers();
  private readonly store = new Store(resourceDefinitions(), this.timers.now);
  private readonly controller = new CronJobs(this.store, this.timers);

  constructor(spec: object = {}) {
    const jobTemplate = { metadata: { labels: { app: 'nightly' } }, spec: { backoffLimit: 0 } };
    const metadata = { name: 'nightly', namespace: 'dev' };
    this.store.put('cronjobs', { metadata, spec: { schedule: '* * * * *', jobTemplate, ...spec } });
    this.controller.start();
  }

  pass(minutes: number): void {
    for (let minute = 0; minute < minutes; minute++) this.timers.advance(MINUTE);
  }

  jobs(): string[] {
    return this.store.list('jobs', 'dev').map(({ metadata }) => metadata.name);
  }

  job(name: string): KubeObject {
    return this.store.get('jobs', 'dev', name)!;
  }

  cronJob(): KubeObject {
    return this.store.get('cronjobs', 'dev', 'nightly')!;
  }

  change(spec: object): void {
    const cronJob = this.cronJob();
    this.store.put('cronjobs', { ...cronJob, spec: { ...cronJob.spec, ...spec } });
  }

  end(name: string, type: 'Complete' | 'Failed' = 'Complete'): void {
    const status = { conditions: [{ type, status: 'True' }], completionTime: this.store.timestamp() };
    this.store.put('jobs', { ...this.job(name), status });
    while (this.controller.step());
  }

  stop(): void {
    this.controller.stop();
  }
}

test('starts a Job at the minute of the schedule, from the template', () => {
  const scene = new Scene({ schedule: '2 * * * *' });
  scene.pass(1);
  expect(scene.jobs()).toEqual([]);
  scene.pass(1);
  expect(scene.jobs()).toEqual(['nightly-2']);
  const { metadata, spec } = scene.job('nightly-2');
  const { uid } = scene.cronJob().metadata;
  expect(metadata).toMatchObject({ labels: { app: 'nightly' }, ownerReferences: [{ kind: 'CronJob', uid }] });
  expect(spec).toEqual({ backoffLimit: 0 });
  expect(scene.cronJob().status).toMatchObject({
    lastScheduleTime: '1970-01-01T00:02:00Z',
    active: [{ kind: 'Job', name: 'nightly-2' }],
  });
  scene.end('nightly-2');
  expect(scene.cronJob().status).toEqual({
    lastScheduleTime: '1970-01-01T00:02:00Z',
    lastSuccessfulTime: '1970-01-01T00:02:00Z',
  });
});

test('starts nothing while it is suspended, and continues once it no longer is', () => {
  const scene = new Scene({ suspend: true });
  scene.pass(3);
  expect(scene.jobs()).toEqual([]);
  scene.change({ suspend: false });
  scene.pass(1);
  expect(scene.jobs()).toEqual(['nightly-4']);
});

test.each([
  ['Forbid', ['nightly-1']],
  ['Replace', ['nightly-2']],
  ['Allow', ['nightly-1', 'nightly-2']],
])('concurrencyPolicy %s while a Job runs', (concurrencyPolicy, jobs) => {
  const scene = new Scene({ concurrencyPolicy });
  scene.pass(2);
  expect(scene.jobs()).toEqual(jobs);
});

test('keeps as many finished Jobs as the limits say', () => {
  const scene = new Scene({ successfulJobsHistoryLimit: 2 });
  for (let minute = 1; minute <= 6; minute++) {
    scene.pass(1);
    scene.end(`nightly-${minute}`, minute % 2 === 0 ? 'Complete' : 'Failed');
  }
  expect(scene.jobs()).toEqual(['nightly-4', 'nightly-5', 'nightly-6']);
});

test('starts nothing after the end', () => {
  const scene = new Scene();
  scene.stop();
  scene.pass(2);
  expect(scene.jobs()).toEqual([]);
});

test('a sandbox runs the Jobs, if it has the option', async () => {
  const container = { name: 'main', image: 'x:1' };
  const jobTemplate = { spec: { template: { spec: { containers: [container] } } } };
  const cronJob = { metadata: { name: 'nightly', namespace: 'dev' }, spec: { schedule: '* * * * *', jobTemplate } };
  const timers = new ManualTimers();
  const cluster = { cronjobs: [cronJob] };
  const sandbox = await startSandbox({ cluster, cronJobs: timers, rolloutStepMs: 'manual' });
  timers.advance(MINUTE);
  sandbox.rollout.finish();
  expect(sandbox.store.get('jobs', 'dev', 'nightly-1')!.status).toMatchObject({ succeeded: 1 });
  expect(sandbox.store.get('cronjobs', 'dev', 'nightly')!.status).toHaveProperty('lastSuccessfulTime');
  await sandbox.stop();
});
