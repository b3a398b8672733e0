import type { Check } from '../../model/check.js';
import type { Condition, KubeObject } from '../../model/kube.js';
import { REGISTRY_NAMESPACE } from '../../model/openshift.js';
import { about } from '../check.js';
import type { CronJob } from './manifest.js';
import { isOwn } from './remedies.js';

/** Time within which a new Job gets its pod, in ms. */
const GRACE_MS = 120_000;

interface JobStatus {
  active?: number;
  succeeded?: number;
  failed?: number;
  conditions?: Condition[];
}

/**
 * Reports Jobs of a CronJob that have not got a pod, for example because a quota or the SecurityContextConstraints
 * forbid it. Such a Job never ends.
 * @param now in ms since the epoch
 */
export function checkPendingJobs(cronJob: CronJob, jobs: KubeObject[], pods: KubeObject[], now: number): Check[] {
  const { name } = cronJob.metadata;
  const withPod = new Set(pods.map((pod) => ownerOf(pod, 'Job')));
  const pending = jobs.filter((job) => {
    const { creationTimestamp = '' } = job.metadata;
    const isOld = now - Date.parse(creationTimestamp) > GRACE_MS;
    return isOld && ownerOf(job, 'CronJob') === name && waitsForPod(job) && !withPod.has(job.metadata.name);
  });
  return pending.map(({ metadata: { name: job, creationTimestamp } }) =>
    about('cron job runs')(
      'warning',
      `job ${job} of CronJob ${name} has no pod since it was created (${creationTimestamp}); usually, a quota or the SecurityContextConstraints forbid the pod, or its service account is missing${waitingEffect(cronJob, job)}`,
      `see why in its events: oc -n ${REGISTRY_NAMESPACE} describe job ${job}`,
      `then end the waiting run: oc -n ${REGISTRY_NAMESPACE} delete job ${job}`,
    ),
  );
}

/** States what a Job that does not start prevents. Kubernetes does not count Jobs that a user has started. */
export function waitingEffect(cronJob: CronJob, job: string): string {
  const { name } = cronJob.metadata;
  const isScheduled = /^\d+$/.test(job.slice(name.length + 1));
  const policy = cronJob.spec?.concurrencyPolicy;
  if (isScheduled && policy === 'Forbid') return `; while its job ${job} waits, no other run starts`;
  if (!isOwn(cronJob) || (isScheduled && policy === 'Replace')) return '';
  return `; while its job ${job} waits, every other prune of images by regadm is refused`;
}

function waitsForPod({ spec, status }: KubeObject): boolean {
  const { active, succeeded, failed, conditions } = (status ?? {}) as JobStatus;
  const hasEnded = conditions?.some(({ type, status: value }) => /^(?:Complete|Failed)/.test(type) && value === 'True');
  return spec?.suspend !== true && !active && !succeeded && !failed && !hasEnded;
}

function ownerOf({ metadata }: KubeObject, wanted: string): string | undefined {
  const owners = (metadata.ownerReferences ?? []) as { kind: string; name: string }[];
  return owners.find(({ kind }) => kind === wanted)?.name;
}
