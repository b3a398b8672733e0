import type { KubeObject } from '../../core/model/kube.js';
import type { Store } from '../api/store.js';
import { hasCondition } from './conditions.js';
import { isDue } from './cron-schedule.js';
import type { SandboxClock } from '../types.js';

const MINUTE_MS = 60_000;
/** Finished Jobs that a CronJob keeps if it does not say how many. */
const HISTORY = { Complete: 3, Failed: 1 };

/** What the controller reads of a CronJob. */
interface CronJobSpec {
  schedule: string;
  timeZone?: string;
  suspend?: boolean;
  concurrencyPolicy?: 'Allow' | 'Forbid' | 'Replace';
  successfulJobsHistoryLimit?: number;
  failedJobsHistoryLimit?: number;
  jobTemplate?: { metadata?: { labels?: object; annotations?: object }; spec?: Record<string, unknown> };
}

/**
 * Simulates the controller of CronJobs: each minute, starts a Job for every CronJob whose schedule is due. Runs that
 * were missed, for example because the computer slept, are not made up for.
 */
export class CronJobs {
  private cancel = (): void => {};

  constructor(
    private readonly store: Store,
    private readonly clock: SandboxClock,
  ) {}

  /** Waits for the next minute, again and again, until `stop`. */
  start(): void {
    const next = (Math.floor(this.clock.now() / MINUTE_MS) + 1) * MINUTE_MS;
    this.cancel = this.clock.after(next - this.clock.now(), () => {
      this.start();
      for (const cronJob of this.store.list('cronjobs')) this.run(cronJob, next);
    });
  }

  stop(): void {
    this.cancel();
  }

  /** Updates the status of every CronJob, and deletes finished Jobs that it need not keep. @returns whether it did */
  step(): boolean {
    return this.store.list('cronjobs').filter((cronJob) => this.settle(cronJob)).length > 0;
  }

  private run(cronJob: KubeObject, at: number): void {
    const spec = specOf(cronJob);
    if (spec.suspend === true || cronJob.metadata.deletionTimestamp !== undefined || !isDue(spec, at)) return;
    const active = this.jobsOf(cronJob).filter((job) => !isFinished(job));
    if (active.length > 0 && spec.concurrencyPolicy === 'Forbid') return;
    if (spec.concurrencyPolicy === 'Replace') for (const job of active) this.remove(job);
    this.store.put('jobs', newJob(cronJob, at));
    this.setStatus(cronJob, { ...cronJob.status, lastScheduleTime: timestamp(at) });
    this.settle(cronJob);
  }

  private settle({ metadata }: KubeObject): boolean {
    const cronJob = this.store.get('cronjobs', metadata.namespace!, metadata.name)!;
    const jobs = this.jobsOf(cronJob);
    const { successfulJobsHistoryLimit, failedJobsHistoryLimit } = specOf(cronJob);
    const removed = [
      ...surplus(jobs, 'Complete', successfulJobsHistoryLimit),
      ...surplus(jobs, 'Failed', failedJobsHistoryLimit),
    ];
    for (const job of removed) this.remove(job);
    return this.setStatus(cronJob, statusOf(cronJob, jobs)) || removed.length > 0;
  }

  private setStatus(cronJob: KubeObject, status: KubeObject['status']): boolean {
    if (JSON.stringify(status) === JSON.stringify(cronJob.status ?? {})) return false;
    this.store.put('cronjobs', { ...cronJob, status });
    return true;
  }

  private remove({ metadata }: KubeObject): void {
    this.store.remove('jobs', metadata.namespace!, metadata.name);
  }

  /** Lists the Jobs of a CronJob, oldest first. */
  private jobsOf({ metadata: { uid, namespace } }: KubeObject): KubeObject[] {
    const jobs = this.store.list('jobs', namespace);
    const owned = jobs.filter(({ metadata }) => ownersOf(metadata).some((owner) => owner.uid === uid));
    return owned.sort((a, b) => createdAt(a) - createdAt(b));
  }
}

function newJob({ metadata, spec }: KubeObject, at: number): KubeObject {
  const { jobTemplate = {} } = spec as unknown as CronJobSpec;
  const { name, namespace, uid } = metadata;
  const owner = { apiVersion: 'batch/v1', kind: 'CronJob', name, uid, controller: true, blockOwnerDeletion: true };
  return {
    metadata: {
      name: `${name}-${at / MINUTE_MS}`,
      namespace,
      labels: { ...jobTemplate.metadata?.labels },
      annotations: {
        ...jobTemplate.metadata?.annotations,
        'batch.kubernetes.io/cronjob-scheduled-timestamp': timestamp(at),
      },
      ownerReferences: [owner],
    },
    spec: jobTemplate.spec ?? {},
  };
}

function statusOf({ status }: KubeObject, jobs: KubeObject[]): KubeObject['status'] {
  const { active: _active, ...rest } = status ?? {};
  const active = jobs.filter((job) => !isFinished(job)).map(referenceTo);
  const [lastSuccessfulTime] = jobs.flatMap((job) => job.status?.completionTime ?? []).reverse();
  return {
    ...(active.length > 0 ? { active } : {}),
    ...rest,
    ...(lastSuccessfulTime === undefined ? {} : { lastSuccessfulTime }),
  };
}

function referenceTo({ metadata: { name, namespace, uid } }: KubeObject): object {
  return { apiVersion: 'batch/v1', kind: 'Job', name, namespace, uid };
}

/** Lists the oldest finished Jobs that exceed the limit. */
function surplus(jobs: KubeObject[], type: keyof typeof HISTORY, limit = HISTORY[type]): KubeObject[] {
  const finished = jobs.filter((job) => hasCondition(job, type));
  return finished.slice(0, Math.max(0, finished.length - limit));
}

function specOf({ spec }: KubeObject): CronJobSpec {
  return { ...spec, schedule: String(spec?.schedule ?? '') };
}

function isFinished(job: KubeObject): boolean {
  return hasCondition(job, 'Complete') || hasCondition(job, 'Failed');
}

function ownersOf({ ownerReferences }: KubeObject['metadata']): { uid?: string }[] {
  return (ownerReferences ?? []) as { uid?: string }[];
}

function createdAt({ metadata }: KubeObject): number {
  return Date.parse(metadata.creationTimestamp ?? '') || 0;
}

function timestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
