import { REGISTRY_NAMESPACE } from '../model/openshift.js';
import { ApiError } from '../cluster/api-error.js';
import type { ClusterApi, KubeObject } from '../cluster/api.js';
import { apiError } from '../cluster/api-error.js';
import { RegadmError } from '../model/errors.js';
import { OWN_CRON_JOB } from '../model/openshift.js';
import { OPERATOR_CRON_JOB } from './cron-job.js';
import type { PrunerSpec } from './pruner-spec.js';
import type { Condition, CronJobStatus, Run } from './report.js';

export const PRUNER_PATH = '/apis/imageregistry.operator.openshift.io/v1/imagepruners/cluster';
export const PRUNER_NAME = 'imagepruners.imageregistry.operator.openshift.io/cluster';
export const CRON_JOBS = `/apis/batch/v1/namespaces/${REGISTRY_NAMESPACE}/cronjobs`;
export const JOBS = `/apis/batch/v1/namespaces/${REGISTRY_NAMESPACE}/jobs`;

export interface ImagePruner extends KubeObject {
  spec?: PrunerSpec;
  status?: { conditions?: Condition[]; [key: string]: unknown };
}

/** The cluster's own pruning. @throws RegadmError NO_IMAGE_PRUNER, ApiError */
export async function readImagePruner(api: ClusterApi): Promise<ImagePruner> {
  const response = await api.request('GET', PRUNER_PATH);
  if (response.status === 404) {
    throw new RegadmError(`${PRUNER_NAME} does not exist: this cluster does not prune by itself`, {
      code: 'NO_IMAGE_PRUNER',
      suggestions: ['let regadm do it: regadm prune schedule --cronjob --image IMAGE | oc create -f -'],
    });
  }
  if (response.status !== 200) throw apiError(response, `cannot read ${PRUNER_NAME}`);
  return response.json<ImagePruner>();
}

const CONFLICT_TRIES = 5;

/**
 * Changes the settings by a merge patch that holds only for what `change` has seen; when somebody else was faster, it is asked again.
 * @param change the merge patch of the spec, given the pruner as it is; undefined: nothing to do. It may throw to refuse
 * @throws RegadmError NO_IMAGE_PRUNER, ApiError
 */
export async function changeImagePruner(
  api: ClusterApi,
  change: (pruner: ImagePruner) => object | undefined,
): Promise<{ pruner: ImagePruner; changed: boolean }> {
  for (let attempt = 1; ; attempt++) {
    const pruner = await readImagePruner(api);
    const spec = change(pruner);
    if (!spec) return { pruner, changed: attempt > 1 };
    const body = { metadata: { resourceVersion: pruner.metadata.resourceVersion }, spec };
    const response = await api.request('PATCH', PRUNER_PATH, { body, contentType: 'application/merge-patch+json' });
    if (response.status === 200) return { pruner: response.json<ImagePruner>(), changed: true };
    if (response.status !== 409 || attempt === CONFLICT_TRIES) throw apiError(response, `cannot change ${PRUNER_NAME}`);
  }
}

/** A CronJob of the registry's namespace; undefined when there is none of that name. @throws ApiError */
export async function readCronJob(api: ClusterApi, name: string): Promise<KubeObject | undefined> {
  const response = await api.request('GET', `${CRON_JOBS}/${encodeURIComponent(name)}`);
  if (response.status === 404) return undefined;
  if (response.status !== 200) throw apiError(response, `cannot read CronJob ${REGISTRY_NAMESPACE}/${name}`);
  return response.json<KubeObject>();
}

/** The operator's CronJob and regadm's own, those that exist. @throws ApiError */
export async function readPruneCronJobs(api: ClusterApi): Promise<KubeObject[]> {
  const found = await Promise.all([OPERATOR_CRON_JOB, OWN_CRON_JOB].map((name) => readCronJob(api, name)));
  return found.filter((cronJob) => cronJob !== undefined);
}

/** The Jobs of these CronJobs, newest first. @throws ApiError */
export async function listRuns(api: ClusterApi, cronJobs: string[]): Promise<Run[]> {
  const { items } = await api.get<{ items?: KubeObject[] | null }>(JOBS);
  const runs = (items ?? []).flatMap((job) => {
    const owner = ownerOf(job);
    return owner !== undefined && cronJobs.includes(owner) ? [toRun(job, owner)] : [];
  });
  return runs.sort((a, b) => (b.startedAt ?? '9').localeCompare(a.startedAt ?? '9') || a.name.localeCompare(b.name));
}

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

/** How a Job stands. */
export function toRun(job: KubeObject, cronJob: string): Run {
  const status = (job.status ?? {}) as {
    startTime?: string;
    completionTime?: string;
    conditions?: (Condition & { lastTransitionTime?: string })[];
  };
  const over = status.conditions?.find(
    ({ type, status: is }) => is === 'True' && (type === 'Complete' || type === 'Failed'),
  );
  return {
    name: job.metadata.name,
    cronJob,
    status: over ? (over.type === 'Complete' ? 'succeeded' : 'failed') : 'running',
    startedAt: status.startTime,
    finishedAt: status.completionTime ?? over?.lastTransitionTime,
    message: over?.type === 'Failed' ? (over.message ?? over.reason) : undefined,
  };
}

/** Jobs made by hand of a CronJob (`oc create job --from`) name it as their owner too. */
function ownerOf({ metadata }: KubeObject): string | undefined {
  const owners = (metadata.ownerReferences ?? []) as { kind: string; name: string }[];
  return owners.find(({ kind }) => kind === 'CronJob')?.name;
}

/** True for an answer that means "you may not". */
export function isForbidden(error: unknown): boolean {
  return error instanceof ApiError && error.status === 403;
}
