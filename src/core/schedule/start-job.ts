import { randomBytes } from 'node:crypto';
import type { ClusterApi, KubeObject } from '../cluster/api.js';
import { isApiFailure, isForbidden } from '../cluster/api-error.js';
import { createObject, getObject } from '../cluster/objects.js';
import { ADVICE } from '../model/advice.js';
import { RegadmError, refusal } from '../model/errors.js';
import { OWN_CRON_JOB, REGISTRY_NAMESPACE } from '../model/openshift.js';
import { OPERATOR_CRON_JOB, findCronJob, jobNamed, listRuns } from './jobs.js';

/** Annotation that identifies the Job of one run: after a lost response, a retry recognizes its own Job. */
const RUN_ANNOTATION = 'regadm.io/run';

/**
 * Finds the CronJob to start from: the named one, otherwise regadm's own, otherwise the operator's.
 * @throws RegadmError NO_CRON_JOB, ApiError
 */
export async function chooseCronJob(api: ClusterApi, name: string | undefined): Promise<KubeObject> {
  const names = name === undefined ? [OWN_CRON_JOB, OPERATOR_CRON_JOB] : [name];
  for (const each of names) {
    const cronJob = await findCronJob(api, each);
    if (cronJob) return cronJob;
  }
  throw new RegadmError(`no CronJob ${names.join(' or ')} in ${REGISTRY_NAMESPACE}`, {
    code: 'NO_CRON_JOB',
    suggestions: ['create one: regadm prune schedule --cronjob --image IMAGE | oc create -f -'],
  });
}

/**
 * Starts a Job from a CronJob, as `oc create job --from=cronjob/…` does.
 * @returns the name of the Job
 * @throws RegadmError PRUNE_RUNNING (exit status 4) if one of its Jobs is running, because two prunes would interfere;
 *   ApiError
 */
export async function startJob(api: ClusterApi, cronJob: KubeObject): Promise<string> {
  const { name } = cronJob.metadata;
  const running = (await listRuns(api, [name])).find(({ status }) => status === 'running');
  if (running) {
    throw refusal(
      'PRUNE_RUNNING',
      `job ${REGISTRY_NAMESPACE}/${running.name} of CronJob ${name} is still running; nothing was started`,
      [`follow it: oc -n ${REGISTRY_NAMESPACE} logs -f job/${running.name}`],
    );
  }
  const run = randomBytes(8).toString('hex');
  const body = toJob(cronJob, run);
  const job = jobNamed(body.metadata.name);
  const created = await createObject(api, job, body).catch((error: unknown) => {
    throw notStarted(error, job.name);
  });
  // If the first response was lost, the retry finds the name in use: by this run, if the annotation is ours.
  if (created === 'exists') {
    const { metadata } = await getObject(api, job);
    if (metadata.annotations?.[RUN_ANNOTATION] !== run)
      throw new RegadmError(`job ${REGISTRY_NAMESPACE}/${job.name} already exists`, { code: 'CONFLICT' });
  }
  return job.name;
}

/** Returns the error of a Job that the server did not confirm: without its refusal, it can have created the Job. */
function notStarted(error: unknown, job: string): unknown {
  if (!(error instanceof RegadmError)) return error;
  const { message, code } = error;
  const suggestions = isForbidden(error)
    ? [ADVICE.askForAdministrator(`create jobs.batch in ${REGISTRY_NAMESPACE}`)]
    : [`the job may have been started: oc -n ${REGISTRY_NAMESPACE} get job/${job}`, ...error.suggestions];
  if (!isApiFailure(error)) return error;
  return new RegadmError(message, { code, suggestions, cause: error });
}

function toJob({ metadata, spec }: KubeObject, run: string) {
  const template = (spec?.jobTemplate ?? {}) as { metadata?: { labels?: object; annotations?: object }; spec?: object };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      // The name becomes a label of the Job's pods, so it has at most 63 characters.
      name: `${metadata.name.slice(0, 45)}-manual-${run.slice(0, 6)}`,
      namespace: REGISTRY_NAMESPACE,
      labels: template.metadata?.labels,
      annotations: {
        ...template.metadata?.annotations,
        'cronjob.kubernetes.io/instantiate': 'manual',
        [RUN_ANNOTATION]: run,
      },
      ownerReferences: [
        { apiVersion: 'batch/v1', kind: 'CronJob', name: metadata.name, uid: metadata.uid, controller: true },
      ],
    },
    spec: template.spec,
  };
}
