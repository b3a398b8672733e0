import type { ClusterApi, KubeObject } from '../cluster/api.js';
import { findObject, listObjects, type ObjectReference } from '../cluster/objects.js';
import { JOBS, defineResource } from '../cluster/resources.js';
import { OWN_CRON_JOB, REGISTRY_NAMESPACE } from '../model/openshift.js';
import type { Condition } from '../model/kube.js';
import type { CronJobStatus, Run } from './report.js';

/** The CronJob that the operator creates for the cluster's own pruning. */
export const OPERATOR_CRON_JOB = 'image-pruner';

const CRON_JOBS = defineResource('batch/v1', 'cronjobs', 'CronJob');
const IN_REGISTRY = { namespace: REGISTRY_NAMESPACE };

/** Names a Job in the registry's namespace. */
export function jobNamed(name: string): ObjectReference {
  return { resource: JOBS, name, ...IN_REGISTRY };
}

/** Reads a CronJob in the registry's namespace; undefined if it does not exist. @throws ApiError */
export function findCronJob(api: ClusterApi, name: string): Promise<KubeObject | undefined> {
  return findObject(api, { resource: CRON_JOBS, name, ...IN_REGISTRY });
}

/** Reads the operator's CronJob and regadm's own, if they exist. @throws ApiError */
export async function readPruneCronJobs(api: ClusterApi): Promise<KubeObject[]> {
  const found = await Promise.all([OPERATOR_CRON_JOB, OWN_CRON_JOB].map((name) => findCronJob(api, name)));
  return found.filter((cronJob) => cronJob !== undefined);
}

/** Lists the Jobs of these CronJobs, newest first. @throws ApiError */
export async function listRuns(api: ClusterApi, cronJobs: string[]): Promise<Run[]> {
  const jobs = await listObjects(api, JOBS, IN_REGISTRY);
  const runs = jobs.flatMap((job) => {
    const owner = ownerOf(job);
    return owner !== undefined && cronJobs.includes(owner) ? [toRun(job, owner)] : [];
  });
  return runs.sort((a, b) => (b.startedAt ?? '9').localeCompare(a.startedAt ?? '9') || a.name.localeCompare(b.name));
}

/** Returns the CronJob that owns a Job. Jobs from `oc create job --from` name it, too. */
function ownerOf({ metadata }: KubeObject): string | undefined {
  const owners = (metadata.ownerReferences ?? []) as { kind: string; name: string }[];
  return owners.find(({ kind }) => kind === 'CronJob')?.name;
}

/** Converts a CronJob to its entry in the report. */
export function toCronJobStatus({ metadata, spec = {}, status = {} }: KubeObject): CronJobStatus {
  return {
    name: metadata.name,
    schedule: String(spec.schedule ?? ''),
    suspend: spec.suspend === true,
    active: Array.isArray(status.active) ? status.active.length : 0,
    lastScheduleTime: status.lastScheduleTime as string | undefined,
    lastSuccessfulTime: status.lastSuccessfulTime as string | undefined,
  };
}

/** Converts a Job to a run. */
export function toRun(job: KubeObject, cronJob: string): Run {
  const status = (job.status ?? {}) as {
    startTime?: string;
    completionTime?: string;
    conditions?: (Condition & { lastTransitionTime?: string })[];
  };
  const end = status.conditions?.find(
    ({ type, status: value }) => value === 'True' && (type === 'Complete' || type === 'Failed'),
  );
  return {
    name: job.metadata.name,
    cronJob,
    status: end ? (end.type === 'Complete' ? 'succeeded' : 'failed') : 'running',
    startedAt: status.startTime,
    finishedAt: status.completionTime ?? end?.lastTransitionTime,
    message: end?.type === 'Failed' ? (end.message ?? end.reason) : undefined,
  };
}
